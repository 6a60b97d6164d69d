/** What a watch shows of a target. */

import type { Snapshot } from '../snapshot.ts';
import type { Watch } from '../watch.ts';
import { isOutOfReach } from './apply-progress.ts';
import { EMPTY_RESPONSES_OUT_OF_SCOPE } from './fingerprint.ts';
import { type TargetState, toWatchedSnapshot } from './target-state.ts';

/** The same until the state changes. An unreachable Console is shown to waiting watches as well, whatever ended before them. */
export function watchedSnapshot({ createdAt }: Pick<Watch, 'createdAt'>, state: TargetState): Snapshot {
  const watchedForMs = (state.snapshot.answeredAt ?? createdAt) - createdAt;
  return withOutage(withoutEarlyHint(toWatchedSnapshot(state.snapshot), watchedForMs), state);
}

/** Empty responses within seconds, or before the watch was made, do not mean "out of scope". */
const SETTLE_MS = 30_000;

function withoutEarlyHint(snapshot: Snapshot, watchedForMs: number): Snapshot {
  if (snapshot.state !== 'waiting' || watchedForMs >= SETTLE_MS) return snapshot;
  const emptyAnswers = Math.min(snapshot.emptyAnswers, EMPTY_RESPONSES_OUT_OF_SCOPE - 1);
  return { ...snapshot, emptyAnswers, emptySince: null };
}

/** What a watch shows that waits for a scan: that the Console is unreachable, whatever ended before. */
export function withOutage(watched: Snapshot, state: TargetState): Snapshot {
  const isUnknown = watched.state === 'waiting' && isOutOfReach(state);
  return isUnknown ? { ...watched, state: 'unknown', failure: state.failure } : watched;
}
