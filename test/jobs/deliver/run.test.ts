import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EDIT_SPACING } from '../../../src/store/limits/spacing.ts';
import { ended, HOUR, MINUTE, scanning, SECOND, SETTINGS } from '../../support/observations.ts';
import { imageNamed, readNow } from '../../support/store.ts';
import { type Answer, UNSENT } from './fake-channel.ts';
import { callsOf, readMany, watchMany, world } from '../world.ts';
import { sql } from '../../../src/store/sql.ts';
import { loop, pass, settle, start, stops, useRunningLoop, wake } from './running-loop.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
useRunningLoop();

describe('the delivery loop', () => {
  it('sends what is due when it begins', async () => {
    const id = await world.watch();
    await start();
    expect(callsOf(id)).toEqual(['live 0']);
  });

  it('looks every half second for what has become due', async () => {
    const id = await world.watch({ liveDelayMs: 700 });
    await start();
    await pass(500);
    expect(callsOf(id)).toEqual([]);
    await pass(500);
    expect(callsOf(id)).toEqual(['live 0']);
  });

  it('looks at once when it is woken', async () => {
    await start();
    const id = await world.watch();
    await settle();
    expect(callsOf(id)).toEqual([]);
    await wake();
    expect(callsOf(id)).toEqual(['live 0']);
  });

  it('looks again when it is woken while it looks', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    world.database.after = (sql) => (sql.includes('group by kind, state') ? promise : undefined);
    await start();
    // The outbox has been read by now, and was empty.
    const id = await world.watch();
    loop.wake();
    resolve(undefined);
    await settle();
    expect(callsOf(id)).toEqual(['live 0']);
  });

  it('sends edits at an even pace, the first two at once', async () => {
    await watchMany(5);
    await start();
    const from = world.now();
    await readMany(scanning(7, 12), 5);
    await wake();
    for (let waitedMs = 0; waitedMs < 4 * SECOND; waitedMs += 15) await pass(15);
    const edits = world.slack.callsAs('update');
    const { stepMs } = EDIT_SPACING;
    expect(edits.map(({ at }) => at - from)).toEqual([0, 0, stepMs, 2 * stepMs, 3 * stepMs]);
  });

  it('sends a post within half a second, though the next edit is permitted later', async () => {
    await watchMany(3);
    await start();
    await readMany(scanning(7, 12), 3);
    await wake();
    const id = await world.watch({ channel: 'C9', liveDelayMs: 300 });
    for (let waitedMs = 0; waitedMs < 550; waitedMs += 50) await pass(50);
    expect(callsOf(id)).toEqual(['live 0']);
  });

  it('sends the final state as soon as the update under way is answered', async () => {
    const [id] = await watchMany(1);
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    world.slack.answer = ({ kind }) => (kind === 'update' ? promise : null);
    await world.read(scanning(7, 12), imageNamed('image-0'));
    await start();
    await world.read(ended(12, 12), imageNamed('image-0'));
    await wake();
    expect(callsOf(id!)).toEqual(['live 0', 'update 7', 'completion 12']);
    resolve(null);
    await settle();
    expect(callsOf(id!)).toEqual(['live 0', 'update 7', 'completion 12', 'final 12']);
  });

  it('looks twice a second while something is due that cannot be sent', async () => {
    for (let index = 0; index < 9; index += 1) await world.watch({ channel: `C${index}` });
    world.slack.answer = () => 'never';
    await start();
    let looks = 0;
    world.database.before = (sql) => (looks += sql.includes('group by kind, state') ? 1 : 0);
    for (let tenth = 0; tenth < 10; tenth += 1) await pass(100);
    expect(looks).toBe(2);
  });

  it('rests while there is nothing to do, and writes nothing', async () => {
    const asked: string[] = [];
    world.database.before = (sql) => void asked.push(sql);
    await start();
    asked.length = 0;
    await pass(1_999);
    expect(asked).toEqual([]);
    await pass(1);
    await wake();
    expect(asked).toEqual(Array<unknown>(2).fill(expect.stringMatching(/^\s*select/)));
  });

  it('wakes up when the next retry is due', async () => {
    const [id] = await watchMany(1);
    world.slack.answer = ({ kind, attempts }) => (kind === 'completion' && attempts === 1 ? UNSENT : null);
    await start();
    await world.read(ended(12, 12), imageNamed('image-0'));
    await wake();
    expect(callsOf(id!)).toEqual(['live 0', 'completion 12', 'final 12']);
    await pass(1_500);
    expect(callsOf(id!)).toEqual(['live 0', 'completion 12', 'final 12', 'completion 12']);
  });
});

