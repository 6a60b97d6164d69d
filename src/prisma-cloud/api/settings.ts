/** How the Console itself does: its registry specifications, its latest errors, its Defenders. Reading consumes nothing. */

import type { Failure } from '../../scan/snapshot.ts';
import { parseResponse, parseSecretResponse } from '../http/response.ts';
import { cleanText } from '../http/sanitize.ts';
import type { ApiContext } from './progress.ts';
import { type WireSpecification, wireDefenders, wireSettings, wireStatus } from '../http/schema.ts';
import type { Caller } from '../http/request.ts';

const TEXT_LENGTH = 300;
const PATTERN_LENGTH = 500;

/** Which images of which registry are to be scanned. Texts are from outside: escape them before showing. */
export interface Specification {
  /** As it was typed: perhaps with a scheme; `''` for Docker Hub. */
  readonly registry: string;
  /** Patterns, in which `*` stands for anything; `''` for all. */
  readonly repository: string;
  readonly tag: string;
  /** Why its scan failed, `''` where it did not. */
  readonly error: string;
}

/** Throws a ConsoleError, which holds nothing of the answer. */
export async function askSpecifications(
  { ask }: ApiContext,
  caller: Caller,
): Promise<readonly Specification[]> {
  const answer = await ask('settings/registry', [], caller);
  const { specifications } = parseSecretResponse(answer, wireSettings);
  return (specifications ?? []).filter((one) => one !== null).map(toSpecification);
}

/** Of the latest regular scan, each once, cleaned. Throws a ConsoleError. */
export async function askErrors({ ask }: ApiContext, caller: Caller): Promise<readonly string[]> {
  const { errors } = parseResponse(await ask('statuses/registry', [], caller), wireStatus);
  const texts = (errors ?? []).map((text) => cleanText(text ?? '', TEXT_LENGTH));
  return [...new Set(texts)].filter((text) => text !== '');
}

/** How many Defenders that could scan images are connected; null where the answer does not tell. Throws a ConsoleError. */
export async function askConnectedDefenders({ ask }: ApiContext, caller: Caller): Promise<number | null> {
  const summary = parseResponse(await ask('defenders/summary', [], caller), wireDefenders) ?? [];
  const counts = summary.flatMap((one) => (one?.category === 'container' ? [one.connected ?? null] : []));
  const known = counts.filter((count) => count !== null);
  // One that makes no sense may stand for many.
  return known.length === 0 || known.length < counts.length ? null : known.reduce((sum, one) => sum + one);
}

/** The role may not see it, or this Console has no such thing. */
export function isRefusal({ cause }: Failure): boolean {
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
