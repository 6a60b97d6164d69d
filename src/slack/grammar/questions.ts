/**
 * Questions: how far scans are, when one was last, what is watched or named. They change nothing, so unknown words are
 * tolerated, and listed in the reply.
 */

import { extractReferences } from '../../image/extract.ts';
import { printReference } from '../../image/reference.ts';
import type { ImageReference } from '../../image/reference.ts';
import type { NamedTarget } from '../../scan/command.ts';
import { distinct, problem, REGULAR, toNamed, type Typed, type Understood, understood } from './command.ts';
import { nearestOf, notUnderstood, offerOf } from './not-understood.ts';
import { type ImageToken, toName, type Token } from './tokens.ts';
import { WHO_WORDS } from './about-operators.ts';
import { ARTICLES } from './requests.ts';
import { findVerbs, type FoundVerb, nearestBesideImage, nearestCommand, wantedBy } from './verbs.ts';
import {
  FILLER,
  HOW_TO,
  PROGRESS_WORDS,
  QUESTION_WORDS,
  QUESTIONED_WORDS,
  REGULAR_WORDS,
  SAFETY_WORDS,
  SCANS,
} from './lexicon/vocabulary.ts';
import {
  bareImageOf,
  GREETINGS,
  isOfAQuestion,
  isQuestion,
  isReply,
  isVocabulary,
  isWordOf,
  joinSplitTags,
  loweredOf,
  MODALS,
  offeredImageOf,
  POLITE,
  rawOf,
  set,
  SHOWN_MAX,
  synonymOf,
  textsOf,
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
  const split = parseSplit(typed, rest);
  if (split !== null) return split;
  const isSentence = rest.some(({ kind }) => kind === 'word');
  const named = isSentence ? seenIn(typed.text, images, unknown.length > 0) : images;
  const words = [...new Set([...commanding(rest), ...rawOf(unknown)])];
  if (named.length > 0) return parseImages(typed, named, words);
  const [only] = rest;
  if (only?.kind === 'invalid' && rest.length === 1)
    return problem({ kind: 'reference', error: only.error, isOneOfSeveral: false });
  if (
    words.length === 0 &&
    (found !== null || isHowFar(rest) || isAboutOutcome(typed)) &&
    !isReply(rest, typed.text)
  ) {
    return understood({
      name: 'progress',
      target: REGULAR,
      isImplicit: !rest.some((token) => isWordOf(token, REGULAR_WORDS)),
    });
  }
  return (
    parseLone(rest, found) ??
    parsePasted(typed, rawOf(unknown)) ??
    parseHost(unknown) ??
    offerLone(rest, unknown) ??
    notUnderstood(typed, { verb: null, words })
  );
}

/** "Alpine 3.16", the values of a Helm chart, and the table of `docker images`. */
function parseSplit({ text }: Typed, rest: readonly Token[]): Understood | null {
  const split = joinSplitTags(rest);
  if (split.length === 0) return null;
  const joined = extractReferences(text).filter(isNamedBy(split));
  if (joined.length > 0) return showing(joined);
  const isPlain = rest.filter(({ kind }) => kind === 'image').length <= 1 && !rest.some(isHost);
  return isPlain ? problem({ kind: 'split-tag', meant: split.join(' ') }) : null;
}

/** "How far is ghcr.io?" */
function parseHost([only, ...others]: readonly Token[]): Understood | null {
  const isAlone = only?.kind === 'host' && others.length === 0;
  return isAlone ? problem({ kind: 'registry-host', host: only.raw, verb: '' }) : null;
}

/** "Start alpine:3.16" is no question, though every word of it is known. */
function commanding(tokens: readonly Token[]): readonly string[] {
  const first = tokens.find((token) => !isWordOf(token, POLITE, GREETINGS, MODALS, PRONOUNS));
  if (first?.kind !== 'word') return [];
  return isWordOf(first, COMMANDING) || wantedBy(first.text) !== null ? rawOf([first]) : [];
}

const PRONOUNS = new Set('you we i us me du tu'.split(' '));
/** Besides those of which it is known what they want. */
const COMMANDING = set(
  'run begin pause resume reset open close make deploy complete finish use put try take fix fail pass',
);

function isHost({ kind }: Token): boolean {
  return kind === 'host';
}

function isNamedBy(names: readonly string[]): (reference: ImageReference) => boolean {
  return (reference) => names.includes(printReference(reference));
}

/** In a sentence `error:500` is no image; among unknown words only unmistakable names count. */
function seenIn(text: string, images: readonly ImageToken[], isStrict: boolean): readonly ImageToken[] {
  const seen = new Set(extractReferences(text).map(printReference));
  const isPlain = ({ raw }: ImageToken): boolean =>
    (!isStrict && (raw.includes('/') || !raw.includes(':'))) || ABOUT_BOTED.test(raw);
  return images.filter((image) => seen.has(toName(image)) || image.isLowered || isPlain(image));
}

