import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  createConsoleHealth,
  createConsoleRateLimiter,
  createRequestCounter,
  openConsoles,
  startConsoleCheck,
} from '../../src/app/console.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Failure } from '../../src/scan/snapshot.ts';
import { COUNTS_MS } from '../../src/prisma-cloud/http/permits.ts';
import { readFile, SOCKET } from '../support/environment.ts';
import { useMemory } from '../support/memory.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../support/observations.ts';
import { makeRequests } from '../support/rate-limiter.ts';
import { recordingLog } from '../support/store.ts';

const database = useMemory();
const FAILURE: Failure = { cause: 'timeout', detail: '', retryAfterMs: null };

it('the health of the Console is its last response, and when it last responded', () => {
  let now = NOON;
  const health = createConsoleHealth(() => now);
  expect(health.last()).toEqual({ isReachable: null, answeredAt: null, failure: null });
  health.record(null);
  now += MINUTE;
  health.record(FAILURE);
  expect(health.last()).toEqual({ isReachable: false, answeredAt: NOON, failure: FAILURE });
  health.record(null);
  expect(health.last()).toEqual({ isReachable: true, answeredAt: now, failure: null });
});

describe('the check of the Console', () => {
  it.each([
    ['happens once where it responds', false, 1],
    ['is repeated each minute while it does not', true, 4],
  ])('%s', async (_, isUnreachable, expected) => {
    const { log, lines } = recordingLog();
    const times: number[] = [];
    let checked = 0;
    const check = () => {
      times.push(performance.now());
      return isUnreachable
        ? Promise.reject(new Error('a bug'))
        : Promise.resolve({ kind: 'answered', value: '33' } as const);
    };
    const loop = startConsoleCheck({
      client: { check },
      isUnreachable: () => isUnreachable,
      onChecked: () => (checked += 1),
      log,
    });
    await sleep(3.5 * MINUTE);
    await loop.stop();
    expect([Math.min(times.length, 4), checked]).toEqual([expected, 1]);
    for (const [index, at] of times.slice(1).entries())
      expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(MINUTE - 1);
    expect(lines[0]).toBe(isUnreachable ? 'error Console check failed' : 'info the Console responds');
  });
});

describe('requests to the Console', () => {
  const wanted = { limits: [1], late: [] };

  it.each<[string, number, number, number]>([
    ['count on after the clock was set an hour ahead', HOUR, SECOND, 0],
    ['count on after the clock was set ten seconds ahead', 10 * SECOND, SECOND, 0],
    ['count on after the clock was set an hour back', -HOUR, SECOND, 0],
    ['count no longer than the Console counts', 0, COUNTS_MS, 1],
  ])('%s', async (_, stepMs, passedMs, expected) => {
    let [now, elapsed] = [NOON, 0];
    const counter = createRequestCounter(database, { now: () => now, monotonicNow: () => elapsed });
    const taken = async () => (await counter.take(wanted)).taken.length;
    expect(await taken()).toBe(1);
    now += stepMs + passedMs;
    elapsed += passedMs;
    expect(await taken()).toBe(expected);
    now += COUNTS_MS;
    elapsed += COUNTS_MS;
    expect(await taken()).toBe(1);
  });

  it('of the future, before a clock was set back, count from the start on', async () => {
    await makeRequests(database, { count: 30, now: NOON + HOUR });
    const limiter = await createConsoleRateLimiter(database, { now: () => NOON, onError: () => undefined });
    const counter = createRequestCounter(database, { now: () => NOON, monotonicNow: () => 0 });
    expect((await counter.take({ ...wanted, limits: [30] })).taken).toEqual([]);
    limiter.close();
  });
});

it.each([
  [{}, true],
  [{ PRISMA_OPERATOR_USERNAME: 'op', PRISMA_OPERATOR_PASSWORD: 'pw' }, false],
])('scans are started by the user for that, where there is one: %j', async (env, isSame) => {
  const read = readConfig({ ...SOCKET, ...env }, readFile);
  if (read.kind === 'invalid') throw new Error(read.errors.join());
  const nothing = () => undefined;
  const { log } = recordingLog();
  const consoles = await openConsoles(read.config, {
    database,
    log,
    onRequest: nothing,
    onResponse: nothing,
  });
  expect(consoles.writer === consoles.client).toBe(isSame);
  await consoles.close();
});
