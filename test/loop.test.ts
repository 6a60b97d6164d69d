import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Loop, type LoopOptions, startLoop } from '../src/loop.ts';
import { NOON, SECOND } from './support/observations.ts';
import { recordingLog } from './support/store.ts';

/** The due work, and what the loop does. */
interface Scene {
  dueAt: number | null;
  reads: number;
  /** Ms since the loop began, of each run. */
  readonly runs: number[];
  /** What a run does; by default nothing is due any more. */
  run: () => Promise<void>;
  isBroken: boolean;
}

let scene: Scene;
let now: number;
let loop: Loop;
let recording: ReturnType<typeof recordingLog>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  now = NOON;
  const none = (): Promise<void> => {
    scene.dueAt = null;
    return Promise.resolve();
  };
  scene = { dueAt: null, reads: 0, runs: [], run: none, isBroken: false };
  recording = recordingLog();
});

afterEach(() => {
  void loop.stop();
  vi.useRealTimers();
});

async function start(minIntervalMs = 5 * SECOND, options: Partial<LoopOptions> = {}): Promise<void> {
  loop = startLoop({
    name: 'report',
    next: () => {
      scene.reads += 1;
      return scene.isBroken ? Promise.reject(new Error('disk I/O error')) : Promise.resolve(scene.dueAt);
    },
    run: () => {
      scene.runs.push(now - NOON);
      return scene.run();
    },
    minIntervalMs,
    now: () => now,
    log: recording.log,
    ...options,
  });
  await settle();
}

