/** Finds verbs in a sequence of words. */

import { distance } from 'fastest-levenshtein';
import { COMMAND_WORDS } from '../../scan/command.ts';
import type { Token } from './tokens.ts';
import { PHRASES_BY_WORD, type Verb } from './phrases.ts';
import { PROGRESS_WORDS } from './vocabulary.ts';

export interface FoundVerb {
  readonly verb: Verb;
  /** As typed, in lower case: `stop watching`. */
  readonly phrase: string;
  /** Index of its first token, and the number of tokens. */
  readonly at: number;
  readonly length: number;
}

/** In order. "The scan" and "a watch" are no verbs. */
export function findVerbs(tokens: readonly Token[]): readonly FoundVerb[] {
  const found: FoundVerb[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const verb = verbAt(tokens, at);
    if (verb === null) continue;
    if (!isNoun(tokens, verb)) found.push(verb);
    at += verb.length - 1;
  }
  return found;
}

function verbAt(tokens: readonly Token[], at: number): FoundVerb | null {
  const phrases = PHRASES_BY_WORD.get(wordAt(tokens, at)) ?? [];
  const phrase = phrases.find(({ words }) =>
    words.every((word, index) => wordAt(tokens, at + index) === word),
  );
  if (phrase === undefined) return null;
  return { verb: phrase.verb, phrase: phrase.words.join(' '), at, length: phrase.words.length };
}

function wordAt(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  return token?.kind === 'word' ? token.text : '';
}

const DETERMINERS = new Set(
  `the a an this that my our your its any every last next new registry der die das den dem des ein eine einen le la un
  une ce cette el lo una o um uma do da del du no na of s`.split(/\s+/),
);

/** As nouns they mean the same. */
const NEVER_NOUNS: ReadonlySet<Verb> = new Set<Verb>(['help', 'list', 'history', 'settings']);

function isNoun(tokens: readonly Token[], { at, length, verb }: FoundVerb): boolean {
  if (length > 1 || NEVER_NOUNS.has(verb)) return false;
  const next = wordAt(tokens, at + 1);
  if (verb === 'scan' && (next === 'of' || PROGRESS_WORDS.has(next))) return true;
  if (at === 0) return false;
  // "Alpine:3.16 scan" names one; "alpine:3.16 scannen" requests one.
  const isBehindImage = wordAt(tokens, at) === 'scan' && tokens[at - 1]?.kind === 'image';
  return DETERMINERS.has(wordAt(tokens, at - 1)) || isBehindImage;
}

/** Longer words are no typos. */
const MAX_WORD = 20;
/** From this length on two typos are tolerated; a shorter word with two is more likely an image (`hitch`, `storm`). */
const LONG_WORD = 7;
/** In a word this short only a swap or a doubling is a typo: `lsit` is `list`, `lint` is not. */
const SHORT_WORD = 4;

const TYPED_VERBS = [...COMMAND_WORDS, 'status'] as const;

/** The command that was probably meant, where only a letter or two are wrong, missing, extra or swapped. */
export function nearestCommand(word: string): (typeof TYPED_VERBS)[number] | null {
  if (!/^[a-z]+$/.test(word) || word.length > MAX_WORD) return null;
  return TYPED_VERBS.find((known) => isSlipOf(word, known)) ?? null;
}

/** Words for no command, and the one that people who type them want. It is offered, never executed. */
const WANTED: ReadonlyMap<string, Verb> = new Map(
  Object.entries({
    watch: 'add include',
    unwatch: 'ignore mute forget drop remove cancel delete clear never nevermind',
    scan: 'retry redo restart refresh relaunch',
    stop: 'abort halt kill terminate pause',
    settings: 'noisy noise spam spammy quiet only',
  }).flatMap(([verb, words]) => words.split(' ').map((word) => [word, verb as Verb])),
);

export function wantedBy(word: string): Verb | null {
  return WANTED.get(word) ?? null;
}

function isSlipOf(word: string, known: string): boolean {
  if (isSwapped(word, known) || isDoubled(word, known)) return true;
  if (Math.min(word.length, known.length) <= SHORT_WORD) return false;
  return distance(word, known) <= (known.length < LONG_WORD ? 1 : 2);
}

function isSwapped(word: string, known: string): boolean {
  if (word.length !== known.length) return false;
  let at = 0;
  while (at < word.length && word[at] === known[at]) at += 1;
  const swapped = `${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`;
  return swapped === known.slice(at);
}

function isDoubled(word: string, known: string): boolean {
  return Array.from(known, (letter, at) => `${known.slice(0, at)}${letter}${known.slice(at)}`).includes(word);
}
