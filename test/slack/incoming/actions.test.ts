import { describe, expect, it } from 'vitest';
import { MAX_IMAGES } from '../../../src/scan/command.ts';
import { targetId } from '../../../src/scan/target.ts';
import { beginWatches } from '../../../src/slack/commands/board.ts';
import { beginClick } from '../../../src/slack/incoming/actions.ts';
import type { ResponseOptions } from '../../../src/slack/outgoing/respond.ts';
import type { Message } from '../../../src/views/kit/blocks.ts';
import { subscribe, subscriptionsInChannel } from '../../../src/store/subscriptions.ts';
import { watchesInChannel } from '../../../src/store/watches.ts';
import { NOON } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { groupedRows } from '../../support/rows.ts';
import { imageNamed, watching } from '../../support/store.ts';
import { createDelayedCalls } from '../../support/delayed-calls.ts';
import { named, requestOf, resolving } from '../commands/request.ts';

const database = useMemory();
const IMAGE_ID = targetId(imageNamed('a'));

/** Of a member, on a message in `C1`. */
const USUAL = { userId: 'U1', member: 'yes', isHidden: false, isInHome: false };
type World = Partial<typeof USUAL>;

async function click(actionId: string, value: string, world: World = {}) {
  const { userId, member, isHidden, isInHome } = { ...USUAL, ...world };
  const done: string[] = [];
  const { delayed, underWay } = createDelayedCalls();
  const note = delayed((what: string, result: unknown) => done.push(what) > 0 && result);
  const bot = {
    wake: () => done.push('wake'),
    access: {
      ...resolving({ isMember: member, isHidden, mayTouch: member === 'yes' }),
      membership: () => note('home', 'stranger'),
    },
    calls: { openModal: () => note('modal', 'V1'), timeZoneOf: () => Promise.resolve(null) },
  };
  const clicked = { userId, isTyped: false, isEphemeral: isHidden, triggerId: 'T1' };
  const { bot: context, invocation } = requestOf({ database, bot, invocation: clicked });
  const finish = await beginClick(context, { actionId, value, isInHome, invocation });
  const replies: string[] = [];
  await finish(
    delayed(
      ({ text }: Message, { isReplacement = false }: ResponseOptions = {}) =>
        void replies.push(isReplacement ? `instead: ${text}` : text),
    ),
  );
  expect(underWay()).toBe(0);
  return { done, replies };
}

const UNCLEAR = [expect.stringMatching(/^I cannot see who is a member/) as string];
const REFUSED = [expect.stringMatching(/^Only members/) as string];

describe('what changes the conversation', () => {
  const VALUES = groupedRows({
    [IMAGE_ID]: ['watch-here', 'watch-all', 'start-anyway', 'share-here'],
    channel: ['unwatch-all', 'unsubscribe-all', 'fold-into-board'],
    C1: ['change-settings'],
    regular: ['rescan', 'start-regular', 'stop-regular'],
  });

  it.each(VALUES)('is for its members: %s', async (actionId, value) => {
    expect(await click(actionId, value, { member: 'no' })).toEqual({ done: [], replies: REFUSED });
  });

  it.each([
    ['change-settings', 'C1', { done: ['modal'], replies: [] }],
    ['share-here', IMAGE_ID, { done: [], replies: UNCLEAR }],
  ])(
    'is for who has typed where Slack hides it, unless all see it: %s',
    async (actionId, value, expected) => {
      expect(await click(actionId, value, { member: 'unknown', isHidden: true })).toEqual(expected);
    },
  );
});

