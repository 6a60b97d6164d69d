import { describe, expect, it } from 'vitest';
import {
  isAdmitted,
  isBoundHere,
  isInside,
  denyEnd,
  denyOutsider,
  denyUnlessTyped,
  deniedView,
} from '../../../src/slack/access/inside.ts';
import { renameConversation } from '../../../src/store/maintenance/rename-conversation.ts';
import { NOON } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { requestOf, resolving } from '../commands/request.ts';

const database = useMemory();

const STRANGER = { member: 'no', isHidden: false, mayTouch: false };
const CLICK = { isTyped: false, isEphemeral: false, channel: 'C1' };
type World = Partial<typeof STRANGER & typeof CLICK>;

function request(world: World = {}) {
  const { member, isHidden, mayTouch, channel, ...how } = { ...STRANGER, ...CLICK, ...world };
  const access = resolving({ isMember: member, isHidden, mayTouch });
  const invocation = { ...how, conversation: { channel, thread: '' } };
  return requestOf({ database, bot: { access }, invocation });
}

it.each<[string, World, string]>([
  ['who types in a channel', { isTyped: true }, 'yes'],
  ['who clicks in a direct message', { channel: 'D1' }, 'yes'],
  ['who clicks in a channel that they are not in', {}, 'no'],
  ['who clicks where Slack does not say', { member: 'unknown' }, 'unknown'],
])('%s is inside it, without a question where it is clear: %o %s', async (_, world, inside) => {
  expect(await isInside(request(world))).toBe(inside);
});

describe('a person is refused', () => {
  it.each<[World, boolean, boolean]>([
    [{ member: 'yes' }, false, false],
    [{ member: 'no', isEphemeral: true, isHidden: true }, true, true],
    [{ member: 'unknown', isEphemeral: true, isHidden: true }, true, false],
    [{ member: 'unknown', isEphemeral: true }, true, true],
    [{ member: 'unknown', isHidden: true }, true, true],
  ])('with %o as an outsider %s, and unless they have typed %s', async (world, isOutside, isRefused) => {
    expect((await denyOutsider(request(world))) !== null).toBe(isOutside);
    expect((await denyUnlessTyped(request(world))) !== null).toBe(isRefused);
  });

  it('in words that say whether Slack has said so', async () => {
    const textFor = async (member: string) => (await denyOutsider(request({ member })))?.text;
    expect(await textFor('no')).toMatch(/^Only members/);
    expect(await textFor('unknown')).not.toBe(await textFor('no'));
  });
});

it.each([
  ['explained', true, false],
  ['unknown', true, false],
  ['nobody', false, false],
  ['yes', null, true],
  ['alone', null, true],
] as const)('an admission of %s: there is a reply %s, it is one %s', (admission, isExplained, isIn) => {
  expect(isAdmitted(admission)).toBe(isIn);
  if (admission === 'yes' || admission === 'alone') return;
  const view = deniedView(admission, request().invocation);
  expect(view !== null).toBe(isExplained);
  const words = { explained: /shared|organisation/, unknown: /./, nobody: /^$/ };
  expect(view?.text ?? '').toMatch(words[admission]);
});

it.each<[string | null, boolean, boolean]>([
  [null, false, true],
  [null, true, true],
  ['C1', false, true],
  ['COLD', false, true],
  ['C2', false, false],
  ['C1', true, false],
  ['@U1', true, true],
  ['@U2', true, false],
  ['@U1', false, false],
])('a button of %s, in App Home %s, is where it belongs: %s', async (key, isInHome, isBound) => {
  await renameConversation(database, { from: 'COLD', to: 'C1', now: NOON });
  expect(await isBoundHere(request(), key, { isInHome })).toBe(isBound);
});

describe('who ends a watch', () => {
  const owner = (channel: string, createdBy: string | null = 'U2') => ({ channel, createdBy });

  it.each<[string, World, ReturnType<typeof owner> | null, boolean, unknown]>([
    ['that is gone', {}, null, false, 'gone'],
    ['that is gone, in App Home', {}, null, true, 'gone'],
    ['of another conversation', { member: 'yes' }, owner('C2'), false, 'elsewhere'],
    ['of their own, in another conversation', {}, owner('C2', 'U1'), false, 'elsewhere'],
    ['of their own', {}, owner('C1', 'U1'), false, null],
    ['as a member', { member: 'yes' }, owner('C1'), false, null],
    ['as no member', {}, owner('C1'), false, expect.objectContaining({ text: expect.any(String) as string })],
    ['in App Home, where they may', { mayTouch: true }, owner('C2'), true, null],
    ['in App Home, where they may not', {}, owner('C1', 'U1'), true, 'elsewhere'],
  ])('%s', async (_, world, owned, isInHome, expected) => {
    expect(await denyEnd(request(world), owned, { isInHome })).toEqual(expected);
  });
});
