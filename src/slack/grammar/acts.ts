/** Commands with a verb: executed only if every word was understood. */

import { MAX_IMAGES, type Remark } from '../../scan/command.ts';
import { targetId } from '../../scan/target.ts';
import {
  type Command,
  distinct,
  problem,
  REGULAR,
  type Typed,
  type Understood,
  understood,
} from './command.ts';
import { isCommonWord } from './lexicon/common-words.ts';
import { isStateOrWish } from './lexicon/states-and-wishes.ts';
import { notUnderstood, offerOf } from './not-understood.ts';
import { parseQuestion } from './questions.ts';
import { HERE, IMAGE_WORDS, POINTING, theseOrElse } from './pointing.ts';
import { type ImageToken, toName, type Token } from './tokens.ts';
import { isAmbiguous, isOfProgress, unrelatedTokens, tellingOf } from './requests.ts';
import { parseStop, OF_REGISTRY } from './stops.ts';
import { findVerbs, type FoundVerb } from './verbs.ts';
import type { Verb } from './lexicon/phrases.ts';
import {
  ALL_WORDS,
  CONVERSATIONS,
  COURTESY,
  FILLER,
  REGULAR_WORDS,
  SCANS,
  THANKS_OR_GREETING,
} from './lexicon/vocabulary.ts';
import {
  bareImageOf,
  isAddressee,
  isAlone,
  isOfAPerson,
  hasMeaning,
  isWordOf,
  joinSplitTags,
  loweredOf,
  ofOnePerson,
  offeredImageOf,
  PLAIN_NAMES,
  POLITE,
  rawOf,
  SHOWING,
  SHOWN_MAX,
  synonymOf,
  textsOf,
  without,
  set,
} from './words.ts';

type ActingVerb = Exclude<Verb, 'status' | 'stop' | 'help'>;

/** `found` decides; where another word is not understood, the command is offered instead. */
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
      // "List running scans", "list the findings of alpine:3.16"
      if (verb === 'list' && typed.tokens.some(isOfProgress)) return parseQuestion(typed, found);
      return parseAct(typed, found, verb);
    default:
      return parseAct(typed, found, verb);
  }
}

/** The checks go from the most specific problem to the least: the first one is reported. */
function parseAct(typed: Typed, found: FoundVerb, verb: ActingVerb): Understood {
  const same = findVerbs(typed.tokens).filter(
    ({ verb: other }) => other === found.verb || isImplied(other, found),
  );
  const rest = typed.tokens.filter(
    (_, index) => !same.some(({ at, length }) => index >= at && index < at + length),
  );
  const images = rest.filter((token) => token.kind === 'image');
  const addressee = typed.tokens.find((token, at) => isAddressee(token, at > found.at));
  if (addressee !== undefined) {
    const meant = offerOf(verb, images.length === 0 ? ['alpine:3.16'] : images.map(toName));
    return problem({ kind: 'addressee', of: addressee.of, verb, meant });
  }
  const host = rest.find((token) => token.kind === 'host');
  if (host !== undefined) return problem({ kind: 'registry-host', host: host.raw, verb });
  const split = joinSplitTags(rest);
  if (split.length > 0) return problem({ kind: 'split-tag', meant: [verb, ...split].join(' ') });
  const invalid = rest.find((token) => token.kind === 'invalid');
  if (invalid !== undefined)
    return problem({ kind: 'reference', error: invalid.error, isOneOfSeveral: images.length > 0 });
  const unrelated = CHANGES_NOTHING.has(verb) ? rest.filter(isUnknown) : unrelatedTokens(typed, same);
  const unknown = rawOf(tellingOf(unrelated));
  const words = setOf(rest, images);
  if (words.length > 0)
    return notUnderstood({ tokens: [], text: '' }, { verb: null, words: [...words, ...unknown] });
  const onLone = images.length === 0 ? actOnLone(typed, found, { verb, unrelated }) : null;
  if (onLone !== null) return onLone;
  const isOfSettings = found.silences === 'all' && images.length === 0;
  if (unknown.length > 0)
    return notUnderstood(typed, { verb: isOfSettings ? 'settings' : verb, words: unknown });
  return images.length > 0 ? actOn(typed, found, { verb, images }) : actOnRegular(typed, found, verb);
}

