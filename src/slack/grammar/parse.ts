/**
 * Parses what a person typed after `/scanprogress`, in a mention or in a direct message. Pure. Sentences are tried
 * before similar single words, and an unknown word never creates, starts or ends anything.
 */

import { type Command, REGULAR, these, type Typed, type Understood, understood } from './command.ts';
import { isAboutLastScan, isAboutOperators, isAboutStarter } from './about-operators.ts';
import { isImplied, parseVerb } from './acts.ts';
import { closingNoticeAt, joinFrames, joinPostposed } from './constructions.ts';
import type { Verb } from './lexicon/phrases.ts';
import { notUnderstood } from './not-understood.ts';
import { SCANS } from './lexicon/vocabulary.ts';
import { isAboutNamedImages, isPointing, isRerun } from './pointing.ts';
import { isAboutScan, unrelatedTokens } from './requests.ts';
import {
  isAboutBot,
  isAboutWatches,
  isHowTo,
  parseHistory,
  parsePasted,
  parseQuestion,
} from './questions.ts';
import { toName, toBareImage, type Token, toTokens, TYPED_MAX } from './tokens.ts';
import { parsePause } from './stops.ts';
import { findVerbs, type FoundVerb } from './verbs.ts';
import {
  GREETINGS,
  isAlone,
  isCourtesy,
  isQuestion,
  isStateVerb,
  isVocabulary,
  isWordOf,
  rawOf,
  toKnowable,
  without,
} from './words.ts';

export type { Command, Understood };

const NONE: ReadonlySet<string> = new Set();

/**
 * `typed` as Slack sent it, without the bot's own mention. `known`: bareNames that are images of this bot.
 */
export function parseCommand(typed: string, known: ReadonlySet<string> = NONE): Understood {
  const text = typed.replace(CORRECTION, '');
  const parsed = parseAll(text, known);
  const verb = ACTS.find((act) => act === parsed.command.name);
  const withdrawn = verb === undefined ? null : (text.match(STRUCK) ?? text.match(QUOTED));
  if (verb === undefined || withdrawn === null) return parsed;
  const said = text.replace(STRUCK, ' ');
  const words = withdrawn.map((part) => part.replace(/^\s*(?:>|&gt;)\s*/, '').trim());
  return notUnderstood({ tokens: toTokens(said), text: said }, { verb, words });
}

