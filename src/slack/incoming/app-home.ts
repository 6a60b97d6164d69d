/** App Home: published whenever it is opened, and after each click on it. */

import { targetId } from '../../scan/target.ts';
import { toWatchedSnapshot } from '../../scan/state/target-state.ts';
import { findOwnDigests, findSettings } from '../../store/channel-settings.ts';
import { activeOwners } from '../../store/owners.ts';
import { allSubscriptions, type Subscription } from '../../store/subscriptions.ts';
import { consoleHealth, runningScans } from '../../store/overview.ts';
import { type ListedWatch, watchesOfPerson } from '../../store/watches.ts';
import { type HomeInput, homeView, unknownHomeView } from '../../views/home.ts';
import { bindButtons } from '../web-api/binding.ts';
import { type CommandContext, whyNoPost } from '../context.ts';
import { isAwaitedByOthers } from '../commands/unwatch.ts';
import { liveMessageUrl } from '../outgoing/permalinks.ts';

/** The most that App Home can show. */
const SHOWN_MAX = 40;

/** A stranger's stays as it is; a person whom Slack does not identify sees a note without data. */
export async function publishHome(bot: CommandContext, userId: string): Promise<void> {
  const [all, membership] = await Promise.all([readAll(bot, userId), bot.access.membership(userId)]);
  if (membership === 'stranger') return;
  const view = membership === null ? unknownHomeView() : homeView(await toInput(bot, userId, all));
  await bot.calls.publishHome(userId, bindButtons(view, `@${userId}`));
}

type All = Awaited<ReturnType<typeof readAll>>;

/** A snapshot of the time of opening, however long Slack takes. */
async function readAll({ database, consoleHealth: own }: CommandContext, userId: string) {
  // First: the owners of the running scans decide who sees them.
  const running = await runningScans(database);
  const runningIds = running.map(({ target }) => targetId(target));
  const [watches, subscriptions, digests, owners, console] = await Promise.all([
    watchesOfPerson(database, userId),
    allSubscriptions(database),
    findOwnDigests(database, userId),
    activeOwners(database, runningIds),
    consoleHealth(database, own()),
  ]);
  return { watches, subscriptions, digests, running, owners, console };
}

/** Watches of the person's conversations, and the person's own. */
async function toInput(
  bot: CommandContext,
  userId: string,
  { watches, subscriptions, digests, running, owners, console }: All,
): Promise<HomeInput> {
  const owned = watches.map((watch) => ({
    ...watch,
    channel: watch.conversation.channel,
    // Followers are sorted by time: the first one requested the watch.
    createdBy: watch.followers[0] ?? null,
  }));
  // Checked together, own ones first, up to the number of conversations that Slack's limit allows.
  const all = [
    ...owned.map((watch) => ({ kind: 'watch', ...watch }) as const),
    ...subscriptions.map((subscription) => ({ kind: 'subscription', ...subscription }) as const),
    ...owners.map((owner) => ({ kind: 'owner', ...owner }) as const),
  ];
  const visible = await bot.access.visible(userId, all);
  const mine = visible.filter((item) => item.kind === 'watch');
  const subscribed = visible.filter((item) => item.kind === 'subscription');
  const targets = new Set(visible.flatMap((item) => (item.kind === 'owner' ? [item.target] : [])));
  const going = running.filter(({ target }) => targets.has(targetId(target)));
  return {
    watches: await toHomeWatches(bot, userId, mine.slice(0, SHOWN_MAX)),
    subscriptions: await withNoPost(bot, subscribed.slice(0, SHOWN_MAX)),
    settings: await settingsOf(bot, userId, [...mine, ...subscribed, ...digests]),
    running: going.slice(0, SHOWN_MAX),
    console,
    // Counted before cutting, so that App Home can name how many it leaves out.
    totals: { watches: mine.length, subscriptions: subscribed.length, running: going.length },
    now: bot.now(),
  };
}

function toHomeWatches(
  bot: CommandContext,
  userId: string,
  watches: readonly (ListedWatch & { readonly channel: string })[],
): Promise<HomeInput['watches']> {
  return Promise.all(
    watches.map(async (watch) => ({
      watchId: watch.id,
      target: watch.target,
      snapshot: toWatchedSnapshot(watch.snapshot),
      channel: watch.channel,
      liveMessageUrl: liveMessageUrl(bot, watch),
      isForMembers: await isAwaitedByOthers(bot, userId, watch),
    })),
  );
}

/** Each costs a call for its members. */
const SETTINGS_MAX = 20;

/** Of channels that the person is a member of now. */
async function settingsOf(
  { database, access }: CommandContext,
  userId: string,
  owned: readonly { readonly channel: string }[],
): Promise<HomeInput['settings']> {
  const channels = [...new Set(owned.map(({ channel }) => channel))].filter((id) => !id.startsWith('D'));
  const members = await Promise.all(
    channels.slice(0, SETTINGS_MAX).map(async (channel) => {
      const isMember = (await access.isMember(channel, userId)) === 'yes';
      return isMember ? [{ channel, settings: await findSettings(database, channel) }] : [];
    }),
  );
  return members.flat();
}

/** Each conversation costs a call, and Slack limits calls per minute. */
const NO_POST_MAX = 10;

/** Paused subscriptions first: people want to know why. Without a check `noPost` is null, too. */
async function withNoPost(
  bot: CommandContext,
  subscriptions: readonly Subscription[],
): Promise<HomeInput['subscriptions']> {
  const paused = subscriptions.toSorted((a, b) => Number(b.isPaused) - Number(a.isPaused));
  const checked = [...new Set(paused.map(({ channel }) => channel))].slice(0, NO_POST_MAX);
  const reasons = new Map(
    await Promise.all(checked.map(async (channel) => [channel, await whyNoPost(bot, channel)] as const)),
  );
  return subscriptions.map(({ id, target, channel, isPaused, createdBy }) => ({
    subscriptionId: id,
    target,
    channel,
    isPaused,
    createdBy,
    noPost: reasons.get(channel) ?? null,
  }));
}
