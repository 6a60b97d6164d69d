/**
 * Fetches results of many targets. There is no filter by tag, and Consoles spell names differently: rows are requested
 * by name, then by repository, newest first, and matched here.
 */

import type { ImageReference } from '../../image/reference.ts';
import type { Findings } from '../../scan/results/findings.ts';
import type { ResultsObservation, ScanResult } from '../../scan/results/result.ts';
import type { Target } from '../../scan/target.ts';
import type { Caller } from '../http/request.ts';
import { parseResponse, toConsoleTime } from '../http/response.ts';
import { cleanText } from '../http/sanitize.ts';
import { type WireResult, wireStatus, type WireDistribution } from '../http/schema.ts';
import type { ConsoleRequest } from '../http/transport.ts';
import { createFetchPage } from './pages.ts';
import { type ApiContext, parseTime } from './progress.ts';
import { isSameRegistry, isSameRepository, withoutLibrary } from './registry-names.ts';

type FetchResults = (targets: readonly Target[], caller: Caller) => Promise<readonly ResultsObservation[]>;

/** Requests by name: rows of a tag with many digests push others off the page, and a page may be small. */
const ROUNDS = 8;
const ERROR_LENGTH = 300;

/** Never rejects. */
export function createFetchResults(context: ApiContext): FetchResults {
  const options: PagedContext = { ...context, fetchPage: createFetchPage() };
  return (targets, caller) => {
    const images = targets.flatMap((target) => (target.kind === 'image' ? [target.reference] : []));
    let ofImages: Promise<Lookup> | undefined;
    let ofRegular: Promise<ResultsObservation> | undefined;
    const readingOf = async (target: Target): Promise<ResultsObservation> => {
      if (target.kind === 'regular') return (ofRegular ??= fetchStatus(options, caller));
      return (await (ofImages ??= fetchImages(options, images, caller)))(target.reference);
    };
    return Promise.all(targets.map(readingOf));
  };
}

interface PagedContext extends ApiContext {
  readonly fetchPage: ReturnType<typeof createFetchPage>;
}

async function fetchStatus({ call, fail, now }: ApiContext, caller: Caller): Promise<ResultsObservation> {
  try {
    const response = await call('statuses/registry', [], caller);
    const { completed, scanning, scanTime } = parseResponse(response, wireStatus);
    const scannedAt = parseTime(scanTime);
    const result = completed === true && scannedAt !== null ? { scannedAt, error: '', findings: null } : null;
    const isOngoing = scanning === true;
    return { kind: 'answered', at: now(), consoleAt: toConsoleTime(response), result, isOngoing };
  } catch (error) {
    return { kind: 'failed', at: now(), failure: fail(error) };
  }
}

type Lookup = (reference: ImageReference) => ResultsObservation;

async function fetchImages(
  options: PagedContext,
  references: readonly ImageReference[],
  caller: Caller,
): Promise<Lookup> {
  const { fail, now } = options;
  try {
    const named = await fetchNamed(options, references, caller);
    const missed = missedIn(named.rows, references);
    const rest = missed.length === 0 ? named : await fetchRows(options, ofRepositories(missed), caller);
    const rows = [...named.rows, ...rest.rows];
    const when = { at: now(), consoleAt: rest.consoleAt };
    return (reference) => ({
      kind: 'answered',
      ...when,
      result: findResult(rows, reference),
      isOngoing: false,
    });
  } catch (error) {
    const failed: ResultsObservation = { kind: 'failed', at: now(), failure: fail(error) };
    return () => failed;
  }
}

/**
 * Newest rows first, so a target's first row on the page is its latest. On a full page others may be missing: they are
 * requested again, separately.
 */
async function fetchNamed(
  options: PagedContext,
  references: readonly ImageReference[],
  caller: Caller,
): Promise<Page> {
  let wanted = references;
  let rows: readonly WireResult[] = [];
  for (let round = 1; ; round += 1) {
    const page = await fetchRows(options, ['name', wanted.flatMap(namesOf).join(',')], caller);
    rows = [...rows, ...page.rows];
    const missed = missedIn(page.rows, wanted);
    const hasMorePages = page.isFull && missed.length > 0 && missed.length < wanted.length;
    if (!hasMorePages || round === ROUNDS) return { ...page, rows };
    wanted = missed;
  }
}

