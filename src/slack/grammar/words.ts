/** Classifies single words and sequences of words by the vocabulary. */

import type { Remark } from '../../scan/command.ts';
import { type ImageToken, toName, toBareImage, type Token } from './tokens.ts';
import { conditionAt } from './constructions.ts';
import { STOP_WORDS } from './lexicon/stop-words.ts';
import { findVerbs, type FoundVerb, wantedBy } from './verbs.ts';
import {
  COURTESY,
  FILLER,
  NEGATIONS,
  NO_IMAGES,
  PROGRESS_WORDS,
  QUESTION_WORDS,
  QUESTIONED_WORDS,
  REGULAR_WORDS,
  SAFETY_WORDS,
  THANKS_OR_GREETING,
  isSpoken,
} from './lexicon/vocabulary.ts';

export function set(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** They do not change a command. */
export const POLITE =
  set(`please pls plz kindly bitte svp the scan scans now jetzt maintenant ahora agora here bot
  scanprogress thanks thx thank you danke merci gracias obrigado por favor`);
export const GREETINGS = set(
  'hi hey hello hallo bonjour salut hola ola oi bot scanprogress please pls so and but ok okay bitte',
);
export const MODALS =
  set(`can could would will please pls kannst konntest konnen konnten konntet konnt wurdest wurdet bitte peux pourrais pouvez pourriez pouvons pourrions puedes podrias podriamos
  puede pode poderia podes`);

/** As typed, in order. */
export function rawOf(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token) => ('raw' in token ? [token.raw] : []));
}

/** In the spelling of the vocabulary. Images, versions and links are left out. */
export function textsOf(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token) => (token.kind === 'word' ? [token.text] : []));
}

export function isWordOf(token: Token, ...sets: readonly ReadonlySet<string>[]): boolean {
  return token.kind === 'word' && sets.some((words) => words.has(token.text));
}

export function without(tokens: readonly Token[], { at, length }: FoundVerb): readonly Token[] {
  return tokens.filter((_, index) => index < at || index >= at + length);
}

/** What must be understood as a word; images, invalid names and addressees are handled before. */
export function hasMeaning({ kind }: Token): boolean {
  return kind === 'word' || kind === 'version' || kind === 'link' || kind === 'host';
}

