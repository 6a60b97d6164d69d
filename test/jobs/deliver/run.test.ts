import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Loop } from '../../../src/loop.ts';
import { EDIT_SPACING } from '../../../src/store/limits/spacing.ts';
import { ended, HOUR, MINUTE, scanning, SECOND, SETTINGS } from '../../support/observations.ts';
import { imageNamed, readNow, recordingLog } from '../../support/store.ts';
import { type Answer, UNSENT } from './fake-channel.ts';
import { callsOf, createWorld, openOf, type World } from '../world.ts';
import { sql } from '../../../src/store/sql.ts';

let world: World;
let loop: Loop;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  world = await createWorld();
});

afterEach(() => {
  void loop.stop();
  vi.useRealTimers();
});

async function start(): Promise<void> {
  loop = world.deliverer().start();
  await settle();
}

/** Lets everything happen that waits for no time to pass. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

async function pass(ms: number): Promise<void> {
  world.pass(ms);
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

async function wake(): Promise<void> {
  loop.wake();
  await settle();
}

/** Watches, each with its own target and channel, and their live messages. */
async function watchMany(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await world.watch({ target: imageNamed(`image-${index}`), channel: `C${index}` }));
  }
  while ((await world.deliver()) > 0);
  world.pass(2 * MINUTE);
  return ids;
}

/** Whether the loop ends by now. */
async function stops(): Promise<boolean> {
  let isOver = false;
  void loop.stop().then(() => (isOver = true));
  await settle();
  return isOver;
}

describe('the delivery loop', () => {
  it('sends what is due when it begins', async () => {
    const id = await world.watch();
    await start();
    expect(callsOf(world, id)).toEqual(['live 0']);
  });

  it('looks every half second for what has become due', async () => {
    const id = await world.watch({ liveDelayMs: 700 });
    await start();
    await pass(500);
    expect(callsOf(world, id)).toEqual([]);
    await pass(500);
    expect(callsOf(world, id)).toEqual(['live 0']);
  });

  it('looks at once when it is woken', async () => {
    await start();
    const id = await world.watch();
    await settle();
    expect(callsOf(world, id)).toEqual([]);
    await wake();
    expect(callsOf(world, id)).toEqual(['live 0']);
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
    expect(callsOf(world, id)).toEqual(['live 0']);
  });

  it('sends edits at an even pace, the first two at once', async () => {
    await watchMany(5);
    await start();
    const from = world.now();
    for (let index = 0; index < 5; index += 1)
      await world.read(scanning(7, 12), imageNamed(`image-${index}`));
    await wake();
    for (let waitedMs = 0; waitedMs < 4 * SECOND; waitedMs += 15) await pass(15);
    const edits = world.slack.calls.filter(({ kind }) => kind === 'update');
    const { stepMs } = EDIT_SPACING;
    expect(edits.map(({ at }) => at - from)).toEqual([0, 0, stepMs, 2 * stepMs, 3 * stepMs]);
  });

  it('sends a post within half a second, though the next edit is permitted later', async () => {
    await watchMany(3);
    await start();
    for (let index = 0; index < 3; index += 1)
      await world.read(scanning(7, 12), imageNamed(`image-${index}`));
    await wake();
    const id = await world.watch({ channel: 'C9', liveDelayMs: 300 });
    for (let waitedMs = 0; waitedMs < 550; waitedMs += 50) await pass(50);
    expect(callsOf(world, id)).toEqual(['live 0']);
  });

  it('sends the final state as soon as the update under way is answered', async () => {
    const [id] = await watchMany(1);
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    world.slack.answer = ({ kind }) => (kind === 'update' ? promise : null);
    await world.read(scanning(7, 12), imageNamed('image-0'));
    await start();
    await world.read(ended(12, 12), imageNamed('image-0'));
    await wake();
    expect(callsOf(world, id!)).toEqual(['live 0', 'update 7', 'completion 12']);
    resolve(null);
    await settle();
    expect(callsOf(world, id!)).toEqual(['live 0', 'update 7', 'completion 12', 'final 12']);
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
    expect(callsOf(world, id!)).toEqual(['live 0', 'completion 12', 'final 12']);
    await pass(1_500);
    expect(callsOf(world, id!)).toEqual(['live 0', 'completion 12', 'final 12', 'completion 12']);
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
    expect(callsOf(world, id!)).toEqual(['live 0', 'completion 12', 'final 12', 'completion 12']);
  });
});

