/**
 * What a person typed after `/scanprogress` or in a mention, as a command or as the problem with it. A word that is
 * no command is an image, so a mistyped command is told from an image by its likeness to a command alone.
 */

import { distance } from 'fastest-levenshtein';
import { parseReference } from '../image/reference.ts';
import {
  COMMAND_WORDS,
  type CommandProblem,
  type CommandWord,
  MAX_IMAGES,
  type NamedTarget,
} from '../scan/command.ts';
import { REGULAR_SCAN, targetId } from '../scan/target.ts';
import { unformat } from './unformat.ts';

export type Command =
  | { readonly name: 'progress'; readonly target: NamedTarget }
  /** One to MAX_IMAGES targets, none twice. */
  | { readonly name: ListWord; readonly targets: readonly NamedTarget[] }
  | { readonly name: 'scan' | 'history'; readonly target: NamedTarget }
  | { readonly name: BareWord }
  | { readonly name: 'problem'; readonly problem: CommandProblem };

type ListWord = 'watch' | 'unwatch' | 'subscribe' | 'unsubscribe';
type BareWord = 'list' | 'stop' | 'settings' | 'help';

const REGULAR: NamedTarget = { target: REGULAR_SCAN, isTagAssumed: false };
const HELP_OPTIONS = new Set(['--help', '-h', '?']);
/** Longer words are no slips of the finger. */
const MAX_WORD = 20;
/** From this length on two slips are forgiven; a shorter word with two is more likely an image (`hitch`, `storm`). */
const LONG_WORD = 7;

/** `text` as Slack sent it, without a leading mention of the bot. */
export function parseCommand(text: string): Command {
  // Neither comma nor semicolon can be in a name, and people put them between images.
  const words = unformat(text)
    .split(/[\s,;]/)
    .filter((word) => word !== '');
  const first = words[0];
  if (first === undefined) return { name: 'progress', target: REGULAR };
  if (words.some((word) => HELP_OPTIONS.has(word.toLowerCase()))) return { name: 'help' };
  return parseWords(first.toLowerCase(), words);
}

/** Removes the bot's own mentions, wherever they are, from a text as Slack sent it. */
export function stripMention(text: string, botUserId: string): string {
  return text
    .replace(/<@([^<>|]*)(?:\|[^<>]*)?>/g, (mention, userId: string) =>
      userId === botUserId ? ' ' : mention,
    )
    .trim();
}

function parseWords(word: string, words: readonly string[]): Command {
  const known = COMMAND_WORDS.find((command) => command === word);
  if (known !== undefined) return parseKnown(known, words.slice(1));
  return isSentence(word, words) ? parseSentence(words) : parseProgress(word, words);
}

function parseKnown(word: CommandWord, rest: readonly string[]): Command {
  switch (word) {
    case 'help':
    case 'list':
    case 'settings':
      return { name: word };
    case 'stop':
      // Who writes "stop watching alpine" does not mean the scan of every registry.
      return rest.length === 0 ? { name: 'stop' } : problem({ kind: 'stop-what' });
    case 'scan':
    case 'history':
      return parseOne(word, rest);
    case 'watch':
    case 'unwatch':
    case 'subscribe':
    case 'unsubscribe':
      return parseSeveral(word, rest);
  }
}

/** Several words that begin neither with a (mistyped) command nor with an image. */
function isSentence(word: string, words: readonly string[]): boolean {
  return words.length > 1 && nearestWord(word) === null && !looksLikeImage(words[0] ?? '');
}

function parseSeveral(name: ListWord, words: readonly string[]): Command {
  if (words.length === 0) return { name, targets: [REGULAR] };
  const images = parseImages(words);
  return images.kind === 'problem' ? problem(images.problem) : { name, targets: images.targets };
}

function parseOne(name: 'scan' | 'history', words: readonly string[]): Command {
  if (words.length === 0) return { name, target: REGULAR };
  const images = parseImages(words);
  if (images.kind === 'problem') return problem(images.problem);
  const [target, ...others] = images.targets;
  if (target === undefined || others.length > 0) return problem({ kind: 'one-image', word: name });
  return { name, target };
}