/** "@here watch …" is said to this bot too, "@ben watch …" is not. */
export function isAddressee(token: Token, isBehind: boolean): token is Token & { kind: 'addressee' } {
  return token.kind === 'addressee' && (isBehind || token.of !== 'channel' || /^<?#/.test(token.raw));
}

/** Words that are no image when alone. */
export function isVocabulary(text: string): boolean {
  if (/^(?:x|\d+)$/.test(text)) return true;
  const sets = [FILLER, COURTESY, PROGRESS_WORDS, QUESTION_WORDS, REGULAR_WORDS, NEGATIONS, NO_IMAGES];
  return sets.some((words) => words.has(text)) || isVerb({ kind: 'word', text, raw: text });
}

function isVerb(token: Token): boolean {
  return findVerbs([token]).length > 0;
}

/** The image that a bare word names, unless it is a word of a sentence. */
export function bareImageOf(token: Token): ImageToken | null {
  return token.kind === 'word' && !STOP_WORDS.has(token.text) ? toKnowable(token) : null;
}

/** The image that is offered for a lone word of sentences: `several`, `page`. */
export function offeredImageOf(token: Token): ImageToken | null {
  const isName = isWordOf(token, STOP_WORDS, PLAIN_NAMES);
  return token.kind === 'word' && isName ? toBareImage(token.raw) : null;
}

/** Images are called so, though sentences have these words too. */
export const PLAIN_NAMES = set('page pages home info console cluster pipeline slack');

/** The image that a bare word names where the bot has seen one: `general`, but never `the`. */
export function toKnowable(token: Token): ImageToken | null {
  const isWord = token.kind === 'word' && WORD_TESTS.some((isMeant) => isMeant(token.text));
  return token.kind === 'word' && !isWord ? toBareImage(token.raw) : null;
}

const WORD_TESTS = [isSpoken, isVocabulary, (text: string) => wantedBy(text) !== null];

const GREETING_PHRASES = new Set([
  ...[
    'whats up',
    'sup',
    'how are you',
    'how are you doing',
    'hows life',
    'hows your day',
    'wie gehts',
    'wie geht es dir',
    'na',
    'my bad',
  ],
  ...['ca va', 'comment ca va', 'que tal', 'como estas', 'tudo bem', 'como vai', 'e ai'],
  ...[
    'ping',
    'pong',
    'you there',
    'are you there',
    'are you alive',
    'are you up',
    'are you online',
    'are you awake',
  ],
  ...['bist du da', 'bist du wach', 'tu es la', 'es tu la', 'estas ahi', 'voce esta ai', 'esta ai'],
]);

/** "Thanks, great work :tada:" */
export function isCourtesy(tokens: readonly Token[]): boolean {
  const isAll = tokens.every(
    (token) => token.kind === 'emoji' || token.kind === 'addressee' || isWordOf(token, COURTESY),
  );
  const isText = tokens.every(({ kind }) => kind === 'word' || kind === 'emoji');
  if (isText && GREETING_PHRASES.has(textsOf(tokens).join(' '))) return true;
  const reason = tokens.findIndex((token, index) => index > 0 && isWordOf(token, REASON));
  if (reason > 0 && isThanks(tokens.slice(0, reason))) return isShort(tokens.slice(reason + 1));
  if (tokens[0] !== undefined && isWordOf(tokens[0], DISMISSING)) return isShort(tokens.slice(1));
  const isThanksOrGreeting = tokens.some((token) => isWordOf(token, THANKS_OR_GREETING));
  return isAll && (isThanksOrGreeting || tokens.every(({ kind }) => kind === 'emoji'));
}

/** "Thanks for the help", "nvm, found it" */
function isShort(tokens: readonly Token[]): boolean {
  const isOther = findVerbs(tokens).some(({ at }) => at > 2);
  return tokens.length <= 8 && !isOther && tokens.every(({ kind }) => kind === 'word' || kind === 'emoji');
}

function isThanks(tokens: readonly Token[]): boolean {
  const hasThanks = tokens.some((token) => isWordOf(token, THANKS));
  return hasThanks && tokens.every((token) => token.kind !== 'image' && isWordOf(token, COURTESY));
}

const THANKS = set('thanks thank thankyou thx ty tysm cheers danke dank merci gracias obrigado obrigada');
const REASON = set('for fur pour por pela pelo');
const DISMISSING = set('nvm nevermind');

/** Whether all other words are irrelevant. */
export function isAlone(tokens: readonly Token[], verb: FoundVerb): boolean {
  return without(tokens, verb).every(
    (token) =>
      token.kind === 'emoji' ||
      isWordOf(token, FILLER, COURTESY, REGULAR_WORDS, QUESTION_WORDS, SHOWING, DETERMINERS),
  );
}

const DETERMINERS = set('meine unsere alle mes mis nuestras minhas nossas meus nossos');

/** "Show settings" */
export const SHOWING =
  set(`show display open view see give get provide share send change edit modify watches subscriptions zeig zeige montre
  zeigen anzeigen affiche afficher muestra muestrame mostrar ver mostre mostra`);

/** "Can you watch alpine?" is a request, not a question. */
export function isQuestion(tokens: readonly Token[], text: string): boolean {
  const first = tokens.findIndex((token) => !isWordOf(token, GREETINGS));
  const verbs = findVerbs(tokens).filter(({ verb }) => verb !== 'status');
  const start = tokens[first];
  const endsAsQuestion = /\?\s*$/.test(text);
  const isState = verbs.some(isStateVerb) || (start !== undefined && isWordOf(start, STATE_WORDS));
  if (endsAsQuestion && isState) return true;
  if (verbs.some(({ at }) => at === first)) return false;
  // "When alpine:3.16 is done, scan nginx:1.25"
  if (!endsAsQuestion && verbs.length > 0 && conditionAt(tokens, first) > 0) return false;
  if (start !== undefined && isWordOf(start, QUESTION_WORDS)) return true;
  if (verbs.some(({ isNotice }) => isNotice)) return false;
  return endsAsQuestion && !tokens.some((token) => isWordOf(token, MODALS));
}

/** "¿Sigue corriendo …?", "no more updates on …?": with a question mark, or behind other words, they tell how things are. */
export function isStateVerb({ phrase }: FoundVerb): boolean {
  return STATE_WORDS.has(phrase.split(' ')[0] ?? '');
}

const STATE_WORDS = set('sigue segue no ya plus enough chega sem keine ningun nada');

/** In a question all known words are irrelevant, even verbs: "did you watch alpine:3.16?" */
export function isOfAQuestion(token: Token): boolean {
  if (token.kind !== 'word') return ['image', 'emoji', 'addressee'].includes(token.kind);
  return (
    isVocabulary(token.text) ||
    SAFETY_WORDS.has(token.text) ||
    QUESTIONED_WORDS.has(token.text) ||
    SHOWING.has(token.text) ||
    OF_WATCHES.test(token.text) ||
    ADVERB.test(token.text)
  );
}

const ADVERB = /^[a-z]{3,}ly$/;

/** "Fully" and "finally", but not "nightly" and "only". */
export function isAdverb(token: Token): boolean {
  return token.kind === 'word' && ADVERB.test(token.text) && !NO_IMAGES.has(token.text);
}

const OF_WATCHES = /^(?:(?:watch|subscrib|follow|track|monitor)(?:es|ed|ing|e)?|(?:beobacht|uberwach)et)$/;

export function isNegated(tokens: readonly Token[]): boolean {
  return tokens.some((token) => isWordOf(token, NEGATIONS));
}

/** "Not yet" and "I'll check later" reply to somebody, and are no questions. */
export function isReply(tokens: readonly Token[], text: string): boolean {
  const isQuestioned = text.includes('?') || tokens.some((token) => isWordOf(token, QUESTION_WORDS));
  return (
    !isQuestioned && (isNegated(tokens) || tokens.slice(0, 1).some((token) => isWordOf(token, FIRST_PERSON)))
  );
}

const FIRST_PERSON = set('ill im ive id well weve wed');

/** `alpine 3.16` as `alpine:3.16`, with the other images in order; empty where no version follows a name. */
export function joinSplitTags(tokens: readonly Token[]): readonly string[] {
  const names: string[] = [];
  let isSplit = false;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'image') names.push(toName(token));
    if (token.kind !== 'version') continue;
    const isNamed = isWordOf(tokens[index - 1] ?? token, TAG);
    const before = tokens[index - (isNamed ? 2 : 1)];
    const image = before?.kind === 'image' ? before : before && bareImageOf(before);
    if (!image?.isTagAssumed) continue;
    if (image === before) names.pop();
    names.push(`${toName(image).replace(/:latest$/, '')}:${token.raw}`);
    isSplit = true;
  }
  return isSplit ? names : [];
}

