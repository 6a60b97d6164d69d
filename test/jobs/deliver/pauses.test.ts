/** What a pause of Slack's, a lease and a clock that is set mean for the loop itself. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { savePause } from '../../../src/store/limits/rate-limits.ts';
import { recoverExpired } from '../../../src/store/outbox/lease.ts';
import { sql } from '../../../src/store/sql.ts';
import { ended, HOUR, MINUTE, scanning, SECOND } from '../../support/observations.ts';
import { imageNamed, LEASE_MS, recovery } from '../../support/store.ts';
import { advance, callsOf, hold, openWorld, useWorld, watchLive, world } from '../world.ts';
import { type Answer, rateLimited, UNKNOWN, UNSENT } from './fake-channel.ts';
import { createAlarms } from '../timing/alarms.ts';

useWorld();

it('the longer of two pauses holds, in whatever order they come', async () => {
  const [longer, shorter] = [Promise.withResolvers<Answer>(), Promise.withResolvers<Answer>()];
  for (const channel of ['C0', 'C1']) await world.watch({ channel, target: imageNamed(channel) });
  world.slack.answer = ({ conversation: { channel } }) => (channel === 'C0' ? longer : shorter).promise;
  const { answering } = await world.begin();
  longer.resolve(rateLimited(MINUTE));
  await nextTurn();
  shorter.resolve(rateLimited(5 * SECOND));
  await answering;
  world.slack.calls.length = 0;
  // Replicas know it by the database, this process even where that lost it.
  await world.database.query(sql`delete from rate_limit_pauses`);
  world.slack.answer = () => null;
  const late = await world.watch({ channel: 'C2' });
  await world.deliverFor(59 * SECOND);
  expect(callsOf(late)).toEqual([]);
  await world.deliverFor(3 * SECOND);
  expect(callsOf(late)).toEqual(['live 0']);
});

it('a pause of lookups holds, and no longer, where the database lost it', async () => {
  for (const channel of ['C1', 'C2']) await world.watch({ channel });
  world.slack.answer = () => UNKNOWN;
  await world.deliver();
  world.pass(2 * SECOND);
  world.slack.find = () => ({ kind: 'rate-limited', retryAfterMs: MINUTE });
  await world.deliver();
  await world.database.query(sql`delete from rate_limit_pauses`);
  await world.database.query(sql`update deliveries set due_at = ${world.now()}`);
  world.slack.lookups.length = 0;
  world.pass(MINUTE - 1);
  expect(await world.deliver()).toBe(0);
  world.pass(1);
  expect(await world.deliver()).toBe(2);
});

it('a pause of edits that comes while others are leased holds where the database lost it', async () => {
  await watchLive();
  await watchLive({ reading: scanning(3, 12), channel: 'C2', target: imageNamed('other') });
  const respond = await hold('update');
  await world.read(scanning(3, 12), imageNamed('other'));
  world.database.before = (text) => {
    if (!text.startsWith('select max(at) as at')) return undefined;
    return respond(rateLimited(MINUTE)).then(() => world.database.query(sql`delete from rate_limit_pauses`));
  };
  await world.deliver();
  world.database.failOn(null);
  const { length } = world.slack.calls;
  await world.read(scanning(5, 12), imageNamed('other'));
  await world.deliverFor(59 * SECOND);
  expect(world.slack.calls).toHaveLength(length);
});

it('an accepted message pauses nothing', async () => {
  await world.watch();
  const pauses: string[] = [];
  world.database.before = (text) => text.includes('into rate_limit_pauses') && pauses.push(text);
  await world.deliver();
  expect(pauses).toEqual([]);
});

it('a pause holds for the process that comes after', async () => {
  await world.watch();
  world.slack.answer = () => rateLimited(MINUTE);
  await world.deliver();
  world.restart();
  world.slack.answer = () => null;
  const late = await world.watch({ channel: 'C2' });
  await world.deliverFor(59 * SECOND, SECOND);
  expect(callsOf(late)).toEqual([]);
});

it('a pause is written down before its delivery is settled: until then a replica may call', async () => {
  await world.watch();
  world.slack.answer = () => rateLimited(MINUTE);
  const order: string[] = [];
  const saving = Promise.withResolvers<undefined>();
  world.database.before = (sql) => {
    if (sql.includes('insert into rate_limit_pauses')) {
      order.push('pause');
      return saving.promise.then(() => order.push('written'));
    }
    if (sql.includes('set lease_until = lease_until')) order.push('settled');
  };
  const delivering = world.deliver();
  while (order.length === 0) await nextTurn();
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  // This process knows it already.
  await world.watch({ channel: 'C2' });
  expect(await world.deliver()).toBe(0);
  saving.resolve(undefined);
  await delivering;
  expect(order).toEqual(['pause', 'written', 'settled']);
});

it.each([HOUR, 30 * SECOND])(
  'a pause ends when it would have, though the clock is set back by %i ms',
  async (backMs) => {
    const id = await watchLive();
    const now = world.now();
    await savePause(world.database, { method: 'posts', now, until: now + 5 * SECOND });
    world.pass(-backMs);
    await advance(ended(12, 12), 10 * SECOND);
    expect(callsOf(id)).toContain('completion 12');
  },
);

it.each([
  [15, 1],
  [16, 2],
])('of a retry in %i minutes a process that starts keeps what Slack may ask for', async (minutes, calls) => {
  const id = await world.watch();
  world.slack.answer = () => rateLimited(minutes * MINUTE);
  await world.deliver();
  await world.database.query(sql`update deliveries set state = 'pending'`);
  await world.database.query(sql`delete from rate_limit_pauses`);
  world.slack.answer = () => null;
  world.restart();
  await world.deliverFor(9 * MINUTE, 10 * SECOND);
  expect(callsOf(id)).toHaveLength(calls);
});

it('what was surely not sent is tried again after ever longer pauses', async () => {
  const id = await world.watch();
  world.slack.answer = () => UNSENT;
  await world.deliverFor(15 * SECOND);
  const at = world.slack.calls.filter(({ messageId }) => messageId === id).map((call) => call.at);
  // Half of 1, 2, 4 and 8 s; the first waits for a second, as every post in a channel does.
  expect(at.map((time) => (time - at[0]!) / SECOND)).toEqual([0, 1, 2, 4, 8]);
});

it('an attempt whose lease was lost counts as none', async () => {
  await watchLive({ reading: scanning(7, 12) });
  const respond = await hold();
  const before = world.settled.length;
  world.pass(LEASE_MS);
  await recoverExpired(world.database, recovery(world.now()));
  await respond(UNSENT);
  expect(world.settled).toHaveLength(before);
  expect(await world.open()).toEqual(['update pending']);
});

it.each([
  ['a delivery', false],
  ['a search', true],
])('the lease of %s is renewed for as long as that takes, and no longer', async (_, isSearch) => {
  const alarms = createAlarms({ now: () => world.now(), pass: (ms) => world.pass(ms) });
  await openWorld({ alarm: alarms.alarm });
  await world.watch();
  if (isSearch) {
    world.slack.answer = () => rateLimited(SECOND);
    await world.deliver();
    world.pass(2 * SECOND);
  }
  const during: number[] = [];
  const count = () => {
    during.push(alarms.count());
    return null;
  };
  world.slack.answer = count;
  world.slack.find = count;
  await world.deliver();
  expect(during[0]).toBe(1);
  expect(alarms.count()).toBe(0);
});