/**
 * What is meant where the first of several words is no command: people speak in sentences, above all when they mention
 * somebody. Only what can be nothing but an image counts as one, and a word of ours wherever it stands, but for those
 * that change something at the Console: "is the scan of alpine:3.16 done?" must start none.
 */
function parseSentence(words: readonly string[]): Command {
  const verb = words
    .map((word) => word.toLowerCase())
    .flatMap((word) => COMMAND_WORDS.filter((known) => known === word && !ACTS.has(known)))
    .at(0);
  const named = words.filter(looksLikeImage);
  if (verb === 'list' || verb === 'help' || verb === 'settings') return { name: verb };
  if (named.length === 0) return { name: 'help' };
  return verb === undefined ? parseProgress(named.join(' ').toLowerCase(), named) : parseKnown(verb, named);
}

const ACTS: ReadonlySet<CommandWord> = new Set(['scan', 'stop']);

/** `nginx:1.25`, `ghcr.io/acme/api`, `alpine@sha256:…`, and no word of a sentence. */
function looksLikeImage(word: string): boolean {
  return /[\w][:/@][\w]/.test(word) && parseReference(word).kind === 'reference';
}

function parseProgress(word: string, words: readonly string[]): Command {
  const nearest = nearestWord(word);
  if (nearest !== null) return problem({ kind: 'unknown-word', word, nearest });
  const images = parseImages(words);
  if (images.kind === 'problem') return problem(images.problem);
  const [target, ...others] = images.targets;
  if (target !== undefined && others.length === 0) return { name: 'progress', target };
  return problem({ kind: 'several-images', images: images.targets.map(({ target }) => targetId(target)) });
}

/** The command that was probably meant, where only a letter or two are wrong, missing, too many or swapped. */
function nearestWord(word: string): CommandWord | null {
  if (!/^[a-z]+$/.test(word) || word.length > MAX_WORD) return null;
  const distances = COMMAND_WORDS.map((known) => ({
    known,
    edits: edits(word, known),
  }));
  const nearest = distances.reduce((best, next) => (next.edits < best.edits ? next : best));
  const allowed = nearest.known.length < LONG_WORD ? 1 : 2;
  return nearest.edits <= allowed ? nearest.known : null;
}

/** Levenshtein's distance, but two neighbours swapped are one edit: `wathc`, `hlep`. */
function edits(word: string, known: string): number {
  const count = distance(word, known);
  return count === 2 && isSwapped(word, known) ? 1 : count;
}

function isSwapped(word: string, known: string): boolean {
  if (word.length !== known.length) return false;
  let at = 0;
  while (at < word.length && word[at] === known[at]) at += 1;
  const swapped = `${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`;
  return swapped === known.slice(at);
}

type Images =
  | { readonly kind: 'images'; readonly targets: readonly NamedTarget[] }
  | { readonly kind: 'problem'; readonly problem: CommandProblem };

/** Ends at the first fault and at the first image too many: however long the text, the answer comes at once. */
function parseImages(words: readonly string[]): Images {
  const targets = new Map<string, NamedTarget>();
  for (const word of new Set(words)) {
    const parsed = parseReference(word);
    if (parsed.kind === 'fault') {
      const isOneOfSeveral = words.length > 1;
      return { kind: 'problem', problem: { kind: 'reference', fault: parsed.fault, isOneOfSeveral } };
    }
    const target: NamedTarget['target'] = { kind: 'image', reference: parsed.reference };
    const id = targetId(target);
    // `alpine` and `alpine:latest` are one target; it was named in full, so nothing was assumed.
    const isTagAssumed = parsed.isTagAssumed && (targets.get(id)?.isTagAssumed ?? true);
    targets.set(id, { target, isTagAssumed });
    if (targets.size > MAX_IMAGES) {
      return { kind: 'problem', problem: { kind: 'too-many-images', limit: MAX_IMAGES } };
    }
  }
  return { kind: 'images', targets: [...targets.values()] };
}

function problem(found: CommandProblem): Command {
  return { name: 'problem', problem: found };
}