/** "Scan all images in ghcr.io/acme" and "all of ghcr.io/acme" name no image, but a set of them. */
function setOf(tokens: readonly Token[], images: readonly ImageToken[]): readonly string[] {
  const isTagged = images.every(({ isTagAssumed }) => !isTagAssumed);
  const all = tokens.filter(
    (token, index) =>
      isWordOf(token, ALL_WORDS) &&
      !tokens.slice(index + 1, index + 2).some((next) => isWordOf(next, SCANS, isTagged ? OF : SCANS)),
  );
  return images.length === 1 ? rawOf(all) : [];
}

/** For these a sentence need not be a request: only unknown words are named. */
const CHANGES_NOTHING: ReadonlySet<Verb> = new Set<Verb>(['list', 'settings', 'history']);

function isUnknown(token: Token): boolean {
  return hasMeaning(token) && !isWordOf(token, FILLER, COURTESY, REGULAR_WORDS, SHOWING);
}

const OF = new Set(['of', 'de']);

const LINKING = new Set('to from of the image images'.split(' '));
const CLOSING = new Set('me us for image'.split(' '));

/** A bare word may be an image only as the single argument of a command, directly behind it. */
function loneArgument(
  tokens: readonly Token[],
  [only, ...others]: readonly Token[],
  { at, length, phrase }: FoundVerb,
): Token | null {
  const behind = tokens.slice(at + length);
  const index = behind.findIndex((token) => !isWordOf(token, LINKING));
  if (only === undefined || others.length > 0 || behind[index] !== only) return null;
  const isLast = behind
    .slice(index + 1)
    .every((token) => token.kind === 'emoji' || isWordOf(token, POLITE, CLOSING));
  return isLast && !phrase.includes('registry') ? only : null;
}

interface LoneAct {
  readonly verb: ActingVerb;
  readonly unrelated: readonly Token[];
}

function actOnLone(typed: Typed, found: FoundVerb, { verb, unrelated }: LoneAct): Understood | null {
  const lone = loneArgument(typed.tokens, unrelated, found);
  if (lone === null) return null;
  const offered = offeredImageOf(lone);
  const image = isWordOf(lone, PLAIN_NAMES) ? offered : bareImageOf(lone);
  if (image !== null && (verb === 'history' || isNamed(typed, found, lone)))
    return actOn(typed, found, { verb, images: [image] });
  const meant = image ?? offered;
  return meant === null ? null : offering([lone], verb, [meant]);
}

/** "Watch nginx", "subscribe to nginx", "scan the nginx image", but neither "notify me of breakages" nor "scan the network". */
function isNamed({ tokens }: Typed, { verb, at, length, phrase, silences }: FoundVerb, lone: Token): boolean {
  if (silences !== null || lone.kind !== 'word' || !/^[a-z]+$/.test(lone.text)) return true;
  if (isCommonWord(lone.text) || (verb === 'scan' && isStateOrWish(lone.text))) return false;
  const index = tokens.indexOf(lone);
  const between = tokens.slice(at + length, index);
  const isDirect = between.every((token) => isWordOf(token, OF_OBJECT)) && !PREPOSITION.test(phrase);
  return isDirect || [index - 1, index + 1].some((next) => isImageWord(tokens[next]));
}

const OF_OBJECT = set('to from');
const PREPOSITION =
  /\b(?:of|(?<!eye )on|about|for|to|from|with|regarding|auf|uber|von|zu|fur|de|du|des|do|da|del|sur|sobre)$/;

function isImageWord(token: Token | undefined): boolean {
  return token !== undefined && isWordOf(token, IMAGE_WORDS);
}

