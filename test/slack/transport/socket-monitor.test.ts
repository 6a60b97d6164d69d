import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SocketState } from '../../../src/slack/transport/socket-supervisor.ts';
import { createSocketMonitor, type SocketMonitor } from '../../../src/slack/transport/dual-socket.ts';

let watch: SocketMonitor;
let problems: (string | null)[];

beforeEach(() => {
  vi.useFakeTimers();
  problems = [];
  watch = createSocketMonitor({ graceMs: 10_000, onError: (problem) => problems.push(problem) });
});

afterEach(() => {
  watch.end();
  vi.useRealTimers();
});

const OPEN: SocketState = { kind: 'open' };
const away = (why = 'closed'): SocketState => ({ kind: 'away', why });
const REFUSED: SocketState = { kind: 'refused', reason: 'switch it on', error: null };

/** The problems after so long. */
function after(ms: number): readonly (string | null)[] {
  vi.advanceTimersByTime(ms);
  return problems;
}

/** Both sockets were open, and are no more. */
function loseBoth(): void {
  for (const state of [OPEN, away()]) for (const line of [1, 2]) watch.record(line, state);
  problems = [];
}

describe('no open socket', () => {
  it('is a problem after ten seconds, however often both are tried meanwhile', () => {
    loseBoth();
    for (let seconds = 1; seconds < 10; seconds += 1) {
      vi.advanceTimersByTime(1_000);
      watch.record((seconds % 2) + 1, away('still away'));
    }
    expect(problems).toEqual([]);
    expect(after(1_000)).toEqual([expect.stringContaining('trying again (still away)')]);
  });

  it('is told once, until one is open', () => {
    loseBoth();
    vi.advanceTimersByTime(10_000);
    watch.record(1, away());
    expect(after(60_000)).toHaveLength(1);
    watch.record(2, OPEN);
    expect(problems.at(-1)).toBeNull();
    watch.record(2, away());
    expect(after(9_999)).toHaveLength(2);
    expect(after(1)).toHaveLength(3);
  });

  it('is no problem where one comes back in time', () => {
    loseBoth();
    vi.advanceTimersByTime(9_000);
    watch.record(2, OPEN);
    expect(after(60_000)).toEqual([null]);
  });

  it('counts from when the last one left', () => {
    for (const line of [1, 2]) watch.record(line, OPEN);
    watch.record(1, away());
    vi.advanceTimersByTime(60_000);
    watch.record(2, away());
    problems = [];
    expect(after(9_999)).toEqual([]);
    expect(after(1)).toHaveLength(1);
  });

  it('is told at once where an operator has to act, and that stays told while the other one is tried', () => {
    loseBoth();
    watch.record(1, REFUSED);
    expect(problems).toEqual(['switch it on']);
    watch.record(2, away());
    expect(after(60_000)).toEqual(['switch it on']);
    watch.record(1, away('a network'));
    expect(after(10_000).at(-1)).toContain('a network');
  });
});