const TAG = set('tag version');

/** Names typed with capitals; replies show them in lower case. */
export function loweredOf(images: readonly ImageToken[]): readonly Remark[] {
  const typed = images.filter(({ isLowered }) => isLowered).slice(0, SHOWN_MAX);
  return typed.map((image) => ({ kind: 'lower-case', image: toName(image) }));
}

/** Empty where the command's own word was typed, or for questions. */
export function synonymOf({ verb, phrase }: FoundVerb, command: string = verb): readonly Remark[] {
  const isPlain = phrase.startsWith(verb) || verb === 'status' || verb === 'help' || verb === 'list';
  return isPlain ? [] : [{ kind: 'synonym', typed: phrase, command }];
}

/** "Follow me" */
export function isOfAPerson(tokens: readonly Token[], { verb, at, length }: FoundVerb): boolean {
  const next = tokens[at + length];
  return verb === 'watch' && length === 1 && next !== undefined && isWordOf(next, PERSONS);
}

const PERSONS = set('me us you');

/** "Stop notifying me" */
export function ofOnePerson(tokens: readonly Token[]): readonly Remark[] {
  return tokens.some((token) => isWordOf(token, ME)) ? [{ kind: 'for-everybody' }] : [];
}

const ME = set('me mich mir moi mi mim');

/** A reply names at most this number of words or images. */
export const SHOWN_MAX = 5;
