/** Fetches the progress of one target. The response may be the only one that ever says "completed". */

import { type ImageReference, printReference } from '../../image/reference.ts';
import type { Failure, Instant, Observation, RegistryProgress, StepProgress } from '../../scan/snapshot.ts';
import { type Target, targetId } from '../../scan/target.ts';
import { MalformedResponseError, OwnLimitError } from '../http/errors.ts';
import type { Caller } from '../http/request.ts';
import { type Response, parseResponse, toConsoleTime } from '../http/response.ts';
import { cleanText } from '../http/sanitize.ts';
import { wireProgress, type WireProgress, type WireStep } from '../http/schema.ts';
import type { ConsoleRequest } from '../http/transport.ts';
import { withoutLibrary } from './registry-names.ts';

/** Shared by all read requests. */
export interface ApiContext {
  /** GET; throws a ConsoleError. */
  readonly call: (resource: string, query: ConsoleRequest['query'], caller: Caller) => Promise<Response>;
  readonly fail: (error: unknown) => Failure;
  /** Epoch ms. */
  readonly now: () => number;
}

interface ProgressOptions extends ApiContext {
  /** Names a registry that came without a title. */
  readonly nameRegistries: (observation: Observation) => Observation;
}

/**
 * Never rejects; null where no request was sent: at shutdown, or its permit came too late. A scan is known only by the
 * name it was started with: where there is none, it is requested by another one.
 */
export function createFetchProgress(options: ProgressOptions) {
  // Known to this process; `foundAs` of the caller is known to every replica.
  const found = new Set<string>();
  return async (target: Target, caller: Caller): Promise<Observation | null> => {
    if (target.kind === 'regular') {
      const observation = await fetchOnce(options, null, caller);
      return observation === null ? null : options.nameRegistries(observation);
    }
    const { reference } = target;
    const id = targetId(target);
    const other = otherName(reference);
    if (other === null) return fetchOnce(options, reference, caller);
    // A name without `library/` is rare, and would cost each tick a request.
    const isWorthIt = reference.digest !== '' || caller.priority === 'interactive';
    const isKnown = found.has(id) || caller.foundAs === printReference(other);
    const first = isKnown ? null : await fetchOnce(options, reference, caller);
    if (!isKnown && (first?.kind !== 'absent' || !isWorthIt)) return first;
    const second = await fetchOnce(options, other, caller);
    if (second?.kind === 'progress') found.add(id);
    if (second?.kind === 'absent') found.delete(id);
    if (second?.kind === 'progress') return named(second, other);
    // An unparsable response may contain an end.
    const isUnparsed = second?.kind === 'failed' && second.unparsed !== null;
    return isKnown || isUnparsed ? second : first;
  };
}

/** By its tag alone; an official image without `library/`, which only people and scripts leave out. */
function otherName(reference: ImageReference): ImageReference | null {
  const { registry, repository, tag, digest } = reference;
  if (tag !== '' && digest !== '') return { ...reference, digest: '' };
  const short = withoutLibrary(repository);
  const isOfficial = registry === '' && short !== repository;
  return isOfficial ? { ...reference, repository: short } : null;
}

/** Adds the name under which it was found. */
function named(found: Observation & { kind: 'progress' }, reference: ImageReference): Observation {
  const foundAs = printReference(reference);
  return { ...found, registries: found.registries.map((registry) => ({ ...registry, foundAs })) };
}

/** `reference`: null for the registry scan. */
async function fetchOnce(
  { call, fail, now }: ApiContext,
  reference: ImageReference | null,
  caller: Caller,
): Promise<Observation | null> {
  try {
    const response = await call('registry/progress', toProgressQuery(reference), caller);
    return toObservation(parseResponse(response, wireProgress), {
      at: now(),
      consoleAt: toConsoleTime(response),
    });
  } catch (error) {
    if (error instanceof OwnLimitError) return null;
    // An unparsable response may contain an end: its text is kept.
    const unparsed = error instanceof MalformedResponseError && error.body !== '' ? error.body : null;
    return { kind: 'failed', at: now(), failure: fail(error), unparsed };
  }
}

/** Exactly as the scan was started; the registry scan has no parameters. */
function toProgressQuery(reference: ImageReference | null): ConsoleRequest['query'] {
  if (reference === null) return [];
  const { registry, repository, tag, digest } = reference;
  const parts = [
    ['registry', registry],
    ['repo', repository],
    ['tag', tag],
    ['digest', digest],
  ] as const;
  return [['onDemand', 'true'], ...parts.filter(([, value]) => value !== '')];
}

const TEXT_LENGTH = 300;
const HOST_LENGTH = 255;

export function toObservation(response: WireProgress, when: Instant): Observation {
  if (response === null || response.length === 0) return { kind: 'absent', ...when };
  return { kind: 'progress', ...when, registries: response.map(toRegistryProgress) };
}

function toRegistryProgress(element: NonNullable<WireProgress>[number]): RegistryProgress {
  const discovery = toStep(element.discovery);
  const images = toStep(element.imageScan);
  return {
    host: parseHost(discovery.title) || parseHost(images.title),
    discovery,
    images,
    isOngoing: element.isScanOngoing,
    startedAt: parseTime(element.specScanStartTime),
  };
}

function toStep(step: WireStep | null | undefined): StepProgress {
  return {
    scanned: step?.scanned ?? 0,
    total: step?.total ?? 0,
    title: cleanText(step?.title ?? '', TEXT_LENGTH),
    error: cleanText(step?.error ?? '', TEXT_LENGTH),
  };
}

/** `Step 1/2 discovering tags in registry HOST: Discovered …`; a host may include a port. */
function parseHost(title: string): string {
  const host = /\bin registry (\S+):(?:\s|$)/.exec(title)?.[1] ?? '';
  return cleanText(host, HOST_LENGTH);
}

/** Epoch ms; Go's zero time, year 1, means "not set". */
export function parseTime(text: string | null | undefined): number | null {
  const at = Date.parse(text ?? '');
  return at > 0 ? at : null;
}
