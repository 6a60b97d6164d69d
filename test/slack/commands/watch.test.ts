import { describe, expect, it } from 'vitest';
import { beginWatches, endBoard } from '../../../src/slack/commands/board.ts';
import { beginWatch, notifyOutcome } from '../../../src/slack/commands/watch.ts';
import { type Invocation, whyNoPost } from '../../../src/slack/context.ts';
import type { LiveOutcome } from '../../../src/store/outbox/live-outcome.ts';
import { watchesInChannel } from '../../../src/store/watches.ts';
import { EMPTY, IMAGE, MINUTE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { imageNamed, outbox, readNow, watching, watchingLive } from '../../support/store.ts';
import { named, requestOf, textsOf } from './request.ts';

const database = useMemory();

const posted = <T>(outcome: T, afterMs = 0) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(outcome), afterMs));

/** In a mention, whose responder does not wait for the live message to be posted. */
async function watch(images: readonly string[], invocation: Partial<Invocation> = {}, bot = {}) {
  const request = requestOf({ database, bot, invocation: { isEphemeral: false, ...invocation } });
  return textsOf((await beginWatches(request, named(...images)))());
}

describe('images that are watched here already', () => {
  const ALREADY = /^The scan of `a:1` is already watched here/;

  it.each<[string, string[], Partial<Invocation>, RegExp[]]>([
    ['one, to the same person', ['a'], {}, [ALREADY]],
    ['one, repeated after a crash', ['a'], { isRetry: true }, []],
    ['one, joined before a crash', ['a'], { isRetry: true, userId: 'U2' }, [ALREADY]],
    ['on a board, to the same person', ['b', 'c'], {}, [/^These images are already on a board here/]],
    ['on a board, repeated after a crash', ['b', 'c'], { isRetry: true }, []],
    ['on a board, joined before a crash', ['b', 'c'], { isRetry: true, userId: 'U2' }, [/^These images are/]],
  ])('are told of: %s', async (_, images, invocation, replies) => {
    await watchingLive(database, { target: imageNamed('a') });
    await watch(['b', 'c']);
    const texts = await watch(images, invocation);
    expect(texts).toEqual(replies.map((text) => expect.stringMatching(text) as string));
  });
});

it('a board asks the Console for its first three images, and leaves the others to the next tick', async () => {
  const asked: unknown[] = [];
  const observe = (target: unknown) => new Promise<never>(() => asked.push(target));
  await watch(['a', 'b', 'c', 'd', 'e'], {}, { observe });
  expect(asked).toEqual(['a', 'b', 'c'].map(imageNamed));
});

it('a board is offered at the tenth image that has a message of its own, and at every fifth from there', async () => {
  const offered: number[] = [];
  for (let number = 1; number <= 16; number += 1) {
    const texts = await watch([`app-${number}`]);
    if (texts.some((text) => text.includes('are watched here, with a message each'))) offered.push(number);
  }
  expect(offered).toEqual([10, 15]);
});

describe('the person who asked for a live message', () => {
  const LATE = 6 * SECOND;
  const FOR_ALL = { isEphemeral: false };
  const ARCHIVED = 'I could not post here: this conversation was archived, so nothing is watched.';
  const FAILED = 'Something went wrong in scanprogress, and the log has the details.';

  it.each<[string, LiveOutcome, number, { isSelfEvident?: boolean; isEphemeral?: boolean }, string[]]>([
    ['is told nothing that it says itself', 'posted', 0, {}, []],
    ['is told what it does not say', 'posted', 0, { isSelfEvident: false }, ['posted']],
    ['is told that it follows', 'posted', LATE, {}, ['follows']],
    ['is told why it was refused', 'refused', 0, {}, ['I cannot post here.']],
    ['is told so after it was to follow', 'refused', LATE, {}, ['follows', 'I cannot post here.']],
    ['is told no more where Slack would refuse it, too', 'refused', LATE, FOR_ALL, ['follows']],
    ['is told that it was archived', 'archived', 0, {}, [ARCHIVED]],
    ['is told that it failed', 'other', 0, {}, [FAILED]],
  ])('%s', async (_, outcome, afterMs, { isSelfEvident = true, isEphemeral = true }, expected) => {
    const request = requestOf({ database, invocation: { isEphemeral } });
    const view = (isPosted: boolean) => ({ text: isPosted ? 'posted' : 'follows', blocks: [] });
    const replies = notifyOutcome(request, posted(outcome, afterMs), { isSelfEvident, view });
    expect(await textsOf(replies)).toEqual(expected);
  });

  it('is told by Slack’s own reason where it gives one', async () => {
    const request = requestOf({ database, bot: { mayPost: () => Promise.resolve('not-a-member') } });
    const notification = { isSelfEvident: true, view: () => ({ text: '', blocks: [] }) };
    expect(await textsOf(notifyOutcome(request, posted('refused'), notification))).toEqual([
      'I cannot post here, because I am not a member of this conversation.',
    ]);
  });
});

