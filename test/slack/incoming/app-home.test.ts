import { expect, it } from 'vitest';
import { publishHome } from '../../../src/slack/incoming/app-home.ts';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { saveSettings } from '../../../src/store/channel-settings.ts';
import { pauseSubscriptions, subscribe } from '../../../src/store/subscriptions.ts';
import { NOON } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { imageNamed, watching } from '../../support/store.ts';
import { createDelayedCalls } from '../../support/delayed-calls.ts';
import { requestOf } from '../commands/request.ts';

const database = useMemory();

/** The calls to Slack, and what is shown: `U1` sees everything. */
async function publish(membership: string | null = 'member') {
  const asked: Record<'member' | 'post', string[]> = { member: [], post: [] };
  const shown: string[] = [];
  const access = {
    membership: () => Promise.resolve(membership),
    visible: (_: string, all: unknown) => Promise.resolve(all),
    isMember: (channel: string) => Promise.resolve(asked.member.push(channel) > 0 && 'yes'),
  };
  const { delayed, underWay } = createDelayedCalls();
  const show = delayed((_: string, view: unknown) => shown.push(JSON.stringify(view)));
  const mayPost = (channel: string) => Promise.resolve(asked.post.push(channel) > 0 && 'yes');
  await publishHome(
    requestOf({ database, bot: { access, calls: { publishHome: show }, mayPost } }).bot,
    'U1',
  );
  expect(underWay()).toBe(0);
  return { ...asked, shown };
}

it.each([
  ['member', 1, false],
  ['stranger', 0, false],
  [null, 1, true],
])(
  'App Home of a %s is published %i times; without what they watch: %s',
  async (membership, times, isUnknown) => {
    await watching(database, { target: imageNamed('a') });
    const { shown } = await publish(membership);
    expect(shown.map((view) => !view.includes('a:1'))).toEqual(Array(times).fill(isUnknown));
  },
);

it('asks Slack for twenty conversations at most, for their settings, and for none of direct messages', async () => {
  for (let number = 10; number < 35; number += 1)
    await watching(database, { target: imageNamed('a'), channel: `C${number}` });
  await watching(database, { target: imageNamed('a'), channel: 'D1' });
  expect((await publish()).member).toHaveLength(20);
});

it('asks Slack for no conversation of a digest that others have set', async () => {
  const settings = {
    ...DEFAULT_SETTINGS,
    digest: { weekday: 'monday', minute: 540, timeZone: 'UTC' },
  } as const;
  for (const userId of ['U1', 'U2'])
    await saveSettings(database, { channel: `C${userId}`, settings, userId, now: NOON });
  expect((await publish()).member).toEqual(['CU1']);
});

it('asks Slack for forty watches at most, whether others wait for them', async () => {
  for (let number = 10; number < 60; number += 1) {
    const target = imageNamed(`app-${number}`);
    for (const userId of ['U1', 'U2']) await watching(database, { target, userId });
  }
  expect((await publish()).member).toHaveLength(40 + 1);
});

it('asks Slack for ten conversations at most, paused ones first, whether it takes posts there', async () => {
  const subscription = { target: imageNamed('a'), userId: 'U1' };
  for (let number = 10; number < 25; number += 1)
    await subscribe(database, { ...subscription, channel: `C${number}`, now: NOON + number });
  await pauseSubscriptions(database, 'C24', NOON);
  const { post } = await publish();
  expect([post.length, post[0]]).toEqual([10, 'C24']);
});
