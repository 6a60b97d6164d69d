/**
 * Applies a result to a target's state, and decides when results are checked. Results show ends that no poll reported:
 * consumed by another client, or lost with a process that crashed between response and commit.
 */

import { endScan, type Transition, type ReadInput } from './end-scan.ts';
import { baselineOf, follow, isNewResult } from './baseline.ts';
import { endUnconfirmed, MISSING_POLLS, notEnded, SHOWN_LATE_MS } from './apply-progress.ts';
import { isLasting, type ResultsObservation } from '../result.ts';
import type { StepProgress } from '../snapshot.ts';
import { NO_STEP, type OngoingScan, type TargetState } from './target-state.ts';

/** An image's result shows seconds after its scan ended. */
const SOON_MS = 10_000;
/** For scans that start and end between two ticks while another client consumes the end. */
const IDLE_MS = 60_000;
/** The role may be fixed. */
const HIDDEN_MS = 10 * 60_000;

/** Time of the next results check, epoch ms: 0 for now, null for none. */
export function nextResultsCheckAt(state: TargetState): number | null {
  const { following, lookedAt, scan, unclear } = state;
  if (following === null) return null;
  if (lookedAt === null) return 0;
  if (state.areResultsHidden) return lookedAt + HIDDEN_MS;
  if (unclear !== null || (scan !== null && scan.missing > 0)) return lookedAt + SOON_MS;
  return scan === null || following.baseline === null ? lookedAt + IDLE_MS : null;
}

type ResultsInput = ReadInput & { readonly reading: ResultsObservation };
type AnsweredInput = ReadInput & { readonly reading: Extract<ResultsObservation, { kind: 'answered' }> };

export function applyResult(input: ResultsInput): Transition {
  const { state, reading } = input;
  if (reading.kind === 'failed') {
    const areResultsHidden = isLasting(reading.failure);
    const seen = { ...state, lookedAt: reading.at, areResultsHidden };
    const instant = { at: reading.at, consoleAt: null };
    return areResultsHidden
      ? endUnconfirmed({ ...input, state: seen }, instant, { shouldNotify: true })
      : notEnded(seen);
  }
  const following = follow(state, input.watches, reading);
  const seen = { ...state, following, lookedAt: reading.at, areResultsHidden: false };
  const answered: AnsweredInput = { ...input, reading, state: seen };
  if (isNewResult(seen, reading)) return applyNewResult(answered);
  const withBaseline = { ...answered, state: { ...seen, following: recordBaseline(answered) } };
  if (reading.isOngoing) return notEnded(stillOngoing(withBaseline));
  return applyOldResult(withBaseline);
}

function recordBaseline({ state: { following }, reading }: AnsweredInput): TargetState['following'] {
  if (following === null) return null;
  return { ...following, baseline: baselineOf(reading), findings: reading.result?.findings ?? null };
}

/** A scan that ended since it is watched. */
function applyNewResult(input: AnsweredInput): Transition {
  const { state, reading } = input;
  if (state.unclear !== null) return endUnconfirmed(input, reading, { shouldNotify: true });
  if (state.scan === null) return reading.isOngoing ? notEnded(state) : endUnseen(input);
  // An ongoing scan is not over: the registry scan may have scanned the same image meanwhile.
  if (state.scan.missing === 0 || reading.isOngoing) return notEnded(stillOngoing(input));
  // The next poll reports the finished element, with more details.
  const isShown = state.scan.registries.every(({ isOngoing }) => !isOngoing);
  return isShown ? notEnded(state) : endByResult(input, state.scan);
}

/** The finished element belongs to an older scan; a missing scan stays missing. */
function applyOldResult(input: AnsweredInput): Transition {
  const { state, target, reading } = input;
  if (state.unclear !== null) {
    const isOld = reading.result !== null && reading.at - state.unclear.at >= SHOWN_LATE_MS;
    return isOld ? endUnconfirmed(input, reading, { shouldNotify: false }) : notEnded(state);
  }
  const isMissed = state.scan !== null && state.scan.missing >= MISSING_POLLS;
  return target.kind === 'regular' && isMissed
    ? endScan({ ...input, observation: reading }, state.scan, { evidence: 'vanished' })
    : notEnded(state);
}

/** The results say that it is ongoing although the progress is empty, as happens between two registries. */
function stillOngoing({ state, reading }: AnsweredInput): TargetState {
  if (state.scan === null || !reading.isOngoing) return state;
  return { ...state, scan: { ...state.scan, missing: 0, seenAt: reading.at } };
}

/** It was watched, and another client consumed its end. */
function endByResult(input: AnsweredInput, scan: OngoingScan): Transition {
  const { target, reading } = input;
  const facts = factsOf(reading);
  if (target.kind === 'regular') return endScan({ ...input, observation: reading }, scan, facts);
  const registries = scan.registries.map((registry) => ({
    ...registry,
    images: withError(registry.images, facts.error),
  }));
  const state = facts.error === '' ? 'completed' : 'failed';
  return endScan({ ...input, observation: reading }, { ...scan, registries }, { ...facts, state });
}

/** It started and ended between two polls: there are no counts. */
function endUnseen(input: AnsweredInput): Transition {
  const { state, reading } = input;
  const facts = factsOf(reading);
  const scan: OngoingScan = {
    number: state.scans + 1,
    startedAt: facts.at,
    isStartKnown: false,
    movedAt: facts.at,
    seenAt: facts.at,
    restarts: 0,
    registries: facts.error === '' ? [] : [failedElement(facts.error)],
    fallen: 0,
    missing: 0,
    isFollowed: true,
  };
  const outcome = facts.error === '' ? 'completed' : 'failed';
  return endScan({ ...input, observation: reading }, scan, { ...facts, state: outcome });
}

function factsOf({ at, consoleAt, result }: AnsweredInput['reading']) {
  const scannedAt = result?.scannedAt ?? at;
  // Converted to our clock where both were read at the same instant; never later than now.
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