describe('the end of a board by who made it', () => {
  it.each([
    ['is that of all', 'yes', ['b'], 'ended', 0],
    ['is that of all where Slack does not say whether they have left', 'unknown', ['b'], 'ended', 0],
    ['is that of what nobody else waits for, once they have left', 'no', ['b'], 'ended', 1],
    ['is none where others wait for all of it, once they have left', 'no', ['a', 'b'], 'others', 2],
  ])('%s', async (_, member, joined, outcome, left) => {
    await watch(['a', 'b']);
    await watch(joined, { userId: 'U2' });
    let woken = 0;
    const bot = { access: { isMember: () => Promise.resolve(member) }, wake: () => (woken += 1) };
    const [first] = await watchesInChannel(database, 'C1');
    const request = requestOf({ database, bot, invocation: { isTyped: false } });
    expect([await endBoard(request, first?.boardId ?? ''), woken]).toEqual([outcome, 1]);
    const lines = await watchesInChannel(database, 'C1');
    expect(lines.filter(({ boardId }) => boardId === first?.boardId)).toHaveLength(left);
  });
});

it('Slack has a second and a half to say whether it takes posts', async () => {
  const why = whyNoPost({ mayPost: () => posted('not-a-member', 3 * SECOND) }, 'C1');
  expect(await why).toBeNull();
});

it.each([
  ['asks the Console at once', false, 1],
  ['asks nothing that the Console has just said', true, 0],
])('a watch %s', async (_, isFresh, expected) => {
  await watching(database, { target: IMAGE, channel: 'C2' });
  for (const reading of isFresh ? [scanning(3, 12)] : []) await readNow(database, reading);
  let asked = 0;
  const observe = () => new Promise<never>(() => (asked += 1));
  const request = requestOf({ database, bot: { observe }, invocation: { isEphemeral: false } });
  await textsOf((await beginWatch(request, { target: IMAGE, isTagAssumed: false }))());
  expect(asked).toBe(expected);
  const [live] = (await outbox(database)).filter(({ kind, dueAt }) => kind === 'live' && dueAt !== NOON);
  expect((live?.dueAt ?? NOON) - NOON).toBe(isFresh ? 0 : 1_500);
});

it.each([
  ['without the empty responses of before', true, [EMPTY, EMPTY], { emptyAnswers: 0 }],
  ['with what was seen last of what is watched', true, [scanning(3, 12)], { images: { scanned: 3 } }],
  ['with nothing of what nobody watches', false, [scanning(3, 12)], { images: { scanned: 0 } }],
])('a watch begins %s', async (_, isWatched, readings, expected) => {
  if (isWatched) await watching(database, { target: IMAGE, channel: 'C2' });
  for (const reading of readings) await readNow(database, reading, { now: NOON - MINUTE });
  await textsOf((await beginWatch(requestOf({ database }), { target: IMAGE, isTagAssumed: false }))());
  const [own] = await watchesInChannel(database, 'C1');
  const [live] = await outbox(database, own?.id);
  expect(live?.content.snapshot).toMatchObject(expected);
});