describe('a clock that is set back an hour', () => {
  it('makes no message wait for a report any longer, though the database fails at that moment', async () => {
    await watchMany(1);
    await start();
    const settings = { ...SETTINGS, reportWaitMs: 20 * SECOND };
    const target = imageNamed('image-0');
    await readNow(world.database, ended(12, 12), { target, now: world.now(), settings });
    world.pass(-HOUR);
    world.database.failOn('reports');
    await pass(2 * SECOND);
    world.database.failOn(null);
    await pass(6 * SECOND);
    const [row] = await world.database.query(sql`select due_at, give_up_at from reports`);
    expect(Number(row?.['due_at'])).toBeLessThanOrEqual(world.now());
    expect(Number(row?.['give_up_at'])).toBeLessThanOrEqual(world.now() + 20 * SECOND);
  });
});

describe('a call that hangs', () => {
  it('holds up no other message, and no end', async () => {
    const ids = await watchMany(20);
    world.slack.answer = ({ kind }) => (kind === 'update' ? 'never' : null);
    for (let index = 0; index < 18; index += 1) {
      await world.read(scanning(7, 12), imageNamed(`image-${index}`));
    }
    await start();
    for (let second = 0; second < 9; second += 1) await pass(SECOND);
    expect(world.slack.calls.filter(({ kind }) => kind === 'update')).toHaveLength(6);
    await world.read(ended(12, 12), imageNamed('image-18'));
    await world.read(ended(12, 12), imageNamed('image-19'));
    await wake();
    for (const id of ids.slice(-2))
      expect(callsOf(world, id)).toEqual(['live 0', 'completion 12', 'final 12']);
  });

  it('to the history is one of four at most', async () => {
    for (let index = 0; index < 6; index += 1) await world.watch({ channel: `C${index}` });
    world.slack.answer = () => ({ kind: 'unknown', detail: 'timeout' });
    while ((await world.deliver()) > 0);
    world.slack.find = () => new Promise(() => undefined);
    world.pass(2 * SECOND);
    await start();
    expect(world.slack.lookups).toHaveLength(4);
  });

  it('to the history holds up no post', async () => {
    await world.watch({ channel: 'C1' });
    world.slack.answer = () => ({ kind: 'unknown', detail: 'timeout' });
    await world.deliver();
    world.slack.answer = () => null;
    world.slack.find = () => new Promise(() => undefined);
    world.pass(2 * SECOND);
    await start();
    expect(world.slack.lookups).toHaveLength(1);
    const id = await world.watch({ channel: 'C2' });
    await wake();
    expect(callsOf(world, id)).toEqual(['live 0']);
  });

  it('is one of eight posts at most', async () => {
    for (let index = 0; index < 20; index += 1) await world.watch({ channel: `C${index}` });
    const answers: PromiseWithResolvers<Answer | null>[] = [];
    world.slack.answer = () => {
      answers.push(Promise.withResolvers());
      return answers.at(-1)!.promise;
    };
    await start();
    await pass(5 * SECOND);
    expect(world.slack.calls).toHaveLength(8);
    answers[0]?.resolve(null);
    await settle();
    expect(world.slack.calls).toHaveLength(9);
  });
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
    expect(await openOf(world.database)).toEqual([]);
  });

  it('lets nothing new begin', async () => {
    await start();
    await loop.stop();
    const id = await world.watch();
    await wake();
    await pass(MINUTE);
    expect(callsOf(world, id)).toEqual([]);
  });
});

describe('a database that fails', () => {
  it('does not end the delivery loop, which tries again after a while', async () => {
    const recording = recordingLog();
    world = await createWorld({ log: recording.log });
    const id = await world.watch();
    world.database.failOn('deliveries');
    await start();
    expect(recording.lines).toEqual(['error loop run failed; trying again']);
    await pass(4 * SECOND);
    expect(recording.lines).toHaveLength(1);
    world.database.failOn(null);
    await pass(SECOND);
    expect(callsOf(world, id)).toEqual(['live 0']);
  });

  it('does not keep the delivery loop from ending', async () => {
    world.database.failOn('deliveries');
    await start();
    expect(await stops()).toBe(true);
  });
});
