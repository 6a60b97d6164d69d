/**
 * Questions about the progress of one or several scans. They change nothing, so unknown words are tolerated, and listed
 * in the reply.
 */

import { extractReferences } from '../../image/extract.ts';
import { printReference } from '../../image/reference.ts';
import type { NamedTarget } from '../../scan/command.ts';
import { distinct, problem, REGULAR, toNamed, type Typed, type Understood, understood } from './command.ts';
import { nearestOf, notUnderstood } from './not-understood.ts';
import { type ImageToken, nameOf, type Token } from './tokens.ts';
import { type FoundVerb, nearestCommand } from './verbs.ts';
import { PROGRESS_WORDS, REGULAR_WORDS, SCANS } from './vocabulary.ts';
import {
  bareImageOf,
  isOfAQuestion,
  isWordOf,
  joinSplitTag,
  loweredOf,
  rawOf,
  SHOWN_MAX,
  without,
} from './words.ts';

const LINKING = new Set('of for the image'.split(' '));
/** More unknown words than this mean a pasted text. */
const SENTENCE = 3;

/** `found`: a verb of a question, if any. */
export function parseQuestion(typed: Typed, found: FoundVerb | null): Understood {
  const rest = found === null ? typed.tokens : without(typed.tokens, found);
  const images = rest.filter((token) => token.kind === 'image');
  const unknown = rest.filter((token) => !isOfAQuestion(token));
  const split = joinSplitTag(rest);
  if (split !== null && images.length <= 1) return problem({ kind: 'split-tag', meant: split });
  const isSentence = rest.some(({ kind }) => kind === 'word');
  const named = isSentence ? seenIn(typed.text, images, unknown.length > 0) : images;
  if (named.length > 0) return parseImages(typed, named, [...commanding(rest), ...rawOf(unknown)]);
  const [only] = rest;
  if (only?.kind === 'fault' && rest.length === 1)
    return problem({ kind: 'reference', fault: only.fault, isOneOfSeveral: false });
  if (unknown.length === 0 && (found !== null || isHowFar(rest))) {
    return understood({
      name: 'progress',
      target: REGULAR,
      isImplicit: !rest.some((token) => isWordOf(token, REGULAR_WORDS)),
    });
  }
  const words = rawOf(unknown);
  return parseLone(rest, found) ?? parsePasted(typed, words) ?? notUnderstood(typed, { verb: null, words });
}

/** "Start alpine:3.16" is no question, though every word of it is known. */
function commanding([first]: readonly Token[]): readonly string[] {
  return first !== undefined && isWordOf(first, COMMANDING) ? rawOf([first]) : [];
}

const COMMANDING = new Set(
  'start run begin end cancel abort pause resume delete remove clear reset retry refresh mute unmute open close make do'.split(
    ' ',
  ),
);

/** In a sentence `error:500` is no image; among unknown words only unmistakable names count. */
function seenIn(text: string, images: readonly ImageToken[], isStrict: boolean): readonly ImageToken[] {
  const seen = new Set(extractReferences(text).map(printReference));
  const isPlain = ({ raw }: ImageToken): boolean => !isStrict && (raw.includes('/') || !raw.includes(':'));
  return images.filter((image) => seen.has(nameOf(image)) || image.isLowered || isPlain(image));
}

function isHowFar(tokens: readonly Token[]): boolean {
  return tokens.some((token) => isWordOf(token, PROGRESS_WORDS, REGULAR_WORDS, SCANS));
}

/** A single bare word is an image, unless it is a typo or an invalid name. */
function parseLone(rest: readonly Token[], found: FoundVerb | null): Understood | null {
  const isLink = (token: Token): boolean => found !== null && isWordOf(token, LINKING);
  const [only, ...others] = rest.filter((token) => token.kind !== 'emoji' && !isLink(token));
  if (only?.kind !== 'word' || others.length > 0) return null;
  const nearest = found === null ? nearestCommand(only.text) : null;
  if (nearest !== null) return problem({ kind: 'unknown-word', word: only.raw, nearest });
  const image = bareImageOf(only);
  return image === null ? null : understood({ name: 'progress', target: toNamed(image) }, loweredOf([image]));
}

/** Logs and tables contain much that only looks like an image. */
export function parsePasted({ text }: Typed, unknown: readonly string[]): Understood | null {
  const isTable = unknown.length > 0 && text.includes('\n');
  if (unknown.length <= SENTENCE && !isTable) return null;
  const targets = extractReferences(text).map((reference): NamedTarget => ({
    target: { kind: 'image', reference },
    isTagAssumed: false,
  }));
  const [target, ...others] = targets;
  if (target === undefined) return null;
  return understood(others.length === 0 ? { name: 'progress', target } : { name: 'images', targets });
}

function parseImages(typed: Typed, images: readonly ImageToken[], unknown: readonly string[]): Understood {
  const pasted = parsePasted(typed, unknown);
  if (pasted !== null) return pasted;
  const targets = distinct(images);
  const [target, ...others] = targets;
  const nearest = nearestOf(unknown);
  const meant = nearest === null ? null : [nearest, ...images.map(nameOf).slice(0, SHOWN_MAX)].join(' ');
  const beside =
    unknown.length === 0
      ? []
      : [{ kind: 'unknown-words', words: unknown.slice(0, SHOWN_MAX), meant } as const];
  const remarks = [...loweredOf(images), ...beside];
  const isOne = target !== undefined && others.length === 0;
  return understood(isOne ? { name: 'progress', target } : { name: 'images', targets }, remarks);
}