/** "No, watch nginx:1.25" */
const CORRECTION = /^\s*(?:(?:no|nope|nah|nein|non|n[ãa]o|sorry|oops)\s*[,;.!–—-]+\s+){1,3}(?=\S)/i;
/** "~watch alpine:3.15~" was taken back. */
const STRUCK = /(?<![^\s(])~[^~\n]{1,700}~(?![\w~])/g;
/** Lines that somebody else wrote. */
const QUOTED = /^[ \t]*(?:>|&gt;)[^\n]*/gm;
const ACTS = ['watch', 'unwatch', 'subscribe', 'unsubscribe', 'scan', 'stop'] as const;

function parseAll(text: string, known: ReadonlySet<string>): Understood {
  const tokens = toTokens(text).map((token) => recognise(token, known));
  const isHelp = tokens.some((token) => token.kind === 'word' && HELP_OPTIONS.has(token.raw));
  if (isHelp || (tokens.length === 0 && /^[\s?¿]*\?[\s?]*$/.test(text))) return understood({ name: 'help' });
  if (text.trim() === '') return understood({ name: 'progress', target: REGULAR, isImplicit: true });
  if (tokens.length === 0) return notUnderstood({ tokens, text }, { verb: null, words: [text.trim()] });
  return tokens.length > TYPED_MAX ? parsePastedText({ tokens, text }) : parseTokens({ tokens, text });
}

function parsePastedText(typed: Typed): Understood {
  return (
    parsePasted(typed, rawOf(typed.tokens)) ??
    notUnderstood({ tokens: [], text: '' }, { verb: null, words: [] })
  );
}

const HELP_OPTIONS = new Set(['--help', '-h', '-help']);

/** Bare names in a text, which are images where they are known. */
export function bareNames(text: string): readonly string[] {
  const tokens = toTokens(text);
  const names = tokens.length > TYPED_MAX ? [] : tokens.flatMap((token) => toKnowable(token) ?? []);
  return [...new Set(names.map(toName))].slice(0, NAMES_MAX);
}

/** It changes nothing, whichever of its words turn out to be images. */
export function changesNothing(text: string): boolean {
  return bareNames(text).length === 0 && QUESTIONS.has(parseCommand(text).command.name);
}

const QUESTIONS: ReadonlySet<Command['name']> = new Set([
  'progress',
  'images',
  'these',
  'list',
  'history',
  'operators',
  'help',
]);

/** More bare words than this are no list of images. */
const NAMES_MAX = 40;

function recognise(token: Token, known: ReadonlySet<string>): Token {
  if (token.kind !== 'word' || known.size === 0 || isVocabulary(token.text)) return token;
  const image = toBareImage(token.raw);
  return image !== null && known.has(toName(image)) ? image : token;
}

function parseTokens({ tokens: asTyped, text }: Typed): Understood {
  const first = asTyped.findIndex((token) => !isWordOf(token, GREETINGS));
  const tokens = withoutNotice(joinFrames(joinPostposed(asTyped, first)));
  const typed = { tokens, text };
  if (isAboutOperators(tokens)) return understood({ name: 'operators' });
  const pause = parsePause(typed);
  if (pause !== null) return pause;
  if (isHowTo(tokens) || isAboutBot(tokens)) return understood({ name: 'help' });
  if (isCourtesy(tokens)) return understood({ name: 'courtesy' });
  if (isAboutWatches(tokens)) return understood({ name: 'list' });
  if (isAboutNamedImages(tokens) || isPointing(tokens)) return these(null, parseSentence(typed, first));
  return parseSentence(typed, first);
}

/** "Scan alpine:3.16 and let me know" */
function withoutNotice(tokens: readonly Token[]): readonly Token[] {
  const at = closingNoticeAt(tokens);
  const before = tokens.slice(0, Math.max(at, 0));
  return findVerbs(before).some(({ verb }) => NOTIFYING.has(verb)) ? before : tokens;
}

const NOTIFYING: ReadonlySet<Verb> = new Set<Verb>(['watch', 'scan', 'subscribe']);

function parseSentence(typed: Typed, first: number): Understood {
  const { tokens, text } = typed;
  const hasImages = tokens.some(({ kind }) => kind === 'image');
  const verbs = findVerbs(tokens).filter((verb) => !isHelping(typed, verb, hasImages));
  const wanted = verbs.find(({ verb }) => verb === 'list' || verb === 'help');
  if (wanted !== undefined && isAlone(tokens, wanted)) return parseVerb(typed, wanted);
  // Before the commands: "is alpine:3.16 scanning?" must start nothing.
  if (isQuestion(tokens, text) && !isRequest(typed, verbs, first)) {
    const past = verbs.find(({ verb }) => verb === 'history');
    const isPast = past !== undefined || isAboutLastScan(tokens) || isAboutStarter(tokens);
    return isPast ? parseHistory(typed, past) : questionOrRerun(typed, null);
  }
  const acting = verbs.filter((verb) => verb.verb !== 'status' && !isObjectOf(typed, verb, verbs));
  const [act, ...others] = acting;
  if (act === undefined) return questionOrRerun(typed, verbs[0] ?? null);
  if (isAboutScan(typed, act)) return parseSentence({ tokens: without(tokens, act), text }, first);
  const other = others.find(
    ({ verb, at }) => verb !== act.verb && (!isImplied(verb, act) || tokens.slice(at - 1, at).some(isOr)),
  );
  if (other === undefined || act.verb === 'help') return parseVerb(typed, act);
  // Two commands in one text: the first one is suggested.
  const before = tokens.slice(0, other.at);
  return notUnderstood({ tokens: before, text: '' }, { verb: act.verb, words: [other.phrase] });
}

/** "Retry?" */
function questionOrRerun(typed: Typed, found: FoundVerb | null): Understood {
  const question = parseQuestion(typed, found);
  return isRerun(typed.tokens) ? these('scan', question) : question;
}

/** "Would it help to rescan alpine:3.16?", "what are you keeping an eye on?": not every `help` is a command. */
function isHelping({ tokens }: Typed, found: FoundVerb, hasImages: boolean): boolean {
  if (found.verb !== 'help') return false;
  if (found.length === 1) return hasImages && found.at > 0;
  return !isAlone(tokens, found) || tokens.some((token) => isWordOf(token, SCANS));
}

/** "Est-ce que tu peux surveiller …?" */
function isRequest({ tokens, text }: Typed, verbs: readonly FoundVerb[], first: number): boolean {
  const act = verbs.find(({ verb }) => verb !== 'status');
  return (
    act !== undefined &&
    !isStateVerb(act) &&
    act.at > first &&
    unrelatedTokens({ tokens: tokens.slice(0, act.at + act.length), text }, [act]).length === 0
  );
}

const OR = new Set(['or', 'oder', 'ou', 'o']);

function isOr(token: Token): boolean {
  return isWordOf(token, OR);
}

/** "Scan status" and "watch help", where the first is no verb, "unwatch all watches" and "add alpine:3.16 to the list". */
function isObjectOf(
  { tokens }: Typed,
  { verb, phrase, at, length }: FoundVerb,
  verbs: readonly FoundVerb[],
): boolean {
  if (verb === 'list' && tokens.slice(0, at).some(({ kind }) => kind === 'image')) return true;
  if (verb === 'list')
    return LISTED.has(phrase) && verbs.some((other) => other.at < at && other.verb !== 'status');
  const next = verbs.find((other) => other.at === at + length)?.verb;
  return next === 'help' || (verb === 'scan' && (next === 'status' || next === 'history'));
}

const LISTED = new Set(['watches', 'subscriptions']);

/** Removes the bot's own mentions, at any position, from a text as Slack sent it. */
export function stripMention(text: string, botUserId: string): string {
  return text
    .replace(/<@([^<>|]*)(?:\|[^<>]*)?>/g, (mention, userId: string) =>
      userId === botUserId ? ' ' : mention,
    )
    .trim();
}