/** `orders:5.1` is one, whatever else `order:` may label. */
const ABOUT_BOTED = /^[a-z][\w.-]*:v?\d+\.\d/;

function isHowFar(tokens: readonly Token[]): boolean {
  const isOfSafety = tokens.length > 1 && tokens.some((token) => isWordOf(token, SAFETY_WORDS));
  return isOfSafety || tokens.some((token) => isWordOf(token, PROGRESS_WORDS, REGULAR_WORDS, SCANS));
}

/** "Is it fixed?", "what happened?", but neither "it's fixed" nor "is prod down?" */
function isAboutOutcome({ tokens, text }: Typed): boolean {
  return (
    isQuestion(tokens, text) &&
    tokens.some((token) => isWordOf(token, QUESTIONED_WORDS)) &&
    tokens.every((token, at) => at > 0 || !isWordOf(token, WHO_WORDS)) &&
    namesNothingElse(tokens)
  );
}

/** Than scans: what "it" and "this" stand for. */
function namesNothingElse(tokens: readonly Token[]): boolean {
  return tokens.every(
    (token) =>
      token.kind === 'emoji' ||
      (isWordOf(token, FILLER, QUESTION_WORDS, QUESTIONED_WORDS, PROGRESS_WORDS, GREETINGS, BESIDE) &&
        !isWordOf(token, NAMED)),
  );
}

const BESIDE = set('new really went qui sest ete etait etaient foi fue wird wurde wurden');
const NAMED = set('bot scanprogress channel thread repo repository tag tags');

/** "How far is redis?" may mean an image, or a pod. */
function offerLone(rest: readonly Token[], unknown: readonly Token[]): Understood | null {
  const [only, ...others] = unknown;
  const image = only === undefined || others.length > 0 ? null : bareImageOf(only);
  const isOfAll = rest.some((token) => isWordOf(token, REGULAR_WORDS));
  // "Hold the scan"
  const next = only === undefined ? undefined : rest[rest.indexOf(only) + 1];
  const isVerb = next !== undefined && isWordOf(next, ARTICLES);
  if (image === null || isOfAll || isVerb || !isHowFar(rest)) return null;
  return problem({ kind: 'not-understood', words: [image.raw], meant: toName(image) });
}

/** A single bare word is an image, unless it is a typo or an invalid name. */
function parseLone(rest: readonly Token[], found: FoundVerb | null): Understood | null {
  const isLink = (token: Token): boolean => found !== null && isWordOf(token, LINKING);
  const [only, ...others] = rest.filter(
    (token) => token.kind !== 'emoji' && !isLink(token) && !isWordOf(token, PLEASE),
  );
  if (only?.kind !== 'word' || others.length > 0) return null;
  const nearest = found === null ? nearestCommand(only.text) : null;
  if (nearest !== null) return problem({ kind: 'unknown-word', word: only.raw, nearest });
  const image = bareImageOf(only);
  if (image !== null) return understood({ name: 'progress', target: toNamed(image) }, loweredOf([image]));
  const offered = offeredImageOf(only);
  return offered === null
    ? null
    : problem({ kind: 'not-understood', words: [only.raw], meant: toName(offered) });
}

const PLEASE = new Set('please pls plz bitte svp'.split(' '));
const TOOLS = new Set('docker podman nerdctl crictl skopeo kubectl helm'.split(' '));

