/** A scan as JSON: values for programs, and sentences for people. */

import { targetId } from '../scan/target.ts';
import { endByResult, errorInResult, isNothingScanned } from '../views/parts/result.ts';
import { isEnded } from '../views/parts/state.ts';
import { pipelineHints, pipelineText, type PipelineInput, TAG_ASSUMED } from '../views/pipeline.ts';

/** The body that docs/pipelines.md describes; a newer version may add keys. */
export function toScanJson(input: PipelineInput & { readonly isTagAssumed: boolean }) {
  const { target, snapshot, report, isTagAssumed } = input;
  const { state, error } = { ...endByResult(snapshot, report), error: errorInResult(report) };
  return {
    image: targetId(target),
    state,
    outcome: outcomeOf(input),
    scan: snapshot.scan,
    tags: countsOf(snapshot.discovery),
    images: countsOf(snapshot.images),
    findings: report?.kind === 'image' && isEnded(state) ? report.findings : null,
    error: error === '' ? snapshot.images.error || snapshot.discovery.error : error,
    started_at: toIso(snapshot.startedAt),
    ended_at: toIso(snapshot.endedAt),
    as_of: toIso(snapshot.answeredAt),
    text: pipelineText(input),
    hints: [...(isTagAssumed ? [TAG_ASSUMED] : []), ...pipelineHints(input)],
  };
}

/** Outcome of a scan; null while it is ongoing. An end without scanned images is no success. */
function outcomeOf({ snapshot, report }: PipelineInput) {
  const { state } = endByResult(snapshot, report);
  if (!isEnded(state)) return null;
  return isNothingScanned(snapshot, report) ? 'nothing-scanned' : state;
}

function countsOf({ scanned, total }: { readonly scanned: number; readonly total: number }) {
  return { scanned, total };
}

/** null also for a time beyond the range of Date, for which toISOString throws. */
function toIso(at: number | null): string | null {
  return at === null || Number.isNaN(new Date(at).getTime()) ? null : new Date(at).toISOString();
}
