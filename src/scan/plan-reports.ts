/**
 * Plans the reports of a scan: its findings once it has ended, and the cause when it stalls. Both need further
 * requests, and messages wait a moment for them.
 */

import type { DeliveryContent, NoticeTopic } from './delivery.ts';
import type { ComparisonBasis, ReportTopic } from './results/report.ts';
import { type Snapshot, stalledSince } from './snapshot.ts';
import type { Target } from './target.ts';
import { CLOCK_STEP_MS } from './state/baseline.ts';
import { scanOf, type TargetState } from './state/target-state.ts';
import type { Watch } from './watch.ts';

export interface PlannedReport {
  readonly topic: ReportTopic;
  /** Number of the scan within its target. */
  readonly scan: number;
  readonly basis: ComparisonBasis;
  /** How long messages wait for it, ms. */
  readonly waitMs: number;
  /** Only the report shows whether a scan reported as completed has failed: the live message waits for it, too. */
  readonly isDecisive: boolean;
}

/** Posted below the live message; unique for watch, topic, scan and stall. */
export interface PlannedNotice {
  readonly watchId: string;
  /** Below which it is posted. */
  readonly messageId: string;
  readonly topic: NoticeTopic;
  readonly scan: number;
  /** Time of the last progress before the stall, epoch ms. */
  readonly since: number;
  readonly content: DeliveryContent;
}

interface Input {
  readonly target: Target;
  /** Before and after the poll. */
  readonly before: TargetState;
  readonly state: TargetState;
  readonly ended: Snapshot | null;
  /** False where the watches go on waiting for their own scan. */
  readonly shouldNotify: boolean;
  readonly watches: readonly Watch[];
  readonly settings: { readonly reportWaitMs: number };
  readonly at: number;
  readonly consoleAt: number | null;
}

export function planReports(input: Input): {
  report: PlannedReport | null;
  notices: readonly PlannedNotice[];
} {
  if (input.ended !== null) return { report: endReport(input, input.ended), notices: [] };
  const stall = stallOf(input);
  if (stall === null) return { report: null, notices: [] };
  const { topic, scan, since } = stall;
  const content = { snapshot: input.state.snapshot, end: null, stoppedBy: null, notice: topic };
  const waitMs = input.settings.reportWaitMs;
  const report =
    topic === 'stalled'
      ? { topic: 'stall' as const, scan, basis: NO_BASIS, waitMs, isDecisive: false }
      : null;
  const notices = input.watches.flatMap(({ id: watchId, messageId }) =>
    messageId === null ? [] : [{ watchId, messageId, topic, scan, since, content }],
  );
  return { report, notices };
}

const NO_BASIS: ComparisonBasis = { newerThan: null, before: null };

/**
 * No report for a scan that was stopped, which has no result, nor for one that was not watched, whose result cannot be
 * identified.
 */
function endReport(input: Input, ended: Snapshot): PlannedReport | null {
  const { target, before, settings, shouldNotify } = input;
  if (ended.state !== 'completed' && ended.state !== 'failed') return null;
  // The end has no date: a newer result may belong to the next scan, which would lose its comparison.
  if (ended.evidence === 'vanished' && !shouldNotify) return null;
  const baseline = before.baseline?.resultAt ?? startByConsole(input, ended);
  // The previous scan's result may not have shown yet when the baseline was taken.
  const newerThan = later(baseline, before.lastEndAt);
  const basis = { newerThan, before: before.baseline?.findings ?? null };
  const isDecisive = target.kind === 'image' && ended.state === 'completed';
  return { topic: 'end', scan: ended.scan, basis, waitMs: settings.reportWaitMs, isDecisive };
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function startByConsole({ before, at, consoleAt }: Input, ended: Snapshot): number | null {
  const { startedAt } = ended;
  const since = before.baseline?.since ?? null;
  // Only the end was seen: the scan started earlier, and may have ended as soon as it was watched.
  if (isUnconfirmed(before, ended)) return since === null ? null : since - CLOCK_STEP_MS;
  if (consoleAt === null || startedAt === null) return null;
  return consoleAt - (at - startedAt) - CLOCK_STEP_MS;
}

function isUnconfirmed(before: TargetState, ended: Snapshot): boolean {
  return before.phase.kind === 'ended-unconfirmed' || ended.scan < (scanOf(before)?.number ?? 0);
}

/** Notice of a stall, or of its end, from this poll. */
function stallOf({ before, state }: Input): { topic: NoticeTopic; scan: number; since: number } | null {
  const [scanBefore, scan] = [scanOf(before), scanOf(state)];
  if (scanBefore === null || scan === null || scanBefore.number !== scan.number) return null;
  const { number, lastProgressAt } = scanBefore;
  const wasStalled = before.snapshot.state === 'stalled';
  // While the Console was unreachable, an earlier stall may have been posted.
  const mayHaveStalled = wasStalled || before.snapshot.state === 'unknown';
  if (scan.lastProgressAt !== lastProgressAt)
    return mayHaveStalled ? { topic: 'moves', scan: number, since: lastProgressAt } : null;
  const since = wasStalled ? null : stalledSince(state.snapshot);
  return since === null ? null : { topic: 'stalled', scan: number, since };
}
