import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startHeartbeat, type Heartbeat } from '../../../src/jobs/timing/heartbeat.ts';
import { MINUTE, NOON, SECOND } from '../../support/observations.ts';
import { recordingLog } from '../../support/store.ts';

let reported: (number | null)[];
let recording: ReturnType<typeof recordingLog>;
let onStall: (ms: number | null) => void;
let heartbeat: Heartbeat;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  reported = [];
  recording = recordingLog();
  onStall = (ms) => reported.push(ms);
});
afterEach(() => {
  void heartbeat.stop();
  vi.useRealTimers();
});

function start(periodMs: number): void {
  heartbeat = startHeartbeat({ periodMs, onStall, monotonicNow: () => Date.now(), log: recording.log });
}

it.each([
  [5 * SECOND, 17 * SECOND],
  [SECOND, 11 * SECOND],
  [MINUTE, 182 * SECOND],
])('with a run every %i ms, nothing for %i ms is a standstill, told once', async (periodMs, stillMs) => {
  start(periodMs);
  for (let runs = 0; runs < 5; runs += 1) {
    await vi.advanceTimersByTimeAsync(periodMs);
    heartbeat.begin()();
  }
  expect(reported).toEqual([]);
  await vi.advanceTimersByTimeAsync(stillMs - 2 * SECOND);
  expect(reported).toEqual([]);
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(reported).toEqual([stillMs]);
  const end = heartbeat.begin();
  expect(reported).toEqual([stillMs, null]);
  end();
  await vi.advanceTimersByTimeAsync(stillMs + 2 * SECOND);
  expect(reported).toHaveLength(3);
});

it('a run that takes minutes is none, and one that never ends is', async () => {
  start(5 * SECOND);
  heartbeat.begin()();
  const end = heartbeat.begin();
  await vi.advanceTimersByTimeAsync(15 * MINUTE);
  end();
  await vi.advanceTimersByTimeAsync(14 * SECOND);
  expect(reported).toEqual([]);
  heartbeat.begin();
  await vi.advanceTimersByTimeAsync(30 * MINUTE);
  expect(reported).toHaveLength(1);
});

it('names itself where it fails', async () => {
  onStall = () => {
    throw new Error('no such metric');
  };
  start(5 * SECOND);
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(recording.fields).toMatchObject([{ name: 'heartbeat' }]);
});