/** Lets everything happen that waits for no time to pass. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    now += 100;
    await vi.advanceTimersByTimeAsync(100);
    await settle();
  }
}

async function stops(): Promise<boolean> {
  let isOver = false;
  void loop.stop().then(() => (isOver = true));
  await settle();
  return isOver;
}

describe('a loop over what is due', () => {
  it.each([
    [700, 1_300],
    [1_800, 200],
    // Too near: a timer may be early.
    [1_801, 2_199],
  ])('checks an idle loop at the same moment as all others: after %i ms in %i', async (passedMs, waitMs) => {
    now = NOON + passedMs;
    const waits: number[] = [];
    await start(5 * SECOND, { alarm: (ms) => (waits.push(ms), () => undefined) });
    expect(waits).toEqual([waitMs]);
  });

  it('does what is due when it begins', async () => {
    scene.dueAt = NOON;
    await start();
    expect(scene.runs).toEqual([0]);
  });

  it('reads once in two seconds while nothing is due', async () => {
    await start();
    await pass(20 * SECOND);
    expect(scene.reads).toBe(11);
    expect(scene.runs).toEqual([]);
  });

  it('is there when the time comes, without being woken', async () => {
    scene.dueAt = NOON + 7_300;
    await start();
    await pass(8 * SECOND);
    expect(scene.runs).toHaveLength(1);
    expect(scene.runs[0]).toBeGreaterThanOrEqual(7_300);
    expect(scene.runs[0]).toBeLessThanOrEqual(7_800);
  });

  it('notices within two seconds what another process has put in', async () => {
    await start();
    await pass(100);
    scene.dueAt = NOON;
    await pass(2 * SECOND);
    expect(scene.runs).toHaveLength(1);
  });

  it('runs as soon as it is woken, and takes what comes in the pause after it together', async () => {
    await start();
    await pass(300);
    scene.dueAt = NOON;
    loop.wake();
    await settle();
    expect(scene.runs).toEqual([300]);
    for (let tenth = 0; tenth < 20; tenth += 1) {
      scene.dueAt = NOON;
      loop.wake();
      await pass(100);
    }
    await pass(4 * SECOND);
    expect(scene.runs).toEqual([300, 5_300]);
  });

  it('rests between two runs, however often it is woken and whatever is due', async () => {
    scene.dueAt = NOON;
    scene.run = () => Promise.resolve();
    await start();
    for (let second = 0; second < 12; second += 1) {
      loop.wake();
      await pass(SECOND);
    }
    expect(scene.runs).toEqual([0, 5_000, 10_000]);
  });

  it.each([
    [SECOND, [0, 10_000]],
    [5 * SECOND, [0, 10_000]],
    [8 * SECOND, [0, 16_000]],
  ])(
    'goes on after a run and a reading that failed, five seconds later or after its rest of %i ms',
    async (minIntervalMs, runs) => {
      scene.dueAt = NOON;
      scene.run = () => Promise.reject(new Error('no'));
      await start(minIntervalMs);
      scene.isBroken = true;
      await pass(Math.max(5 * SECOND, minIntervalMs) + SECOND);
      scene.isBroken = false;
      scene.run = () => new Promise(() => undefined);
      await pass(10 * SECOND);
      expect(scene.runs).toEqual(runs);
      expect(recording.lines).toEqual(Array(2).fill('error loop run failed; trying again'));
    },
  );

  it('tries again after its rest where it is woken after a run that failed', async () => {
    scene.dueAt = NOON;
    scene.run = () => Promise.reject(new Error('no'));
    await start(SECOND);
    await pass(500);
    loop.wake();
    await pass(600);
    expect(scene.runs).toEqual([0, 1_000]);
  });

  it('says how long a run took', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    scene.dueAt = NOON;
    scene.run = () => vi.advanceTimersByTimeAsync(700).then(() => undefined);
    const reported: [string, number][] = [];
    await start(SECOND, { onRun: (name, ms) => reported.push([name, ms]) });
    expect(reported).toEqual([['report', 700]]);
  });

  it('looks again after a run when that is to be, or earlier when it is woken', async () => {
    scene.dueAt = NOON;
    scene.run = () => Promise.resolve();
    await start(0, { repeatMs: () => 500 });
    await pass(400);
    expect(scene.runs).toEqual([0]);
    await pass(300);
    loop.wake();
    await settle();
    expect(scene.runs).toEqual([0, 500, 700]);
  });

  it('looks again although it was woken while it looked', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    await start(0, { next: () => promise.then(() => scene.dueAt) });
    loop.wake();
    scene.dueAt = NOON + 100;
    resolve(undefined);
    await settle();
    scene.dueAt = NOON;
    await settle();
    await pass(100);
    expect(scene.runs).toEqual([100]);
  });

  it('runs at its interval where nothing says when it is due', async () => {
    scene.run = () => Promise.resolve();
    loop = startLoop({
      name: 'console',
      run: () => scene.runs.push(now - NOON),
      minIntervalMs: SECOND,
      log: recording.log,
    });
    await settle();
    await pass(2_500);
    expect(scene.runs).toEqual([0, 1_000, 2_000]);
  });

  it('goes on after whoever is told of a run failed', async () => {
    scene.dueAt = NOON;
    scene.run = () => Promise.resolve();
    const onRun = () => {
      throw new Error('no such metric');
    };
    await start(SECOND, { onRun });
    await pass(6 * SECOND);
    expect(scene.runs).toEqual([0, 5_000]);
    expect(recording.lines).toEqual(['error loop run failed; trying again']);
  });

  it('whose run moves its due time and fails logs that once, and its end only after a run that works', async () => {
    scene.dueAt = NOON;
    scene.run = () => {
      scene.dueAt = now + 12 * SECOND;
      return Promise.reject(new Error('database or disk is full'));
    };
    await start(SECOND, { failed: 'report failed' });
    await pass(40 * SECOND);
    expect(scene.runs).toHaveLength(4);
    scene.dueAt = null;
    await pass(5 * SECOND);
    expect(recording.lines).toEqual(['error report failed']);
    scene.dueAt = now;
    scene.run = () => Promise.resolve();
    await pass(3 * SECOND);
    expect(recording.lines).toEqual(['error report failed', 'info loop runs again']);
    expect(recording.fields).toEqual([
      { name: 'report', error: 'database or disk is full' },
      { name: 'report', failures: 4 },
    ]);
  });

  it('that cannot read for a while when it is due logs that once, and its end though nothing is due', async () => {
    scene.isBroken = true;
    await start(SECOND, { failed: 'report failed' });
    await pass(16 * SECOND);
    scene.isBroken = false;
    await pass(5 * SECOND);
    const again = 'info loop reads its due time again';
    expect([recording.lines, scene.runs]).toEqual([['error loop run failed; trying again', again], []]);
  });
});

describe('a loop that is stopped', () => {
  it('ends at once while it rests, and while it waits', async () => {
    await start();
    expect(await stops()).toBe(true);
    scene.dueAt = NOON;
    await start();
    expect(await stops()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('finishes the run that goes on', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    scene.dueAt = NOON;
    scene.run = () => promise;
    await start();
    expect(await stops()).toBe(false);
    resolve(undefined);
    expect(await stops()).toBe(true);
    expect(scene.runs).toEqual([0]);
  });

  it('begins no run that it was about to', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    await start(0, { next: () => promise });
    void loop.stop();
    resolve(NOON);
    expect(await stops()).toBe(true);
    await pass(SECOND);
    expect(scene.runs).toEqual([]);
  });
});
