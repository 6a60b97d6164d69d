import { describe, expect, it } from 'vitest';
import { type BoardLine, lineState, sumBoard } from '../../src/scan/board.ts';
import type { WatchEnd } from '../../src/scan/delivery.ts';
import type { ScanState, Snapshot } from '../../src/scan/snapshot.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import { IMAGE, NOON, SECOND } from '../support/observations.ts';

const REPORT = { kind: 'image', findings: null, before: null, error: '' } as const;

interface Line extends Partial<Snapshot> {
  readonly end?: WatchEnd | null;
  readonly by?: string;
  /** Why its result says that it could not be scanned; left out without a result. */
  readonly error?: string;
}

function line({ end = null, by, error, ...snapshot }: Line): BoardLine {
  const content = { snapshot: { ...NEW_TARGET.snapshot, ...snapshot }, end, stoppedBy: by ?? null };
  return { target: IMAGE, content, report: error === undefined ? null : { ...REPORT, error } };
}

const sum = (...lines: readonly Line[]) => sumBoard(lines.map(line));
const over = (state: ScanState = 'completed'): Line => ({ end: 'scan-ended', state });

describe('a line', () => {
  it.each<[string, Line, ScanState]>([
    ['that expired', { end: 'expired', state: 'waiting' }, 'not running'],
    ['that never started', { end: 'not-started', state: 'waiting' }, 'failed'],
    ['that ended', over(), 'completed'],
    ['that ended, and has a result', { ...over(), error: '' }, 'completed'],
    ['that ended, and has none but an error', { ...over(), error: 'pull failed' }, 'failed'],
    ['that goes on, whatever an older result says', { state: 'scanning', error: 'pull failed' }, 'scanning'],
    ['that was stopped', { end: 'stopped', state: 'scanning' }, 'scanning'],
    ['that moved', { end: 'folded', state: 'scanning' }, 'scanning'],
  ])('%s', (_, one, state) => {
    expect(lineState(line(one))).toBe(state);
  });
});

describe('a board', () => {
  const stopped = (by: string): Line => ({ end: 'stopped', state: 'scanning', by });
  const expired: Line = { end: 'expired', state: 'waiting' };
  const NOT_RUNNING = 'not running';

  it.each<[string, readonly Line[], WatchEnd | null, ScanState]>([
    ['without lines', [], null, 'waiting'],
    ['of which one goes on', [over(), { state: 'discovering' }], null, 'discovering'],
    ['of which two go on', [{ state: 'waiting' }, { state: 'scanning' }], null, 'scanning'],
    ['of which one is stalled', [{ state: 'waiting' }, { state: 'stalled' }], null, 'stalled'],
    ['of which one is unknown', [{ state: 'waiting' }, { state: 'unknown' }], null, 'unknown'],
    ['of which one waits, and one has failed', [{ state: 'waiting' }, over('failed')], null, 'waiting'],
    ['of which one waits, and one is not watched', [{ state: 'waiting' }, stopped('U1')], null, 'waiting'],
    ['of which one failed', [over(), over('failed')], 'scan-ended', 'failed'],
    ['of which one never started', [{ end: 'not-started' }, expired], 'scan-ended', 'failed'],
    ['of which one expired', [over(), expired], 'scan-ended', 'completed'],
    ['of which one was stopped at the Console', [over('stopped'), expired], 'scan-ended', 'stopped'],
    ['of which all expired', [expired, expired], 'expired', 'not running'],
    ['of which one expired, and one is not watched', [expired, stopped('U1')], 'expired', 'not running'],
    ['that nobody watches', [stopped('U1'), { ...stopped('U1'), state: 'failed' }], 'stopped', 'scanning'],
    ['that nobody watches, and none ran', [{ ...stopped('U1'), state: NOT_RUNNING }], 'stopped', NOT_RUNNING],
  ])('%s', (_, lines, end, state) => {
    const content = sum(...lines);
    expect([content.end, content.snapshot.state]).toEqual([end, state]);
  });

  it('was stopped by who stopped all of it', () => {
    expect(sum(stopped('U1'), stopped('U1')).stoppedBy).toBe('U1');
    expect(sum(stopped('U1'), stopped('U2')).stoppedBy).toBeNull();
    expect(sum(stopped('U1'), expired).stoppedBy).toBeNull();
  });

  it('adds what its lines count, from the first start to the last end', () => {
    const images = (scanned: number) => ({ scanned, total: 9, title: 'a title', error: '' });
    const times = (second: number) => ({
      startedAt: NOON + second,
      endedAt: NOON + 2 * second,
      answeredAt: NOON + second,
    });
    const known = { ...over(), isStartKnown: true };
    const lines: Line[] = [
      { ...known, scan: 1, restarts: 2, images: images(3), discovery: images(1), ...times(SECOND) },
      { ...known, scan: 3, images: images(4), ...times(2 * SECOND) },
      over(),
    ];
    const { snapshot } = sum(...lines.slice(0, 2));
    expect(snapshot).toMatchObject({
      scan: 4,
      restarts: 2,
      images: { scanned: 7, total: 18, title: '', error: '' },
      discovery: { scanned: 1, total: 9, title: '' },
      startedAt: NOON + SECOND,
      endedAt: NOON + 4 * SECOND,
      answeredAt: NOON + 2 * SECOND,
      isStartKnown: true,
    });
    expect(sum(...lines).snapshot).toMatchObject({ startedAt: NOON + SECOND, isStartKnown: false });
    expect(sum(...lines, { state: 'scanning' }).snapshot.endedAt).toBeNull();
    expect(sum(over()).snapshot).toMatchObject({ startedAt: null, endedAt: null, answeredAt: null });
  });
});
