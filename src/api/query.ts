/** Parses the query of a request; otherwise an error as a sentence. */

import { parseReference } from '../image/reference.ts';
import type { NamedTarget } from '../scan/command.ts';
import {
  HOLD_WRONG,
  ID_WRONG,
  IMAGE_MISSING,
  imageErrorText,
  notAnImageText,
  repeatedParameterText,
  TIMEOUT_WRONG,
  unknownParameterText,
} from '../views/pipeline.ts';

export interface WaitQuery extends NamedTarget {
  /** null for a new wait. */
  readonly id: string | null;
  /** Remaining time of the wait, ms. */
  readonly timeoutMs: number;
  /** How long this request may be held, ms. */
  readonly holdMs: number;
}

type Read<T> = T | { readonly error: string };

/** They mean the registry scan wherever an image may be given. */
const REGULAR_WORDS = ['all', 'registry', 'everything'];

/** Never the registry scan: a pipeline waits for one image. */
export function readImage(text: string): Read<NamedTarget> {
  const trimmed = text.trim();
  if (trimmed === '') return { error: IMAGE_MISSING };
  const word = trimmed.toLowerCase();
  if (REGULAR_WORDS.includes(word)) return { error: notAnImageText(word) };
  const parsed = parseReference(trimmed);
  if (parsed.kind === 'invalid') return { error: imageErrorText(parsed.error) };
  return { target: { kind: 'image', reference: parsed.reference }, isTagAssumed: parsed.isTagAssumed };
}

/** The image. A parameter that is misspelled or repeated is an error: it would be ignored without a word. */
function readQuery(query: URLSearchParams, names: readonly string[]): Read<NamedTarget> {
  for (const name of query.keys()) {
    if (!names.includes(name)) return { error: unknownParameterText(name, names) };
    if (query.getAll(name).length > 1) return { error: repeatedParameterText(name) };
  }
  return readImage(query.get('image') ?? '');
}

const DEFAULT_SECONDS = 30 * 60;
/** Shorter than timeouts of proxies and load balancers; the client repeats the request. */
const HOLD_SECONDS = 20;
/** WATCH_TTL's default: as long as a watch waits. */
export const MAX_SECONDS = 24 * 60 * 60;

export const readStatus = (query: URLSearchParams): Read<NamedTarget> => readQuery(query, ['image']);

export function readWait(query: URLSearchParams): Read<WaitQuery> {
  const image = readQuery(query, ['image', 'id', 'timeout', 'hold']);
  if ('error' in image) return image;
  const id = query.get('id')?.toLowerCase() ?? null;
  if (id !== null && !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) return { error: ID_WRONG };
  const timeout = query.get('timeout') ?? String(DEFAULT_SECONDS);
  const seconds = /^\d{1,5}$/.test(timeout) ? Number(timeout) : 0;
  if (seconds < 1 || seconds > MAX_SECONDS) return { error: TIMEOUT_WRONG };
  const hold = query.get('hold') ?? String(HOLD_SECONDS);
  if (!/^\d{1,2}$/.test(hold) || Number(hold) > HOLD_SECONDS) return { error: HOLD_WRONG };
  return { ...image, id, timeoutMs: seconds * 1_000, holdMs: Math.min(Number(hold), seconds) * 1_000 };
}
