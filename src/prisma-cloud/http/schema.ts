/**
 * Schemas of the Console's responses. Fields that decide (the array itself, its elements, `isScanOngoing`) must be
 * valid, or the whole response is rejected; an invalid count or title is read as missing, because rejecting the
 * response could lose the only one with a scan's end.
 */

import { z } from 'zod';

/**
 * An array of limited length. Checked before its elements: five megabytes of numbers would be two million validation
 * errors, and block the event loop for seconds.
 */
function bounded<T extends z.ZodType>(element: T, most: number) {
  return z
    .custom<unknown[]>((value) => Array.isArray(value) && value.length <= most, {
      error: `no array of at most ${most} elements`,
    })
    .pipe(z.array(element));
}

/** Registries scanned concurrently, specifications, kinds of Defenders, errors of a scan. */
const MANY = 5_000;
/** Rows of a page, whatever its requested size; names of an image. */
const FEW = 1_000;

/** A non-negative integer that JSON represents exactly. `1e999` is Infinity in JSON. */
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
    // The Console is written in Go, where `omitempty` omits a false boolean. So a missing field means false, but only
    // next to counts: an object with neither says nothing about a scan. A null does not come from Go's booleans, so it
    // is not read as an end: a missed end shows in the results, a wrong one cannot be undone.
    const isScanOngoing =
      element.isScanOngoing ?? (hasCounts([element.discovery, element.imageScan]) ? false : undefined);
    if (isScanOngoing !== undefined) return { ...element, isScanOngoing };
    context.addIssue({ code: 'custom', path: ['isScanOngoing'], message: 'neither this nor any count' });
    return z.NEVER;
  });

function hasCounts(steps: readonly (WireStep | null | undefined)[]): boolean {
  return steps.some((step) => typeof (step?.total ?? step?.scanned) === 'number');
}

export const wireProgress = bounded(wireElement, MANY).nullable();
const wireTexts = bounded(z.string(), FEW).nullish().catch(null);
const wireTag = z
  .object({ registry: wireText, repo: wireText, tag: wireText, digest: wireText })
  .nullish()
  .catch(null);

/** By severity. Go may omit a count of 0, so missing differs from invalid (null). */
const wireDistribution = z
  .object({ critical: wireCount, high: wireCount, medium: wireCount, low: wireCount })
  .nullish()
  .catch(null);

/** An invalid row is left out: most likely it belongs to another image. */
const resultFields = z.object({
  repoTag: wireTag,
  tags: bounded(wireTag, FEW).nullish().catch(null),
  repoDigests: wireTexts,
  scanTime: wireText,
  err: wireText,
  vulnerabilityDistribution: wireDistribution,
  complianceIssuesCount: wireCount,
  complianceDistribution: wireDistribution,
});
const wireResult = resultFields.nullable().catch(null);

const wireFlag = z.boolean().nullish().catch(null);
const wireDays = z.number().nullish().catch(null);
/** Without its description, which is long and may contain anything. */
const wireVulnerability = z
  .object({
    cve: wireText,
    severity: wireText,
    packageName: wireText,
    packageVersion: wireText,
    status: wireText,
    block: wireFlag,
    gracePeriodDays: wireDays,
  })
  .nullable()
  .catch(null);
const wireIssue = z.object({ block: wireFlag, gracePeriodDays: wireDays }).nullable().catch(null);

/** A full row: none of its lists is needed, and each may be null. */
export const wireDetailedResults = bounded(
  resultFields
    .extend({
      vulnerabilities: bounded(wireVulnerability, MANY).nullish().catch(null),
      complianceIssues: bounded(wireIssue, MANY).nullish().catch(null),
      riskFactors: z.record(z.string(), z.unknown()).nullish().catch(null),
    })
    .nullable()
    .catch(null),
  FEW,
).nullable();

export const wireResults = bounded(wireResult, FEW).nullable();
export const wireStatus = z.object({
  completed: z.boolean().nullish().catch(null),
  scanning: z.boolean().nullish().catch(null),
  scanTime: wireText,
  errors: bounded(wireText, MANY).nullish().catch(null),
});

/** Only these fields of a specification: it also contains a credential. */
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

export const wireSettings = z.object({ specifications: bounded(wireSpecification, MANY).nullable() });
export const wireDefenders = bounded(
  z.object({ category: wireText, connected: wireCount }).nullable().catch(null),
  MANY,
).nullable();
/** Names, or objects with a name: the endpoint's documentation shows no response. */
export const wireProjects = bounded(
  z
    .union([
      z.string(),
      z.object({ _id: z.string() }).transform(({ _id }) => _id),
      z.object({ name: z.string() }).transform(({ name }) => name),
    ])
    .catch(''),
  FEW,
).nullable();
export const wireVersion = z.string().min(1);
/** Valid in a header: anything else is no token, and the request's error would contain it. */
export const wireToken = z.object({ token: z.string().regex(/^[\x21-\x7e]+$/) });
export const wireError = z.object({ err: z.string() });

export type WireStep = z.infer<typeof wireStep>;
export type WireProgress = z.infer<typeof wireProgress>;
export type WireDetailedResult = NonNullable<NonNullable<z.infer<typeof wireDetailedResults>>[number]>;
export type WireResult = NonNullable<z.infer<typeof wireResult>>;
export type WireDistribution = z.infer<typeof wireDistribution>;
export type WireSpecification = NonNullable<z.infer<typeof wireSpecification>>;
export type WireDefenders = z.infer<typeof wireDefenders>;