describe('a clock that is set back an hour', () => {
  it('makes the delivery loop wait for no retry any longer', async () => {
    const [id] = await watchMany(1);
    world.slack.answer = ({ kind, attempts }) => (kind === 'completion' && attempts === 1 ? UNSENT : null);
    await start();
    await world.read(ended(12, 12), imageNamed('image-0'));
    await wake();
    world.pass(-HOUR);
    for (let second = 0; second < 5; second += 1) await pass(SECOND);
    expect(callsOf(id!)).toEqual(['live 0', 'completion 12', 'final 12', 'completion 12']);
  });
});

describe('a clock that is set back an hour', () => {
  it.each(['reports', 'rate_limit_pauses'])(
    'makes no message wait for a report any longer, though the database fails at that moment: %s',
    async (part) => {
      await watchMany(1);
      await start();
      const settings = { ...SETTINGS, reportWaitMs: 20 * SECOND };
      const target = imageNamed('image-0');
      await readNow(world.database, ended(12, 12), { target, now: world.now(), settings });
      world.pass(-HOUR);
      world.database.failOn(part);
      await pass(2 * SECOND);
      world.database.failOn(null);
      await pass(6 * SECOND);
      const [row] = await world.database.query(sql`select due_at, give_up_at from reports`);
      expect(Number(row?.['due_at'])).toBeLessThanOrEqual(world.now());
      expect(Number(row?.['give_up_at'])).toBeLessThanOrEqual(world.now() + 20 * SECOND);
    },
  );
});

describe('the end of the delivery loop', () => {
  it('comes at once where nothing is under way', async () => {
    await start();
    expect(await stops()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('comes when what is under way has been settled', async () => {
    await world.watch();
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    world.slack.answer = () => promise;
    await start();
    expect(await stops()).toBe(false);
    resolve(null);
    expect(await stops()).toBe(true);
    expect(await world.open()).toEqual([]);
  });

  it('comes after what was about to be sent', async () => {
    await start();
    await world.watch();
    const leasing = Promise.withResolvers<undefined>();
    const answering = Promise.withResolvers<null>();
    world.database.before = (sql) => (sql.includes(`set state = 'sending'`) ? leasing.promise : undefined);
    world.slack.answer = () => answering.promise;
    await wake();
    expect(await stops()).toBe(false);
    leasing.resolve(undefined);
    expect(await stops()).toBe(false);
    answering.resolve(null);
    expect(await stops()).toBe(true);
  });

  it('lets nothing new begin', async () => {
    await start();
    await loop.stop();
    const id = await world.watch();
    await wake();
    await pass(MINUTE);
    expect(callsOf(id)).toEqual([]);
  });
});

describe('a database that fails', () => {
  it('does not end the delivery loop, which tries again after a while', async () => {
    const id = await world.watch();
    world.database.failOn('deliveries');
    await start();
    expect(world.log.lines).toEqual(['error loop run failed; trying again']);
    expect(world.log.fields).toMatchObject([{ name: 'deliver' }]);
    await pass(4 * SECOND);
    expect(world.log.lines).toHaveLength(1);
    world.database.failOn(null);
    await pass(SECOND);
    expect(callsOf(id)).toEqual(['live 0']);
  });

  it('does not keep the delivery loop from ending', async () => {
    world.database.failOn('deliveries');
    await start();
    expect(await stops()).toBe(true);
  });
});
