/** The Console's own state: registry specifications, latest errors, Defenders. Consumes nothing. */

import type { Failure } from '../../scan/snapshot.ts';
import { parseResponse, parseSecretResponse } from '../http/response.ts';
import { cleanText } from '../http/sanitize.ts';
import type { ApiContext } from './progress.ts';
import { type WireSpecification, wireDefenders, wireSettings, wireStatus } from '../http/schema.ts';
import type { Caller } from '../http/request.ts';

const TEXT_LENGTH = 300;
const PATTERN_LENGTH = 500;

/** Which images of a registry are scanned. Texts are from outside: escape them before showing. */
export interface Specification {
  /** As typed: may have a scheme; `''` for Docker Hub. */
  readonly registry: string;
  /** Patterns, where `*` matches anything; `''` for all. */
  readonly repository: string;
  readonly tag: string;
  /** Why its scan failed, else `''`. */
  readonly error: string;
}

/** Throws a ConsoleError, which contains nothing of the response. */
export async function fetchSpecifications(
  { call }: ApiContext,
  caller: Caller,
): Promise<readonly Specification[]> {
  const response = await call('settings/registry', [], caller);
  const { specifications } = parseSecretResponse(response, wireSettings);
  return (specifications ?? []).filter((specification) => specification !== null).map(toSpecification);
}

/** Errors of the latest registry scan, sanitized, without duplicates. Throws a ConsoleError. */
export async function fetchErrors({ call }: ApiContext, caller: Caller): Promise<readonly string[]> {
  const { errors } = parseResponse(await call('statuses/registry', [], caller), wireStatus);
  const texts = (errors ?? []).map((text) => cleanText(text ?? '', TEXT_LENGTH));
  return [...new Set(texts)].filter((text) => text !== '');
}

/** Number of connected Defenders that can scan images; null if unknown. Throws a ConsoleError. */
export async function fetchConnectedDefenders({ call }: ApiContext, caller: Caller): Promise<number | null> {
  const summary = parseResponse(await call('defenders/summary', [], caller), wireDefenders) ?? [];
  const ofContainers = summary.filter((defenders) => defenders?.category === 'container');
  const counts = ofContainers.flatMap((defenders) => defenders?.connected ?? []);
  // An invalid count may stand for any number.
  return counts.length < Math.max(1, ofContainers.length) ? null : counts.reduce((sum, count) => sum + count);
}

/** The role may not read it, or this Console does not have it. */
export function isDenied({ cause }: Failure): boolean {
  return cause === 'forbidden' || cause === 'not-found';
}

function toSpecification({ registry, repository, tag, scanError }: WireSpecification): Specification {
  const pattern = (text: string | null | undefined): string => cleanText(text ?? '', PATTERN_LENGTH);
  return {
    registry: pattern(registry),
    repository: pattern(repository),
    tag: pattern(tag),
    error: cleanText(scanError ?? '', TEXT_LENGTH),
  };
}
