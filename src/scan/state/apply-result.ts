/**
 * What a target's result makes of its state, and when results are checked. They show the ends that no poll could report:
 * those that another program read, or a process that was killed between the Console's response and its own commit.
 */

import { endScan, type Transition, type TransitionInput } from './end-scan.ts';
import { CLOCK_STEP_MS, isNewResult, resultTimeOf, updateBaseline } from './baseline.ts';
import { MISSING_POLLS } from './apply-progress.ts';
import { isLasting, type ResultsObservation } from '../results/result.ts';
import type { StepProgress } from '../snapshot.ts';
import { NO_ETA } from './eta.ts';
import { NO_STEP, type OngoingScan } from './ongoing-scan.ts';
import { scanOf, type TargetState, unconfirmedEndOf } from './target-state.ts';
import { endUnconfirmed, notEnded, SHOWN_LATE_MS } from './unconfirmed-end.ts';

/** An image's result shows seconds after its scan ended. */
const SOON_MS = 10_000;
/** For scans that begin and end between two ticks while somebody else reads their end. */
const IDLE_MS = 60_000;
/** A role may be fixed. */
const HIDDEN_MS = 10 * 60_000;

/** When the results are to be checked next, epoch ms: 0 for now, null where there is nothing to find out. */
export function nextResultsCheckAt(state: TargetState): number | null {
  const { baseline, resultsCheckedAt, phase } = state;
  if (baseline === null) return null;
  if (resultsCheckedAt === null) return 0;
  if (state.areResultsHidden) return resultsCheckedAt + HIDDEN_MS;
  switch (phase.kind) {
    case 'missing':
    case 'ended-unconfirmed':
      return resultsCheckedAt + SOON_MS;
    case 'ongoing':
      if (phase.scan.endBefore !== null) return resultsCheckedAt + SOON_MS;
      return baseline.resultAt === null ? resultsCheckedAt + IDLE_MS : null;
    case 'idle':
    case 'ended':
      return resultsCheckedAt + IDLE_MS;
  }
}

type ResultsInput = TransitionInput & { readonly results: ResultsObservation };
type ResponseInput = TransitionInput & {
  readonly results: Extract<ResultsObservation, { kind: 'answered' }>;
};

/** Pure. A failed check ends nothing, unless it shows that results stay hidden. */
export function applyResult(input: ResultsInput): Transition {
  const { state, results } = input;
  if (results.kind === 'failed') {
    const areResultsHidden = isLasting(results.failure);
    const checked = { ...state, resultsCheckedAt: results.at, areResultsHidden };
    const instant = { at: results.at, consoleAt: null };
    return areResultsHidden
      ? endUnconfirmed({ ...input, state: checked }, instant, { shouldNotify: true })
      : notEnded(checked);
  }
  const baseline = updateBaseline(state, input.watches, results);
  const checked = { ...state, baseline, resultsCheckedAt: results.at, areResultsHidden: false };
  const response: ResponseInput = { ...input, results, state: checked };
  const isNew = isNewResult(checked, results);
  if (isNew && confirmsEndBefore(checked, results))
    return endUnconfirmed(response, results, { shouldNotify: true, scannedAt: results.result?.scannedAt });
  if (isNew && !isOfEarlierScan(checked, results)) return applyNewResult(response);
  const withBaseline = { ...response, state: { ...checked, baseline: recordBaseline(response) } };
  if (results.isOngoing && !hasEndBefore(checked)) return notEnded(stillOngoing(withBaseline));
  return applyOldResult(withBaseline);
}

/** It is dated before the scan that was seen: that of one that began and ended unseen. */
function isOfEarlierScan(state: TargetState, { result }: ResponseInput['results']): boolean {
  const startedAt = scanOf(state)?.consoleStartedAt ?? null;
  return startedAt !== null && result !== null && result.scannedAt < startedAt - CLOCK_STEP_MS;
}

/** What goes on has no result yet, and the next scan may be over while the end before it is still awaited. */
function confirmsEndBefore(state: TargetState, results: ResponseInput['results']): boolean {
  return hasEndBefore(state) && (state.phase.kind === 'ongoing' || isOfEarlierScan(state, results));
}