describe('a click that ends', () => {
  const NOT_HERE: World = { userId: 'U2', member: 'no' };
  const count = async () =>
    (await watchesInChannel(database, 'C1')).length + (await subscriptionsInChannel(database, 'C1')).length;
  const watch = () => watching(database);
  const subscription = async () => {
    await subscribe(database, { target: imageNamed('a'), channel: 'C1', userId: 'U1', now: NOON });
    return (await subscriptionsInChannel(database, 'C1'))[0]?.id ?? '';
  };
  const board = async () => {
    await beginWatches(requestOf({ database }), named('a', 'b'));
    return (await watchesInChannel(database, 'C1'))[0]?.boardId ?? '';
  };
  const OVER = expect.stringMatching(/has already ended/) as string;
  const LIST = expect.stringMatching(/^instead: Nothing/) as string;

  it.each<[string, string, () => Promise<string>, World, string[], string[], string[]]>([
    ['a watch', 'stop-watching', watch, {}, ['wake'], [], [OVER]],
    ['a watch in a list', 'stop-in-list', watch, {}, ['wake'], [LIST], [OVER, LIST]],
    ['a watch in App Home', 'stop-in-home', watch, { isInHome: true }, ['wake', 'home'], [], []],
    ['a subscription', 'unsubscribe', subscription, {}, ['wake'], [LIST], [OVER, LIST]],
    ['a subscription in App Home', 'unsubscribe', subscription, { isInHome: true }, ['wake', 'home'], [], []],
    ['a board', 'stop-board', board, {}, ['wake'], [], [OVER]],
  ])('%s does so once', async (_, actionId, make, world, done, first, second) => {
    const id = await make();
    expect(await click(actionId, id, world)).toEqual({ done, replies: first });
    expect(await count()).toBe(0);
    expect((await click(actionId, id, world)).replies).toEqual(second);
  });

  it.each([
    ['stop-watching', [OVER]],
    ['stop-in-list', [OVER, LIST]],
    ['stop-board', [OVER]],
    ['unsubscribe', [OVER, LIST]],
  ])('what is gone says so: %s', async (actionId, replies) => {
    expect(await click(actionId, 'gone')).toEqual({ done: ['wake'], replies });
  });

  it.each<[string, string, () => Promise<string>, World, string[], string[]]>([
    ['of another conversation', 'stop-watching', () => watching(database, { channel: 'C2' }), {}, [], []],
    ['of another’s App Home', 'stop-in-home', watch, { ...NOT_HERE, isInHome: true }, ['home'], []],
    ['of who has left', 'stop-watching', watch, NOT_HERE, [], REFUSED],
  ])('a watch %s ends nothing', async (_, actionId, make, world, done, replies) => {
    const id = await make();
    const before = await count();
    expect(await click(actionId, id, world)).toEqual({ done, replies });
    expect(await count()).toBe(before);
  });
});

it('a click ends what others wait for where Slack does not say whether its maker has left', async () => {
  const id = await watching(database);
  await watching(database, { userId: 'U2' });
  await click('stop-watching', id, { member: 'unknown' });
  expect(await watchesInChannel(database, 'C1')).toEqual([]);
});

describe('a click that cannot be meant', () => {
  it.each([
    ['names another conversation', 'change-settings', 'C2'],
    ['is bound to one', 'watch-here', `C2|${IMAGE_ID}`],
    ['has no such image', 'watch-here', 'no image'],
    ['is on no button of ours', 'something', 'x'],
  ])('does nothing: it %s', async (_, actionId, value) => {
    expect(await click(actionId, value)).toEqual({ done: [], replies: [] });
  });
});

it('a click watches the images whose names can be read', async () => {
  const { replies } = await click('watch-all', `${IMAGE_ID} !`);
  expect((await watchesInChannel(database, 'C1')).map(({ target }) => targetId(target))).toEqual([IMAGE_ID]);
  expect(replies).toEqual([expect.stringMatching(/^Watching the scan of `a:1` here/)]);
});

it('a click watches no more images than a command', async () => {
  const ids = Array.from({ length: MAX_IMAGES + 1 }, (_, number) => targetId(imageNamed(`app-${number}`)));
  await click('watch-all', ids.join(' '));
  expect(await watchesInChannel(database, 'C1')).toHaveLength(MAX_IMAGES);
});