function missedIn(rows: readonly WireResult[], references: readonly ImageReference[]) {
  return references.filter((reference) => findResult(rows, reference) === null);
}

/** As in `_id`, and with the scheme, which some Consoles put before it. */
export function namesOf({ registry, repository, tag, digest }: ImageReference): readonly string[] {
  if (tag === '' && digest === '') return [];
  const name = `${registry === '' ? '' : `${registry}/`}${repository}${tag === '' ? `@${digest}` : `:${tag}`}`;
  return [name, `https://${name}`];
}

/** A new result was scanned a moment ago, so it is on the first page, however its name is spelled. */
function ofRepositories(references: readonly ImageReference[]): Parameter {
  const repositories = new Set(
    references.flatMap(({ repository }) => [repository, withoutLibrary(repository)]),
  );
  return ['repository', [...repositories].join(',')];
}

type Parameter = ConsoleRequest['query'][number];

interface Page {
  readonly rows: readonly WireResult[];
  /** There may be more rows. */
  readonly isFull: boolean;
  readonly consoleAt: number | null;
}

export const NEWEST_FIRST: ConsoleRequest['query'] = [
  ['sort', 'scanTime'],
  ['reverse', 'true'],
];

async function fetchRows(
  { call, fetchPage }: PagedContext,
  filter: Parameter,
  caller: Caller,
): Promise<Page> {
  const query = [filter, ...NEWEST_FIRST];
  const { rows, isFull, response } = await fetchPage((wanted) => call('registry', wanted, caller), query);
  return { rows, isFull, consoleAt: toConsoleTime(response) };
}

/** The latest: an image may have a row per spelling of its name, or per digest of its tag. */
export function findResult(rows: readonly WireResult[], reference: ImageReference): ScanResult | null {
  const found = rows.filter((row) => isOf(row, reference)).flatMap(toResult);
  return found.reduce<ScanResult | null>(
    (latest, result) => (latest === null || result.scannedAt > latest.scannedAt ? result : latest),
    null,
  );
}

/** A scan time of zero means: not scanned yet. */
function toResult(row: WireResult): ScanResult[] {
  const scannedAt = parseTime(row.scanTime);
  if (scannedAt === null) return [];
  return [{ scannedAt, error: cleanText(row.err ?? '', ERROR_LENGTH), findings: toFindings(row) }];
}

export function isOf(row: WireResult, reference: ImageReference): boolean {
  const { tag, digest } = reference;
  const names = [row.repoTag, ...(row.tags ?? [])].filter((name) => name !== null && name !== undefined);
  const inLocation = names.filter(({ registry, repo }) => isSameLocation({ registry, repo }, reference));
  if (digest === '') return inLocation.some((name) => name.tag === tag);
  const digests = [...inLocation.map((name) => name.digest ?? ''), ...(row.repoDigests ?? [])];
  if (inLocation.length > 0 && digests.some((candidate) => candidate.endsWith(digest))) return true;
  // Some Consoles store no digest of an image scanned by tag.
  return (
    tag !== '' &&
    digests.every((candidate) => candidate === '') &&
    inLocation.some((name) => name.tag === tag)
  );
}

interface WireLocation {
  readonly registry: string | null | undefined;
  readonly repo: string | null | undefined;
}

function isSameLocation({ registry, repo }: WireLocation, reference: ImageReference): boolean {
  return isSameRegistry(registry ?? '', reference.registry) && isSameRepository(repo ?? '', reference);
}

/** null for a failed pull, and where vulnerabilities are not counted or the counts are invalid. */
export function toFindings(row: WireResult): Findings | null {
  if ((row.err ?? '').trim() !== '') return null;
  const vulnerabilities = toCounts(row.vulnerabilityDistribution);
  if (vulnerabilities === null) return null;
  const compliance = row.complianceIssuesCount ?? sum(toCounts(row.complianceDistribution)) ?? 0;
  return { ...vulnerabilities, compliance };
}

type FindingCounts = Omit<Findings, 'compliance'>;

function toCounts(distribution: WireDistribution): FindingCounts | null {
  if (distribution === null || distribution === undefined) return null;
  const { critical = 0, high = 0, medium = 0, low = 0 } = distribution;
  if (critical === null || high === null || medium === null || low === null) return null;
  return { critical, high, medium, low };
}

function sum(counts: FindingCounts | null): number | null {
  return counts === null ? null : counts.critical + counts.high + counts.medium + counts.low;
}