function offering(words: readonly Token[], verb: Verb, images: readonly ImageToken[]): Understood {
  const meant = offerOf(verb, images.map(toName));
  return problem({ kind: 'not-understood', words: rawOf(words), meant });
}

interface Act {
  readonly verb: ActingVerb;
  readonly images: readonly ImageToken[];
}

function actOn(typed: Typed, found: FoundVerb, { verb, images }: Act): Understood {
  const targets = distinct(images);
  const remarks: readonly Remark[] = [...synonymOf(found), ...loweredOf(images)];
  const [target, ...others] = targets;
  if (verb === 'scan' && target !== undefined && isAmbiguous(typed, found))
    return understood({ name: 'progress', target }, [
      ...loweredOf(images),
      { kind: 'offer', meant: offerOf(verb, [targetId(target.target)]) },
    ]);
  // `list` and `settings` take no image.
  if (target === undefined || verb === 'list' || verb === 'settings')
    return notUnderstood(typed, { verb, words: rawOf(images) });
  // "Stop sending alpine:3.16" may mean one message, and a question may want a reply.
  if (found.silences === 'all' || (found.silences === 'image' && typed.text.includes('?')))
    return offering(typed.tokens.slice(found.at, found.at + found.length), verb, images.slice(0, SHOWN_MAX));
  if (targets.length > MAX_IMAGES) return problem({ kind: 'too-many-images', limit: MAX_IMAGES });
  if (verb !== 'scan' && verb !== 'history') return understood({ name: verb, targets }, remarks);
  if (others.length > 0) return problem({ kind: 'one-image', word: verb });
  return understood({ name: verb, target }, remarks);
}

/** A text that ends with one was cut off: "watch the images of". */
const DANGLING = new Set('to on for of and from'.split(' '));

/** "Unwatch all", "unwatch *", "stop all watches", "unsubscribe this channel". */
function isEverything(text: string, { phrase, silences }: FoundVerb, words: readonly string[]): boolean {
  const isEveryNamed =
    silences !== null || words.some((word) => ALL_WORDS.has(word) || CONVERSATIONS.has(word));
  return isEveryNamed || /\b(?:watches|subscriptions)$/.test(phrase) || /(?:^|\s)`?\*`?(?:\s|$)/.test(text);
}

/** A scan that is started is watched. */
export function isImplied(verb: Verb, of: FoundVerb): boolean {
  return of.verb === 'scan' && verb === 'watch';
}

/** Without an image: the registry scan, where nothing else can be meant. */
function actOnRegular(typed: Typed, found: FoundVerb, verb: ActingVerb): Understood {
  const rest = without(typed.tokens, found).filter(({ kind }) => kind !== 'emoji');
  const words = textsOf(rest);
  const remarks = synonymOf(found);
  const isAll = isEverything(typed.text, found, words) && !words.some((word) => OF_REGISTRY.has(word));
  if (isAll && (verb === 'unwatch' || verb === 'unsubscribe'))
    return understood({ name: `${verb}-all` }, [
      ...synonymOf(found, `${verb} all`),
      ...ofOnePerson(typed.tokens),
    ]);
  const isNamed = [...words, ...found.phrase.split(' ')].some((word) => REGULAR_WORDS.has(word));
  if (verb === 'scan' && !isNamed && rest.length > 0)
    return theseOrElse(verb, rest, problem({ kind: 'scan-what' }));
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
  if (verb === 'list' || verb === 'settings' || !(isNamed || isPlain)) {
    const unclear = notUnderstood({ ...typed, tokens: rest }, { verb, words: [] });
    return isCut ? unclear : theseOrElse(verb, rest, unclear);
  }
  const regular = understood(ofRegular(verb), remarks);
  return rest.some((token) => isWordOf(token, POINTING)) ? theseOrElse(verb, rest, regular) : regular;
}

function ofRegular(verb: Exclude<ActingVerb, 'list' | 'settings'>): Command {
  return verb === 'scan' || verb === 'history'
    ? { name: verb, target: REGULAR }
    : { name: verb, targets: [REGULAR] };
}
