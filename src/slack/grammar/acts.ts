/** Commands with a verb: executed only if every word was understood. */

import { MAX_IMAGES, type Remark } from '../../scan/command.ts';
import { distinct, problem, REGULAR, type Typed, type Understood, understood } from './command.ts';
import { notUnderstood } from './not-understood.ts';
import { parseQuestion } from './questions.ts';
import type { ImageToken, Token } from './tokens.ts';
import { findVerbs, type FoundVerb } from './verbs.ts';
import type { Verb } from './phrases.ts';
import {
  ALL_WORDS,
  COURTESY,
  FILLER,
  NEGATIONS,
  PROGRESS_WORDS,
  REGULAR_WORDS,
  SCANS,
  THANKS_OR_GREETING,
} from './vocabulary.ts';
import {
  bareImageOf,
  isAdverb,
  isAlone,
  isWordOf,
  joinSplitTags,
  loweredOf,
  MODALS,
  POLITE,
  rawOf,
  SHOWING,
  synonymOf,
  textsOf,
  without,
} from './words.ts';

type ActingVerb = Exclude<Verb, 'status' | 'stop' | 'help'>;

export function parseVerb(typed: Typed, found: FoundVerb): Understood {
  const { verb } = found;
  switch (verb) {
    case 'help':
      return understood({ name: 'help' });
    case 'status':
      return parseQuestion(typed, found);
    case 'stop':
      return parseStop(typed, found);
    case 'list':
    case 'settings':
      if (isAlone(typed.tokens, found)) return understood({ name: verb }, synonymOf(found));
      return parseAct(typed, found, verb);
    default:
      return parseAct(typed, found, verb);
  }
}

/** "stop alpine" or "please stop" does not mean the registry scan. */
function parseStop(typed: Typed, found: FoundVerb): Understood {
  const rest = without(typed.tokens, found);
  if (rest.some(({ kind }) => kind === 'image')) return problem({ kind: 'stop-what' });
  const isNamed =
    found.length > 1 ||
    found.phrase.includes('scan') ||
    rest.some((token) => isWordOf(token, REGISTRY, SCANS));
  const isPlain = rest.every((token) => isWordOf(token, POLITE, REGULAR_WORDS));
  if (isPlain && (isNamed || (rest.length === 0 && found.phrase === 'stop')))
    return understood({ name: 'stop' }, synonymOf(found));
  return notUnderstood(
    { ...typed, tokens: rest.length === 0 ? typed.tokens : rest },
    { verb: 'stop', words: [] },
  );
}

function parseAct(typed: Typed, found: FoundVerb, verb: ActingVerb): Understood {
  if (isStatement(typed.tokens, found)) return notUnderstood(typed, { verb, words: [] });
  const rest = withoutAll(typed.tokens, found);
  const addressee = typed.tokens.slice(found.at).find((token) => token.kind === 'addressee');
  if (addressee !== undefined) return problem({ kind: 'addressee', of: addressee.of, verb });
  const split = joinSplitTags(rest);
  if (split.length > 0) return problem({ kind: 'split-tag', meant: [verb, ...split].join(' ') });
  const images = rest.filter((token) => token.kind === 'image');
  const invalid = rest.find((token) => token.kind === 'invalid');
  if (invalid !== undefined)
    return problem({ kind: 'reference', error: invalid.error, isOneOfSeveral: images.length > 0 });
  const isNotice = findVerbs(typed.tokens).some((one) => one.isNotice);
  const unknown = unknownOf(rest, { ...found, isNotice });
  const words = setOf(rest, images);
  if (words.length > 0)
    return notUnderstood({ tokens: [], text: '' }, { verb: null, words: [...words, ...unknown] });
  const lone = images.length === 0 && unknown.length === 1 ? loneArgument(typed.tokens, found) : null;
  if (lone !== null) return actOn(typed, found, { verb, images: [lone] });
  if (unknown.length > 0) return notUnderstood(typed, { verb, words: unknown });
  return images.length > 0 ? actOn(typed, found, { verb, images }) : actOnRegular(typed, found, verb);
}