function hasEndBefore(state: TargetState): boolean {
  return (scanOf(state)?.endBefore ?? null) !== null;
}

function recordBaseline({ state: { baseline }, results }: ResponseInput): TargetState['baseline'] {
  if (baseline === null) return null;
  return { ...baseline, resultAt: resultTimeOf(results), findings: results.result?.findings ?? null };
}

/** A scan that ended since the watchers began to watch. */
function applyNewResult(input: ResponseInput): Transition {
  const { state, results } = input;
  switch (state.phase.kind) {
    case 'ended-unconfirmed':
      return endUnconfirmed(input, results, { shouldNotify: true });
    case 'idle':
    case 'ended':
      return results.isOngoing ? notEnded(state) : endUnseen(input);
    // What goes on is not over: the registry scan may have scanned the same image meanwhile.
    case 'ongoing':
      return notEnded(stillOngoing(input));
    case 'missing': {
      const { scan } = state.phase;
      if (results.isOngoing) return notEnded(stillOngoing(input));
      // The next poll ends what is shown as finished, and knows more of it.
      const isShown = scan.registries.every(({ isOngoing }) => !isOngoing);
      return isShown ? notEnded(state) : endByResult(input, scan);
    }
  }
}

/** The finished element was that of an older scan; one that is missing stays missing. */
function applyOldResult(input: ResponseInput): Transition {
  const { state, target, results } = input;
  const { phase } = state;
  const end = unconfirmedEndOf(state);
  if (end !== null && results.result !== null && results.at - end.at >= SHOWN_LATE_MS)
    return endUnconfirmed(input, results, { shouldNotify: false });
  const isMissing = phase.kind === 'missing' && phase.emptyPolls >= MISSING_POLLS;
  return target.kind === 'regular' && isMissing
    ? endScan({ ...input, observation: results }, phase.scan, { evidence: 'vanished' })
    : notEnded(state);
}

/** The Console says that it scans although no progress shows: between two registries nothing is for a moment. */
function stillOngoing({ state, results }: ResponseInput): TargetState {
  const scan = scanOf(state);
  if (scan === null || !results.isOngoing) return state;
  return { ...state, phase: { kind: 'ongoing', scan: { ...scan, lastSeenAt: results.at } } };
}

/** It was watched, and somebody else read its end. */
function endByResult(input: ResponseInput, scan: OngoingScan): Transition {
  const { target, results } = input;
  const facts = factsOf(results);
  if (target.kind === 'regular') return endScan({ ...input, observation: results }, scan, facts);
  const registries = scan.registries.map((registry) => ({
    ...registry,
    images: withError(registry.images, facts.error),
  }));
  const state = facts.error === '' ? 'completed' : 'failed';
  return endScan({ ...input, observation: results }, { ...scan, registries }, { ...facts, state });
}

/** It began and ended between two polls: there are no counts to show. */
function endUnseen(input: ResponseInput): Transition {
  const { state, results } = input;
  const facts = factsOf(results);
  const scan: OngoingScan = {
    number: state.scanCount + 1,
    startedAt: facts.at,
    isStartKnown: false,
    consoleStartedAt: null,
    lastProgressAt: facts.at,
    lastSeenAt: facts.at,
    restarts: 0,
    registries: facts.error === '' ? [] : [failedElement(facts.error)],
    regressions: 0,
    eta: NO_ETA,
    isFollowed: true,
    endBefore: null,
  };
  const outcome = facts.error === '' ? 'completed' : 'failed';
  return endScan({ ...input, observation: results }, scan, { ...facts, state: outcome });
}

function factsOf({ at, consoleAt, result }: ResponseInput['results']) {
  const scannedAt = result?.scannedAt ?? at;
  // By our clock, as far as both were read at the same instant; never later than now.
  const endedAt = consoleAt === null ? at : Math.min(at, at - (consoleAt - scannedAt));
  return { evidence: 'results', at: endedAt, scannedAt, error: result?.error ?? '' } as const;
}

function withError(step: StepProgress, error: string): StepProgress {
  return error === '' ? step : { ...step, error };
}

function failedElement(error: string) {
  return {
    host: '',
    discovery: NO_STEP,
    images: withError(NO_STEP, error),
    isOngoing: false,
    startedAt: null,
  };
}
