/**
 * The Console's answers as they come over the wire. Two kinds of fields: those that decide (the array itself, its
 * elements, `isScanOngoing`) must be right, or the whole answer is refused; a count or a title that makes no sense
 * is read as none, because refusing the answer could lose the only one that tells of a scan's end.
 */

import { z } from 'zod';

/** Whole, not negative, and exact in JSON: whatever the Console sends as a count. `1e999` is Infinity in JSON. */
const count = z
  .union([
    z.number(),
    z.literal(Infinity),
    z
      .string()
      .regex(/^\s*\d+(\.\d+)?\s*$/)
      .transform(Number),
  ])
  .transform((value) => Math.min(Math.max(0, Math.floor(value)), Number.MAX_SAFE_INTEGER));

const wireCount = count.nullish().catch(null);
const wireText = z.string().nullish().catch(null);

const wireStep = z.object({ total: wireCount, scanned: wireCount, title: wireText, error: wireText });

const wireElement = z
  .object({
    discovery: wireStep.nullish(),
    imageScan: wireStep.nullish(),
    isScanOngoing: z.boolean().optional(),
    specScanStartTime: wireText,
  })
  .transform((element, context) => {
    // The Console is written in Go, where `omitempty` leaves a false boolean out. So a missing field means false, but
    // only next to counts: an object that has neither says nothing about a scan. A null is nothing Go makes of a
    // boolean, hence not read as an end: an end that is missed can be told from the results, a wrong one not undone.
    const isScanOngoing =
      element.isScanOngoing ?? (hasCounts([element.discovery, element.imageScan]) ? false : undefined);
    if (isScanOngoing !== undefined) return { ...element, isScanOngoing };
    context.addIssue({ code: 'custom', path: ['isScanOngoing'], message: 'neither this nor any count' });
    return z.NEVER;
  });

function hasCounts(steps: readonly (WireStep | null | undefined)[]): boolean {
  return steps.some((step) => typeof (step?.total ?? step?.scanned) === 'number');
}

export const wireProgress = z.array(wireElement).nullable();
const wireTexts = z.array(z.string()).nullish().catch(null);
const wireTag = z
  .object({ registry: wireText, repo: wireText, tag: wireText, digest: wireText })
  .nullish()
  .catch(null);

/** By severity. Go may leave a count of 0 out, so that none is not the same as one that makes no sense (null). */
const wireDistribution = z
  .object({ critical: wireCount, high: wireCount, medium: wireCount, low: wireCount })
  .nullish()
  .catch(null);

/** A row that makes no sense is left out: it tells of another image, most likely. */
const wireResult = z
  .object({
    repoTag: wireTag,
    tags: z.array(wireTag).nullish().catch(null),
    repoDigests: wireTexts,
    scanTime: wireText,
    err: wireText,
    vulnerabilityDistribution: wireDistribution,
    complianceIssuesCount: wireCount,
    complianceDistribution: wireDistribution,
  })
  .nullable()
  .catch(null);

export const wireResults = z.array(wireResult).nullable();
export const wireStatus = z.object({
  completed: z.boolean().nullish().catch(null),
  scanning: z.boolean().nullish().catch(null),
  scanTime: wireText,
  errors: z.array(wireText).nullish().catch(null),
});

/** No more than this of a specification: it carries a credential, which must get nowhere. */
const wireSpecification = z
  .object({
    registry: wireText,
    repository: wireText,
    tag: wireText,
    scanError: wireText,
    scanStatus: wireText,
    lastScanStatus: wireText,
  })
  .nullable()
  .catch(null);

export const wireSettings = z.object({ specifications: z.array(wireSpecification).nullable() });
export const wireDefenders = z
  .array(z.object({ category: wireText, connected: wireCount }).nullable().catch(null))
  .nullable();
export const wireVersion = z.string().min(1);
/** Fit for a header as it is: anything else is no token, and would make the request fail with it in the message. */
export const wireToken = z.object({ token: z.string().regex(/^[\x21-\x7e]+$/) });
export const wireFault = z.object({ err: z.string() });

export type WireStep = z.infer<typeof wireStep>;
export type WireProgress = z.infer<typeof wireProgress>;
export type WireResult = NonNullable<z.infer<typeof wireResult>>;
export type WireDistribution = z.infer<typeof wireDistribution>;
export type WireSpecification = NonNullable<z.infer<typeof wireSpecification>>;
export type WireDefenders = z.infer<typeof wireDefenders>;
