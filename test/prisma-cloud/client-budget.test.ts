import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createLimiter } from '../support/rate-limiter.ts';
import { API, createClient, json, person, poll, type Respond, stage } from './loopback.ts';

const NONE = { 'registry/progress': [] };

describe('the budget', () => {
  test('is one for clients that share it, sign-ins included', async () => {
    const rateLimiter = createLimiter();
    const { server, client } = await stage(NONE, { rateLimiter });
    const operator = createClient(server.url, { rateLimiter, username: 'operator' });
    const controller = new AbortController();
    const asking = [client, operator].flatMap((one) =>
      Array.from({ length: 20 }, () => one.fetchProgress(API, { ...person, signal: controller.signal })),
    );
    let answers = 0;
    const count = () => {
      answers += 1;
      if (answers === 28) controller.abort();
    };
    for (const one of asking) void one.then(count);
    const observations = await Promise.all(asking);
    expect(server.received).toHaveLength(30);
    expect(observations.filter((one) => one?.kind === 'absent')).toHaveLength(28);
  });

  test('gets its requests back once they are over, answered or not', async () => {
    let at = 0;
    const respond: Respond = ({ response, socket }) =>
      server.received.length % 2 === 0 ? socket.destroy() : json(response, []);
    const options = { auth: 'basic', monotonicNow: () => at, timeouts: { callMs: 2_000 } } as const;
    const { server, client } = await stage(respond, options);
    for (let i = 0; i < 40; i += 1) {
      await client.fetchProgress(API, person);
      at += 2_000;
    }
    expect(server.received).toHaveLength(40);
  });

  test('a person whose time is over while waiting learns nothing of the Console', async () => {
    const rateLimiter = createLimiter();
    const { server, client } = await stage(NONE, { rateLimiter, timeouts: { callMs: 300 } });
    await client.fetchProgress(API, person);
    for (let i = 0; i < 28; i += 1)
      await rateLimiter.take('interactive', { signal: new AbortController().signal, pauseMs: 0 });
    await expect(client.fetchProgress(API, person)).resolves.toBeNull();
    expect(server.received).toHaveLength(2);
  });

  test('a caller that gives up while waiting gets a failure and nothing is sent', async () => {
    const { server, client } = await stage(NONE);
    const observation = await client.fetchProgress(API, { ...poll, signal: AbortSignal.abort() });
    expect(observation).toMatchObject({ kind: 'failed' });
    expect(server.paths()).not.toContain('registry/progress');
  });
});

describe('closing', () => {
  test('lets what is under way end and sends nothing more', async () => {
    const arrived = Promise.withResolvers<undefined>();
    let isAnswered = false;
    const { server, client } = await stage(({ response }) => {
      arrived.resolve(undefined);
      setTimeout(() => {
        isAnswered = true;
        json(response, []);
      }, 50);
    });
    const asking = client.fetchProgress(API, poll);
    await arrived.promise;
    await client.close();
    expect(isAnswered).toBe(true);
    await expect(asking).resolves.toMatchObject({ kind: 'absent' });
    await expect(client.fetchProgress(API, person)).resolves.toBeNull();
    await expect(client.fetchVersion()).resolves.toMatchObject({ failure: { cause: 'own-limit' } });
    expect(server.received).toHaveLength(2);
  });

  test('tells of a poll that was not asked that nothing is known', async () => {
    const rateLimiter = createLimiter({ earlier: Array<number>(24).fill(0) });
    const { server, client } = await stage(NONE, { rateLimiter, auth: 'basic' });
    const waiting = client.fetchProgress(API, poll);
    rateLimiter.close(['background']);
    expect([await waiting, await client.fetchProgress(API, poll)]).toEqual([null, null]);
    await expect(client.fetchProgress(API, person)).resolves.toMatchObject({ kind: 'absent' });
    expect(server.received).toHaveLength(1);
  });
});

test('a poll for which a person waits as well takes a request that is left to people', async () => {
  const rateLimiter = createLimiter({ earlier: Array<number>(29).fill(0), monotonicNow: () => 0 });
  const { server, client } = await stage(NONE, { rateLimiter, auth: 'basic' });
  const joined = new AbortController();
  const waiting = client.fetchProgress(API, {
    ...poll,
    personSignal: joined.signal,
    signal: AbortSignal.timeout(60_000),
  });
  joined.abort();
  expect(await waiting).toMatchObject({ kind: 'absent' });
  expect(server.received).toHaveLength(1);
  expect(getEventListeners(joined.signal, 'abort')).toEqual([]);
});

describe('a poll whose lease may be lost', () => {
  test('is not sent then, whether it waited for a request or stood still with one', async () => {
    const rateLimiter = createLimiter({ earlier: Array<number>(29).fill(0), monotonicNow: () => 0 });
    const { server, client } = await stage(NONE, { rateLimiter, auth: 'basic' });
    const lost = new AbortController();
    const waiting = client.fetchProgress(API, { ...poll, leaseSignal: lost.signal });
    lost.abort();
    expect(await waiting).toBeNull();
    expect(await client.fetchProgress(API, { ...poll, leaseSignal: lost.signal })).toBeNull();
    expect(await client.fetchProgress(API, { ...person, mayStart: () => false })).toBeNull();
    const results = await client.fetchResults([API], { ...person, leaseSignal: lost.signal });
    expect(results).toMatchObject([{ failure: { detail: 'GET registry: not sent, its lease is over' } }]);
    expect(server.received).toHaveLength(0);
    // The last one of the window: what was not sent has used nothing.
    expect(rateLimiter.left()).toBe(1);
    const held = new AbortController();
    const holding = { ...person, mayStart: () => true, leaseSignal: held.signal };
    expect(await client.fetchProgress(API, holding)).toMatchObject({ kind: 'absent' });
    expect(getEventListeners(held.signal, 'abort')).toEqual([]);
  });
});
