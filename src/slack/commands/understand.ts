/** Parses a text as a command: bare words are images where this bot has seen them, and unseen images get an offer. */

import { type ImageReference, parseReference, printReference } from '../../image/reference.ts';
import { imagesNamedIn, messageText, withoutReplies } from './named-images.ts';
import { onlyOther, similarTo, type TypedImage } from './similar.ts';
import { imagesKnownTo, imagesWatchedBefore, knownNames, namesLike } from '../../store/known-names.ts';
import { type KnownTo, knownTargets, scannedTargets } from '../../store/targets.ts';
import type { Conversation } from '../../scan/watch.ts';
import { withTimeout } from '../../async.ts';
import type { CommandContext, Invocation } from '../context.ts';
import { offerOf } from '../grammar/not-understood.ts';
import { bareNames, type Command, parseCommand, type Understood } from '../grammar/parse.ts';
import type { Verb } from '../grammar/lexicon/phrases.ts';

type Context = Pick<CommandContext, 'database'>;
interface ThreadContext extends Pick<CommandContext, 'database' | 'ownUserId'> {
  readonly calls: Pick<CommandContext['calls'], 'readThread'>;
}
/** Who typed it, and where: only what they may see is offered. */
type Typist = Pick<Invocation, 'userId' | 'conversation' | 'kind'>;

/** Docker's tag for a name without one, as `bareNames` returns it. */
const TAG = ':latest';

export async function understand(bot: ThreadContext, text: string, typist: Typist): Promise<Understood> {
  return withOffer(bot, await parseWithNames(bot, text, knownTo(typist)), typist);
}

/** Others may read the reply: what the person watched elsewhere is for a direct message alone. */
function knownTo({ conversation, kind, userId }: Typist): KnownTo {
  return { channel: conversation.channel, userId: kind === 'direct' ? userId : null };
}

/** Only what the bot has seen; offers nothing. The database is read only where a word could be an image. */
export async function parseWithNames({ database }: Context, text: string, to: KnownTo): Promise<Understood> {
  const ids = bareNames(text);
  if (ids.length === 0) return parseCommand(text);
  const [targets, shown] = await Promise.all([
    knownTargets(database, ids, to),
    knownNames(
      database,
      ids.map((id) => id.slice(0, -TAG.length)),
    ),
  ]);
  return parseCommand(text, new Set([...targets, ...shown.map((name) => name + TAG)]));
}

/** With more images a typo is hardly one. */
const OFFERED_MAX = 5;

/** For images of which no scan was ever seen: what resembles them, to be typed instead. */
async function withOffer(bot: ThreadContext, parsed: Understood, typist: Typist): Promise<Understood> {
  const { command, remarks } = parsed;
  const named = imagesIn(command);
  if (named.length === 0 || named.length > OFFERED_MAX) return parsed;
  const meant = await meantBy(bot, named, { ...typist, isEnding: isEnding(command) });
  if (meant.size === 0) return parsed;
  if (command.name !== 'problem')
    return {
      command,
      remarks: [...remarks, { kind: 'offer', meant: offerOf(verbOf(command), [...meant.values()]) }],
    };
  const { problem } = command;
  if (problem.kind !== 'not-understood' || problem.meant === null) return parsed;
  const words = problem.meant.split(' ').map((word) => meant.get(word) ?? word);
  return { command: { ...command, problem: { ...problem, meant: words.join(' ') } }, remarks };
}

/** Typed, or offered. */
function isEnding(command: Command): boolean {
  const { problem } = command.name === 'problem' ? command : { problem: null };
  const meant = problem?.kind === 'not-understood' ? (problem.meant ?? '') : command.name;
  return /^(?:unwatch|unsubscribe)\b/.test(meant);
}

function imagesIn(command: Command): readonly TypedImage[] {
  if (command.name === 'problem') {
    const { problem } = command;
    const words = problem.kind === 'not-understood' ? (problem.meant ?? '').split(' ') : [];
    return words.filter((word) => word.includes(':')).flatMap(toTyped);
  }
  const targets = 'targets' in command ? command.targets : 'target' in command ? [command.target] : [];
  return targets.flatMap(({ target, isTagAssumed }) =>
    target.kind === 'image' ? [{ reference: target.reference, isTagAssumed }] : [],
  );
}

/** The grammar spells out a tag that it assumes. */
function toTyped(word: string): readonly TypedImage[] {
  const parsed = parseReference(word);
  return parsed.kind === 'reference'
    ? [{ reference: parsed.reference, isTagAssumed: word.endsWith(TAG) }]
    : [];
}

function verbOf({ name }: Command): Verb {
  switch (name) {
    case 'watch':
    case 'unwatch':
    case 'subscribe':
    case 'unsubscribe':
    case 'scan':
    case 'history':
      return name;
    default:
      return 'status';
  }
}