/** "Scan all images in ghcr.io/acme" names no image, but a set of them. */
function setOf(tokens: readonly Token[], images: readonly ImageToken[]): readonly string[] {
  const all = tokens.filter(
    (token, index) =>
      isWordOf(token, ALL_WORDS) &&
      !tokens.slice(index + 1, index + 2).some((next) => isWordOf(next, SCANS, OF)),
  );
  return images.length === 1 ? rawOf(all) : [];
}

const NOUNS = new Set('progress status state watch watches subscription subscriptions history'.split(' '));
const UNTIL = new Set('until till bis jusqua hasta ate when wenn sobald quand cuando quando once'.split(' '));

/** Unknown words, as typed. "When it is done" is valid for a watch, which lasts until then. */
function unknownOf(tokens: readonly Token[], { verb, phrase, isNotice }: FoundVerb): readonly string[] {
  const hasEnd = isNotice || phrase.includes(' ') || tokens.some((token) => isWordOf(token, UNTIL));
  const lasts = verb === 'watch' || (verb === 'subscribe' && phrase.includes(' '));
  const ends = lasts && hasEnd ? [PROGRESS_WORDS] : [];
  const isTimed = (token: Token): boolean => !lasts && isWordOf(token, UNTIL);
  const isEnding = (token: Token, next: Token | undefined): boolean =>
    isWordOf(token, ENDING) && next !== undefined && isWordOf(next, OF);
  const isFine = (token: Token): boolean =>
    (ends.length > 0 && isAdverb(token)) ||
    (!isTimed(token) && isWordOf(token, FILLER, COURTESY, REGULAR_WORDS, NOUNS, SHOWING, ...ends));
  return rawOf(
    tokens.filter(
      (token, index) =>
        isWordOf(token, NEGATIONS) ||
        isEnding(token, tokens[index + 1]) ||
        (hasMeaning(token) && !isFine(token)),
    ),
  );
}

/** "Deja de …", where `deja` alone would be "already". */
const ENDING = new Set('deja dejar para pare parar arrete arreter arretez cesse'.split(' '));
const OF = new Set(['of', 'de']);

function hasMeaning({ kind }: Token): boolean {
  return kind === 'word' || kind === 'version' || kind === 'link';
}

const LINKING = new Set('to from of the image images'.split(' '));
const OPENING = new Set(
  'can could would will you hey hi hello kannst du konntest peux tu pourrais puedes podrias pode voce bot'.split(
    ' ',
  ),
);
const CLOSING = new Set('me us for'.split(' '));

/** A bare word is an image only as the single argument of a command, directly after it. */
function loneArgument(tokens: readonly Token[], { at, length }: FoundVerb): ImageToken | null {
  const index = tokens.findIndex(
    (token, conversation) => conversation >= at + length && !isWordOf(token, LINKING),
  );
  const token = tokens[index];
  if (token === undefined) return null;
  const isOpening = tokens
    .slice(0, at)
    .every((one) => one.kind === 'emoji' || isWordOf(one, POLITE, OPENING));
  const isClosing = tokens
    .slice(index + 1)
    .every((one) => one.kind === 'emoji' || isWordOf(one, POLITE, CLOSING));
  return isOpening && isClosing ? bareImageOf(token) : null;
}

interface Act {
  readonly verb: ActingVerb;
  readonly images: readonly ImageToken[];
}

function actOn(typed: Typed, found: FoundVerb, { verb, images }: Act): Understood {
  const targets = distinct(images);
  const remarks: readonly Remark[] = [...synonymOf(found), ...loweredOf(images)];
  const [target, ...others] = targets;
  if (target === undefined || verb === 'list' || verb === 'settings')
    return notUnderstood(typed, { verb, words: rawOf(images) });
  if (targets.length > MAX_IMAGES) return problem({ kind: 'too-many-images', limit: MAX_IMAGES });
  if (verb !== 'scan' && verb !== 'history') return understood({ name: verb, targets }, remarks);
  if (others.length > 0) return problem({ kind: 'one-image', word: verb });
  return understood({ name: verb, target }, remarks);
}

const DANGLING = new Set('to on for of and from'.split(' '));
const REGISTRY = new Set('registry regular registries register registre registro scan'.split(' '));
const HERE = new Set(
  'here for me us in channel thread progress status to on can could would will you i lets let'.split(' '),
);

