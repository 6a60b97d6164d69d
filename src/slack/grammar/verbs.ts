/** Finds verbs in a sequence of words. */

import { distance } from 'fastest-levenshtein';
import { COMMAND_WORDS } from '../../scan/command.ts';
import { constructionAt, type Silences, wordAt } from './constructions.ts';
import { PHRASES_BY_WORD, type Verb } from './lexicon/phrases.ts';
import type { Token } from './tokens.ts';
import { PROGRESS_WORDS } from './lexicon/vocabulary.ts';

export interface FoundVerb {
  readonly verb: Verb;
  /** As typed, in lower case: `stop watching`. */
  readonly phrase: string;
  /** Index of its first token, and the number of tokens. */
  readonly at: number;
  readonly length: number;
  /** "Tell me when": it names an end that is waited for. */
  readonly isNotice: boolean;
  /** `all`: without an image it means all that is posted here. */
  readonly silences: Silences;
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
  const construction = constructionAt(tokens, at);
  if (construction !== null) {
    const words = tokens.slice(at, at + construction.length);
    return { ...construction, at, phrase: words.map((_, index) => wordAt(words, index)).join(' ') };
  }
  const phrases = PHRASES_BY_WORD.get(wordAt(tokens, at)) ?? [];
  const phrase = phrases.find(({ words }) =>
    words.every((word, index) => wordAt(tokens, at + index) === word),
  );
  if (phrase === undefined) return null;
  const { verb, words } = phrase;
  return { verb, phrase: words.join(' '), at, length: words.length, isNotice: false, silences: null };
}

const DETERMINERS = new Set(
  `the a an this that my our your its any every last next new registry der die das den dem des ein eine einen le la un
  une ce cette el lo una o um uma do da del du no na of s`.split(/\s+/),
);

/** As nouns they mean the same. */
const NEVER_NOUNS: ReadonlySet<Verb> = new Set<Verb>(['help', 'list', 'history', 'settings']);

/** "Escanees" and "following" are never nouns. */
const NOUNS = new Set('scan rescan watch stop monitor track check'.split(' '));

function isNoun(tokens: readonly Token[], { at, length, verb, phrase }: FoundVerb): boolean {
  if (NEVER_NOUNS.has(verb)) return false;
  const next = wordAt(tokens, at + length);
  // "Start a scan" and "scan results", but "run the scan status"
  if (phrase.endsWith('scan') && PROGRESS_WORDS.has(next)) return true;
  if (length > 1) return false;
  if (verb === 'scan' && next === 'of') return true;
  if (at === 0 || !(verb === 'status' || NOUNS.has(phrase))) return false;
  // "Alpine:3.16 scan" names one; "alpine:3.16 scannen" requests one.
  const isBehindImage =
    phrase === 'scan' && tokens[at - 1]?.kind === 'image' && tokens[at + 1]?.kind !== 'image';
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
  if (isSlipOf(word, 'progress')) return 'status';
  return TYPED_VERBS.find((known) => isSlipOf(word, known)) ?? null;
}

/** Also of synonyms and of short words: for a word beside an image, which is no image itself. */
export function nearestBesideImage(word: string): Verb | null {
  const [found] = [...PHRASES_BY_WORD.values()]
    .flat()
    .filter(({ words: [known = '', ...others] }) => others.length === 0 && isOneEditFrom(word, known));
  return nearestCommand(word) ?? found?.verb ?? (BEGINNING.has(word) ? 'scan' : null);
}

const BEGINNING = new Set(['begin', 'run', 'trigger', 'initiate', 'execute', 'perform', 'do']);

export function isOneEditFrom(word: string, known: string): boolean {
  return known.length >= SHORT_WORD && (isSwapped(word, known) || distance(word, known) === 1);
}

/** Words for no command, and the one that people who type them want. It is offered, never executed. */
const WANTED: ReadonlyMap<string, Verb> = new Map(
  Object.entries({
    watch: 'add include unmute',
    unwatch: `ignore mute forget drop end remove cancel delete clear quit exit never nevermind dont refrain avoid skip
      losche loschen loesche loeschen entferne entfernen abbrechen abbruch annule annuler annulez supprime supprimer
      supprimez cancela cancelar cancele borra borrar elimina eliminar quita quitar apaga apagar apague remova remover
      exclua excluir`,
    scan: 'retry redo restart relaunch start launch starten starte demarrer demarre lancer iniciar inicia lanzar anfangen',
    stop: 'abort halt kill terminate',
    settings:
      'noisy noise spam spammy quiet only silence snooze shh dnd mention mentions mentioning pinging erwahnungen menciones mencoes ruhezeiten silencio calmes',
  }).flatMap(([verb, words]) => words.split(/\s+/).map((word) => [word, verb as Verb])),
);

/** null for a word of which nothing is known. */
export function wantedBy(word: string): Verb | null {
  return WANTED.get(word) ?? null;
}

function isSlipOf(word: string, known: string): boolean {
  if (isSwapped(word, known) || isDoubled(word, known)) return true;
  if (Math.min(word.length, known.length) <= SHORT_WORD) return false;
  return distance(word, known) <= (known.length < LONG_WORD ? 1 : 2);
}

/** Two neighbouring letters have changed places: `wacth`. */
function isSwapped(word: string, known: string): boolean {
  if (word.length !== known.length) return false;
  let at = 0;
  while (at < word.length && word[at] === known[at]) at += 1;
  const swapped = `${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`;
  return swapped === known.slice(at);
}

/** One letter was typed twice: `watchh`. */
function isDoubled(word: string, known: string): boolean {
  return Array.from(known, (letter, at) => `${known.slice(0, at)}${letter}${known.slice(at)}`).includes(word);
}