/** `"image": "`, also with the quotes that phones make of it. */
const JSON_KEY = /["\u201d]\s{0,9}:\s{0,9}["\u201c[{]/;

/** Logs and tables contain much that only looks like an image. */
export function parsePasted({ text, tokens }: Typed, unknown: readonly string[]): Understood | null {
  const isTable = unknown.length > 0 && text.includes('\n');
  const isOfATool = tokens[0] !== undefined && isWordOf(tokens[0], TOOLS);
  if (unknown.length <= SENTENCE && !isTable && !isOfATool && !JSON_KEY.test(text)) return null;
  const references = extractReferences(text);
  return references.length === 0 ? null : showing(references);
}

function showing(references: readonly ImageReference[]): Understood {
  const targets = references.map((reference): NamedTarget => ({
    target: { kind: 'image', reference },
    isTagAssumed: false,
  }));
  const [target = REGULAR, ...others] = targets;
  return understood(others.length === 0 ? { name: 'progress', target } : { name: 'images', targets });
}

/** "When was alpine:3.16 last scanned?" */
export function parseHistory({ tokens }: Typed, found: FoundVerb | undefined): Understood {
  const images = tokens.filter((token) => token.kind === 'image');
  const [target = REGULAR, ...others] = distinct(images);
  if (others.length > 0) return problem({ kind: 'one-image', word: 'history' });
  return understood({ name: 'history', target }, [
    ...(found === undefined ? [] : synonymOf(found)),
    ...loweredOf(images),
  ]);
}

function parseImages(typed: Typed, images: readonly ImageToken[], unknown: readonly string[]): Understood {
  const pasted = parsePasted(typed, unknown);
  if (pasted !== null) return pasted;
  const targets = distinct(images);
  const [target, ...others] = targets;
  const [verb, image] = typed.tokens;
  // "Ist alpine:3.16 …" has no slip of `list`: that word is known.
  const isSlip = verb?.kind === 'word' && image?.kind === 'image' && unknown.join(' ') === verb.raw;
  const nearest = nearestOf(unknown) ?? (isSlip ? nearestBesideImage(verb.text) : null);
  const meant = nearest === null ? null : offerOf(nearest, images.map(toName).slice(0, SHOWN_MAX));
  const beside =
    unknown.length === 0
      ? []
      : [{ kind: 'unknown-words', words: unknown.slice(0, SHOWN_MAX), meant } as const];
  const remarks = [...loweredOf(images), ...beside];
  const isOne = target !== undefined && others.length === 0;
  return understood(isOne ? { name: 'progress', target } : { name: 'images', targets }, remarks);
}

/** "How do I subscribe?" */
export function isHowTo(tokens: readonly Token[]): boolean {
  const sentence = textsOf(tokens).slice(0, 8).join(' ');
  const startsAsHowTo =
    HOW_TO.some((phrase) => sentence.startsWith(`${phrase} `)) || HOW_IT_WORKS.test(sentence);
  if (tokens.some((token) => isWordOf(token, FIXING)) && namesNothingElse(tokens)) return false;
  return startsAsHowTo && (findVerbs(tokens).length > 0 || !tokens.some(({ kind }) => kind === 'image'));
}

/** Of what was found, and not with this bot. */
const FIXING = set('fix patch');

/** "Version?", "which version are you running?", "about this bot" */
export function isAboutBot(tokens: readonly Token[]): boolean {
  const words = tokens.filter((token) => !isWordOf(token, GREETINGS, TELL_ME));
  const isMeant = words.some(
    (token, at) => isWordOf(token, ABOUT_BOT) || (at === 0 && isWordOf(token, ABOUT)),
  );
  return (
    isMeant && words.every((token) => token.kind === 'emoji' || isWordOf(token, ABOUT_BOT, ABOUT, OF_BOT))
  );
}

/** Of the bot where nothing else is named: `watch documentation` names an image. */
const ABOUT_BOT =
  set(`version versao documentation doku befehle commandes comandos beispiele exemples ejemplos
  exemplos`);
const ABOUT = set('about info infos');
const OF_BOT =
  set(`what whats which is are the your this that you running run show please do of a we on have use using current
  welche ist das die der von diesem du hast habt ihr lauft quelle est la ta votre de du ce utilises
  que cual es el tu del este qual e o esta`);

const HOW_IT_WORKS = /^how do(?:es)? (?:\w+ ){1,4}work/;

/** "What are we watching?", "show me everything that is being watched here" */
export function isAboutWatches(tokens: readonly Token[]): boolean {
  const [start, ...rest] = tokens.filter((token) => !isWordOf(token, GREETINGS, MODALS, TELL_ME));
  if (start === undefined || !isWordOf(start, WHAT)) return false;
  const isWatch = (token: Token): boolean => token.kind === 'word' && WATCHED.test(token.text);
  const isKnown = (token: Token): boolean =>
    token.kind === 'emoji' ||
    (token.kind === 'word' && isVocabulary(token.text) && !isWordOf(token, CONDITIONS));
  return rest.some(isWatch) && rest.every((token) => isWatch(token) || isKnown(token));
}

export const TELL_ME = set('tell me us');
export const WHAT =
  set(`are is what whats which who whos list show was welche welches wen wer zeig zeige que quoi quelles quels qui montre
  quien o qual quais quem muestra muestrame mostra mostre`);
const WATCHED =
  /^(?:(?:watch|follow|track|monitor)(?:ed|es|s|ing)?|subscri(?:bed?|bes|ptions?)|subs|(?:beobacht|uberwach|verfolg|abonnier)(?:e|en|et|est|t)|surveill(?:e|es|ez|ons|ee?s?)|schau(?:e|en|st|t)|guck(?:e|en|st|t)|regard(?:e|es|ent|ez)|mira(?:n|ndo)?|vendo|suivi(?:e|s|es)?|abonnee?s?|vigil(?:a|as|an|ando|amos|ad[oa]s?)|suscrit[oa]s?|monitor(?:e?ando|e?ad[oa]s?)|acompanha(?:ndo|d[oa]s?|mos)?|notified)$/;
const CONDITIONS = set(
  'when if once happens happen difference between mean means wenn quand si cuando quando',
);
