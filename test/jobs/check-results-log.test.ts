import { expect, it } from 'vitest';
import { checkDueResults } from '../../src/jobs/check-results.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import { findTarget } from '../../src/store/targets.ts';
import { IMAGE, NOON, SECOND } from '../support/observations.ts';
import { useMemory } from '../support/memory.ts';
import { recordingLog, watching } from '../support/store.ts';

const database = useMemory();

it.each([
  ['none', null, null, 0],
  ['one that was known', NOON, NOON, 0],
  ['none any more, since another process saw the next scan', NOON, null, 0],
  ['the first', null, NOON, 1],
  ['another one', NOON, NOON + SECOND, 1],
])('the end in the results is logged where it is news: %s', async (_, before, endedAt, lines) => {
  const withEnd = (at: number | null) => ({
    ...NEW_TARGET,
    snapshot: { ...NEW_TARGET.snapshot, endedAt: at },
  });
  const recording = recordingLog();
  await watching(database);
  const stored = (await findTarget(database, IMAGE))!;
  const check = { ...withEnd(endedAt), failure: null, before: { ...stored, state: withEnd(before) } };
  await checkDueResults({ observer: { checkResults: () => Promise.resolve([check]) }, log: recording.log });
  expect(recording.lines).toEqual(Array(lines).fill('info scan end found in results'));
});
