/** Suggestions for a text that was not understood. */

import { extractReferences } from '../../image/extract.ts';
import { printReference } from '../../image/reference.ts';
import { targetId } from '../../scan/target.ts';
import { isCommonWord } from './lexicon/common-words.ts';
import { distinct, problem, type Typed, type Understood } from './command.ts';
import { toName, toPlain, type Token } from './tokens.ts';
import { findVerbs, type FoundVerb, nearestCommand, wantedBy } from './verbs.ts';
import type { Verb } from './lexicon/phrases.ts';
import { ALL_WORDS, CONVERSATIONS, REGISTRY, SCANS } from './lexicon/vocabulary.ts';
import {
  bareImageOf,
  GREETINGS,
  isNegated,
  isWordOf,
  MODALS,
  POLITE,
  rawOf,
  set,
  SHOWN_MAX,
  textsOf,
} from './words.ts';

interface Meant {
  /** The recognised verb, if any. */
  readonly verb: Verb | null;
  /** Unknown words, as typed. */
  readonly words: readonly string[];
}

/** A problem with the words to name and a command to offer, which is never executed. */
export function notUnderstood(typed: Typed, { verb, words }: Meant): Understood {
  const shown = words.length > 0 ? words : rawOf(typed.tokens);
  const isUndone = isNegated(typed.tokens);
  const isPartly = typed.tokens.some((token) => isWordOf(token, EXCEPTIONS));
  const isMixed = isPartly || (isUndone && typed.tokens.filter(({ kind }) => kind === 'image').length > 1);
  const texts = [...words, ...textsOf(typed.tokens).filter((text) => !SCANS.has(text))];
  // "Delete my watches"
  const wanted = verb === 'list' ? nearestOf(words) : null;
  const nearest = wanted ?? verb ?? nearestOf(texts);
  // Where only some images are excluded or negated, no command says what is meant.
  // "No mentions": what is not wanted is chosen in the settings, too.
  const isOfSettings = verb === null && texts.some((text) => nearestOf([text]) === 'settings');
  const opposite = isUndone ? OPPOSITE[verb ?? 'help'] : nearest;
  const meant = isOfSettings ? 'settings' : isMixed ? undefined : opposite;
  return problem({
    kind: 'not-understood',
    words: [...new Set(shown)].slice(0, SHOWN_MAX),
    meant: toMeant(typed, meant ?? null, verb !== null || isUndone),
  });
}

/** "Everything except alpine:3.16" is not the opposite of "alpine:3.16". */
const EXCEPTIONS = new Set('without except unless but ausser ohne sauf sin excepto sem exceto'.split(' '));

const OPPOSITE: Partial<Record<Verb, Verb>> = { watch: 'unwatch', subscribe: 'unsubscribe' };
const TAKES_IMAGES: ReadonlySet<Verb> = new Set<Verb>([
  'status',
  'watch',
  'unwatch',
  'subscribe',
  'unsubscribe',
  'scan',
  'history',
]);

const OF_REGISTRY: ReadonlySet<Verb> = new Set<Verb>(['watch', 'subscribe', 'scan']);

/** The command that one of the words resembles, or that people want who type it. */
export function nearestOf(words: readonly string[]): Verb | null {
  for (const word of words.map(toPlain)) {
    const nearest = nearestCommand(word) ?? wantedBy(word);
    if (nearest !== null) return nearest;
  }
  return null;
}

/** To be pasted. A scan of one image cannot be stopped, but its watch can. */
export function offerOf(nearest: Verb, images: readonly string[]): string {
  const verb = nearest === 'stop' ? 'unwatch' : nearest;
  return [...(verb === 'status' ? [] : [verb]), ...(TAKES_IMAGES.has(verb) ? images : [])].join(' ');
}

function toMeant({ tokens, text }: Typed, verb: Verb | null, isActing: boolean): string | null {
  if (verb === null && isActing) return null;
  const images = verb === null || TAKES_IMAGES.has(verb) ? imagesOf({ tokens, text }, verb) : [];
  const most = verb === 'scan' || verb === 'history' ? 1 : SHOWN_MAX;
  const isAll =
    verb === 'unwatch' && images.length === 0 && tokens.some((token) => isWordOf(token, EVERYTHING));
  // "Scan registry harbor"
  const isRegistry =
    verb !== null &&
    OF_REGISTRY.has(verb) &&
    tokens.every(({ kind }) => kind !== 'image') &&
    tokens.some((token) => isWordOf(token, REGISTRY));
  const objects = isAll ? ['all'] : isRegistry ? ['registry'] : images.slice(0, most);
  const meant = [...(verb === null || verb === 'status' ? [] : [verb]), ...objects].join(' ');
  return meant === '' ? null : meant;
}

/** Bare words only where there is little else: "watch alpine and nginx". */
function imagesOf({ tokens, text }: Typed, verb: Verb | null): readonly string[] {
  const found = findVerbs(tokens).find((other) => other.verb === verb);
  const at = found?.at ?? 0;
  const listed = found === undefined ? [] : listedBehind({ tokens, text }, found);
  if (listed.length > 0) return listed;
  // "When alpine:3.16 is done, scan nginx:1.25"
  const named = [tokens.slice(at), tokens].map(idsIn).find(({ length }) => length > 0);
  if (named !== undefined) return named;
  const extracted = extractReferences(text).map(printReference);
  if (extracted.length > 0 || verb === null || tokens.length > FEW || !isBegunBy(verb, tokens))
    return extracted;
  return namesIn(tokens.slice(1));
}

/** "Watch alpine, redis and nginx" */
function listedBehind({ tokens, text }: Typed, { at, length }: FoundVerb): readonly string[] {
  const behind = tokens.slice(at + length);
  const isList = behind.every(
    (token) => isWordOf(token, JOINING, LINKING, POLITE) || namesIn([token]).length > 0,
  );
  const isJoined = text.includes(',') || behind.some((token) => isWordOf(token, JOINING));
  const isBegun = tokens.slice(0, at).every((token) => isWordOf(token, GREETINGS, MODALS, ADDRESSED));
  return isList && isJoined && isBegun ? [...new Set(namesIn(behind))] : [];
}

const JOINING = set('and or plus und oder et ou y e');
const LINKING = set('image images to from of');
const ADDRESSED = set('you du ihr tu vous voce');

/** Of images, and of bare words that may be one. */
function namesIn(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token) => {
    if (token.kind === 'image') return [toName(token)];
    const image = token.kind === 'word' && isCommonWord(token.text) ? null : bareImageOf(token);
    return image === null ? [] : [toName(image)];
  });
}

function idsIn(tokens: readonly Token[]): readonly string[] {
  return distinct(tokens.filter((token) => token.kind === 'image')).map(({ target }) => targetId(target));
}

/** The verb comes first, perhaps with a typo. */
function isBegunBy(verb: Verb, tokens: readonly Token[]): boolean {
  const [first] = tokens;
  return findVerbs(tokens)[0]?.at === 0 || (first?.kind === 'word' && nearestCommand(first.text) === verb);
}

const FEW = 4;
const EVERYTHING = new Set([...ALL_WORDS, ...CONVERSATIONS]);
