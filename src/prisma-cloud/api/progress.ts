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
 * name it was started with: one with tag and digest is also requested by its tag.
 */
export function createFetchProgress(options: ProgressOptions) {
  const foundByTag = new Set<string>();
  return async (target: Target, caller: Caller): Promise<Observation | null> => {
    if (target.kind === 'regular') {
      const found = await fetchOnce(options, null, caller);
      return found === null ? null : options.nameRegistries(found);
    }
    const { reference } = target;
    const id = targetId(target);
    const byTag = { ...reference, digest: '' };
    if (reference.tag === '' || reference.digest === '') return fetchOnce(options, reference, caller);
    const isKnown = foundByTag.has(id);
    const first = isKnown ? null : await fetchOnce(options, reference, caller);
    if (!isKnown && first?.kind !== 'absent') return first;
    const found = await fetchOnce(options, byTag, caller);
    if (found?.kind === 'progress') foundByTag.add(id);
    if (found?.kind === 'absent') foundByTag.delete(id);
    if (found?.kind === 'progress') return named(found, byTag);
    // An unparsable response may contain an end.
    const isUnread = found?.kind === 'failed' && found.unread !== null;
    return isKnown || isUnread ? found : first;
  };
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
    const unread = error instanceof MalformedResponseError && error.body !== '' ? error.body : null;
    return { kind: 'failed', at: now(), failure: fail(error), unread };
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