/** "We scan alpine:3.16" is no command, but "we need a scan of alpine:3.16" is. */
function isStatement(tokens: readonly Token[], { verb, phrase, at }: FoundVerb): boolean {
  const before = tokens[at - 1];
  if (before !== undefined && isWordOf(before, OURSELVES) && /^(?:need|want) /.test(phrase)) return false;
  return (
    verb === 'scan' &&
    before !== undefined &&
    isWordOf(before, SUBJECTS) &&
    !tokens.some((token) => isWordOf(token, MODALS))
  );
}

const OURSELVES = new Set(['i', 'we']);
const SUBJECTS = new Set('i we they he she it you who'.split(' '));

/** "Watch alpine:3.16 and tell me when it is done" is one command said twice; a scan that is started is watched. */
function withoutAll(tokens: readonly Token[], found: FoundVerb): readonly Token[] {
  const same = findVerbs(tokens).filter(({ verb }) => verb === found.verb || isImplied(verb, found));
  return tokens.filter((_, index) => !same.some(({ at, length }) => index >= at && index < at + length));
}

/** "Unwatch all", "unwatch *", "stop all watches", "unsubscribe this channel". */
function isEverything(text: string, { phrase }: FoundVerb, words: readonly string[]): boolean {
  const isEveryNamed = words.some((word) => ALL_WORDS.has(word) || CONVERSATIONS.has(word));
  return isEveryNamed || /\b(?:watches|subscriptions)$/.test(phrase) || /(?:^|\s)`?\*`?(?:\s|$)/.test(text);
}

const CONVERSATIONS = new Set('channel thread conversation group kanal canal salon'.split(' '));

/** A scan that is started is watched. */
export function isImplied(verb: Verb, of: FoundVerb): boolean {
  return of.verb === 'scan' && verb === 'watch';
}

/** "Follow me" */
function isOfAPerson(tokens: readonly Token[], { verb, at, length }: FoundVerb): boolean {
  const next = tokens[at + length];
  return verb === 'watch' && length === 1 && next !== undefined && isWordOf(next, PERSONS);
}

const PERSONS = new Set('me us you'.split(' '));

/** Without an image: the registry scan, where nothing else can be meant. */
function actOnRegular(typed: Typed, found: FoundVerb, verb: ActingVerb): Understood {
  const rest = without(typed.tokens, found).filter(({ kind }) => kind !== 'emoji');
  const words = textsOf(rest);
  const remarks = synonymOf(found);
  const isAll = isEverything(typed.text, found, words) && !words.some((word) => REGISTRY.has(word));
  if (isAll && (verb === 'unwatch' || verb === 'unsubscribe'))
    return understood({ name: `${verb}-all` }, remarks);
  const isNamed = [...words, ...found.phrase.split(' ')].some((word) => REGULAR_WORDS.has(word));
  if (verb === 'scan' && !isNamed && rest.length > 0) return problem({ kind: 'scan-what' });
  const courtesy = rest.filter((token) => isWordOf(token, THANKS_OR_GREETING));
  // Thanks are no request.
  if (courtesy.length > 0 && !isNamed)
    return notUnderstood({ ...typed, tokens: rest }, { verb, words: rawOf(courtesy) });
  // "Tell me when it is done."
  if (verb === 'watch' && found.isNotice && !isNamed)
    return understood({ name: 'watch', targets: [REGULAR], isImplicit: true }, remarks);
  const last = typed.tokens.at(-1);
  const isCut = (last !== undefined && isWordOf(last, DANGLING)) || isOfAPerson(typed.tokens, found);
  const isPlain = !isCut && rest.every((token) => isWordOf(token, POLITE, HERE, SHOWING));
  if (verb === 'list' || verb === 'settings' || !(isNamed || isPlain))
    return notUnderstood({ ...typed, tokens: rest }, { verb, words: [] });
  if (verb === 'scan' || verb === 'history') return understood({ name: verb, target: REGULAR }, remarks);
  return understood({ name: verb, targets: [REGULAR] }, remarks);
}