/** Printed, by what was typed. */
async function meantBy(
  bot: ThreadContext,
  named: readonly TypedImage[],
  { isEnding: hasToEnd, ...typist }: Typist & { readonly isEnding: boolean },
): Promise<ReadonlyMap<string, string>> {
  const { database } = bot;
  const ids = named.map(({ reference }) => printReference(reference));
  const scanned = new Set(await scannedTargets(database, ids));
  const own = await imagesKnownTo(database, knownTo(typist));
  const others = own.filter((image) => !ids.includes(printReference(image)));
  // What is watched here is stopped, though no scan of it was seen yet.
  const known = hasToEnd ? new Set([...scanned, ...own.map(printReference)]) : scanned;
  const isKnown = ({ reference }: TypedImage): boolean => known.has(printReference(reference));
  // A bare name in a thread rather means the image that the thread names.
  const isInThread = typist.conversation.thread !== '';
  const ambiguous = named.filter((typed) => !isKnown(typed) || (typed.isTagAssumed && isInThread));
  if (ambiguous.length === 0) return new Map();
  const inThread = await namedInThread(bot, typist.conversation);
  const pairs = await Promise.all(
    ambiguous.map(async (typed) => {
      const elsewhere = hasToEnd ? [() => others] : sourcesFor({ bot, typed, typist, others });
      const sources = isKnown(typed) ? [] : [...elsewhere, () => shownLike(bot, typed)];
      const meant = onlyOther(typed, await firstSimilar(typed, [() => inThread, ...sources]));
      return meant === null ? [] : [[printReference(typed.reference), printReference(meant)] as const];
    }),
  );
  return new Map(pairs.flat());
}

interface Search {
  readonly bot: Context;
  readonly typed: TypedImage;
  readonly typist: Typist;
  /** Known to the typist, but for what was typed. */
  readonly others: readonly ImageReference[];
}

/** What a scan was seen of comes before what is only watched, which may be a typo itself. */
function sourcesFor({ bot, typed, typist, others }: Search): readonly Source[] {
  return [
    () => withScans(bot, similarTo(typed, others)),
    () => latestLike(bot, typed, typist),
    () => shownExactly(bot, typed),
    () => others,
  ];
}

type Source = () => readonly ImageReference[] | Promise<readonly ImageReference[]>;

/** Of the first source that has any. */
async function firstSimilar(
  typed: TypedImage,
  sources: readonly Source[],
): Promise<readonly ImageReference[]> {
  for (const source of sources) {
    const similar = similarTo(typed, await source());
    if (similar.length > 0) return similar;
  }
  return [];
}

/** A reply must not wait longer for an offer. */
const THREAD_READ_MS = 1_000;

/** Images that people name in the thread; none where Slack does not return its first page in time. */
async function namedInThread(
  { calls, ownUserId }: ThreadContext,
  conversation: Conversation,
): Promise<readonly ImageReference[]> {
  if (conversation.thread === '') return [];
  const read = await withTimeout(calls.readThread({ ...conversation, pages: 1 }), THREAD_READ_MS);
  if (read?.kind !== 'read') return [];
  const own = ownUserId();
  // A command may have a typo that this one corrects, and it is in the thread itself.
  const messages = withoutReplies(read.messages, own).filter((message) => !isToUser(message, own));
  return imagesNamedIn(messages);
}

function isToUser(message: unknown, userId: string | null): boolean {
  return userId !== null && messageText(message).includes(`<@${userId}`);
}

/** "Why did search fail?", whose watch has ended; each scan of it has a tag of its own. All where more than tags differ. */
async function latestLike(
  { database }: Context,
  typed: TypedImage,
  { userId, conversation: { channel } }: Typist,
): Promise<readonly ImageReference[]> {
  const similar = await withScans(
    { database },
    similarTo(typed, await imagesWatchedBefore(database, { userId, channel })),
  );
  const names = new Set(similar.map((image) => printReference({ ...image, tag: '', digest: '' })));
  return names.size > 1 ? similar : similar.slice(0, 1);
}

/** Those of which a scan was seen. */
async function withScans(
  { database }: Context,
  images: readonly ImageReference[],
): Promise<readonly ImageReference[]> {
  if (images.length === 0) return [];
  const scanned = new Set(await scannedTargets(database, images.map(printReference)));
  return images.filter((image) => scanned.has(printReference(image)));
}

/** The typed image where results have shown its name: then it is no typo. */
async function shownExactly(
  { database }: Context,
  { reference }: TypedImage,
): Promise<readonly ImageReference[]> {
  const name = printReference({ ...reference, tag: '', digest: '' });
  return (await knownNames(database, [name])).length > 0 ? [reference] : [];
}

/** Names that results show have no tag: what was typed counts. */
async function shownLike(
  { database }: Context,
  { reference }: TypedImage,
): Promise<readonly ImageReference[]> {
  if (reference.registry !== '') return [];
  const names = await namesLike(database, printReference({ ...reference, tag: '', digest: '' }));
  return names.map((name) => ({ ...reference, repository: `library/${name}` }));
}
