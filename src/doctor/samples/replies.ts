/** A sample of each reply to a command or a click. */

import { readVersion } from '../../root.ts';
import { DEFAULT_SETTINGS } from '../../scan/channel-settings.ts';
import type { CommandProblem } from '../../scan/command.ts';
import type { Message } from '../../views/kit/blocks.ts';
import * as boards from '../../views/replies/board.ts';
import * as errors from '../../views/replies/command-error.ts';
import { elsewhereView } from '../../views/replies/direct-message.ts';
import * as endings from '../../views/replies/end-all.ts';
import { helpView } from '../../views/replies/help.ts';
import { historyView } from '../../views/replies/history.ts';
import * as images from '../../views/replies/images.ts';
import { watchListView } from '../../views/replies/list.ts';
import { progressReply } from '../../views/replies/progress.ts';
import * as denials from '../../views/replies/denials.ts';
import { settingsSavedView, settingsView } from '../../views/settings/settings.ts';
import * as control from '../../views/replies/start-stop.ts';
import * as subscribing from '../../views/replies/subscribe.ts';
import * as watching from '../../views/replies/watch.ts';
import * as scans from './scans.ts';

const { ALPINE, CHANNEL, ID, MESSAGE_URL, PERSON, TARGETS } = scans;
const now = scans.NOW;
const consoleUrl = scans.CONSOLE_URL;
const named = TARGETS.map((target) => ({ target, isTagAssumed: true }));
const [first = { target: ALPINE, isTagAssumed: true }] = named;

/** By the name that the doctor prints. */
export function replies(): Readonly<Record<string, Message>> {
  return {
    ...commandReplies(),
    ...toThreads(),
    ...sentElsewhere(),
    ...toWatches(),
    ...toSubscriptions(),
    ...toBoards(),
    ...toScans(),
    ...problems(),
    ...deniedReplies(),
  };
}

function commandReplies(): Readonly<Record<string, Message>> {
  const reply = {
    ...{ target: ALPINE, isTagAssumed: true, isEphemeral: true, isWatchedHere: false, sharedBy: null },
    ...{ liveMessageUrl: MESSAGE_URL, consoleUrl, now },
  };
  const scan = (number: number) => ({
    ...{ number, startedAt: now - number * 3_600_000, isStartKnown: true, endedAt: now, seenAt: now },
    ...{
      state: 'completed' as const,
      hasErrors: false,
      images: { scanned: 12, total: 12 },
      findings: scans.FINDINGS,
      requestedBy: PERSON,
    },
  });
  return {
    'answer: progress of an image': progressReply({ ...reply, snapshot: scans.SCANNING }),
    'answer: failed': progressReply({ ...reply, snapshot: scans.FAILED }),
    'answer: nothing runs': progressReply({ ...reply, snapshot: scans.IDLE }),
    'answer: shared': progressReply({
      ...reply,
      snapshot: scans.COMPLETED,
      report: scans.REPORT,
      sharedBy: PERSON,
    }),
    'answer: progress of the registry scan': progressReply({
      ...reply,
      target: { kind: 'regular' },
      snapshot: scans.SEVERAL,
      runningHere: TARGETS.map((target) => ({ target, snapshot: scans.SCANNING })),
    }),
    history: historyView({
      ...{
        target: ALPINE,
        scans: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(scan),
        consoleUrl,
        isTagAssumed: true,
        now,
      },
    }),
    list: watchListView({
      watches: TARGETS.map((target) => ({
        ...{
          watchId: ID,
          target,
          snapshot: scans.SCANNING,
          followers: [PERSON],
          liveMessageUrl: MESSAGE_URL,
        },
      })),
      subscriptions: TARGETS.map((target) => ({
        subscriptionId: ID,
        target,
        isPaused: true,
        createdBy: PERSON,
      })),
      isEphemeral: true,
    }),
  };
}

function toThreads(): Readonly<Record<string, Message>> {
  return {
    'images of a thread': images.namedImagesView({
      images: TARGETS.map((target) => ({
        target,
        snapshot: scans.SCANNING,
        report: null,
        isWatchedHere: false,
      })),
      ...{ all: TARGETS, isWhole: false, now },
    }),
    'images of a thread: none': images.noImagesView('thread'),
    'images of a thread: hidden': images.cannotReadView(),
    'images of a thread: later': images.cannotReadNowView(),
  };
}

function sentElsewhere(): Readonly<Record<string, Message>> {
  const settings = settingsView({ settings: DEFAULT_SETTINGS, channel: CHANNEL });
  return {
    settings,
    'settings: saved': settingsSavedView(settings),
    help: helpView(readVersion()),
    'answer in direct messages': elsewhereView(helpView(readVersion()), CHANNEL),
  };
}

const WATCH = { watchId: 'w1', isInThread: false, liveMessageUrl: MESSAGE_URL };

function toWatches(): Readonly<Record<string, Message>> {
  return {
    watching: watching.watchingView({ named: first, isPosted: false }),
    'watched already': watching.alreadyWatchedView({
      target: ALPINE,
      hasJoined: true,
      liveMessageUrl: MESSAGE_URL,
    }),
    unwatch: watching.unwatchView({ stopped: TARGETS, missed: [ALPINE], watched: [] }),
    'unwatch of what is not watched': watching.unwatchView({
      stopped: [],
      missed: [ALPINE],
      watched: TARGETS.map((target) => ({ ...WATCH, target })),
    }),
    'watch is over': watching.watchOverView(),
    'cannot post': watching.cannotPostView(),
    'was archived': watching.wasArchivedView(),
    'still asking': watching.stillPollingView({ target: ALPINE, waitedMs: 13_000 }),
    rateLimited: watching.rateLimitedView({ target: ALPINE, againInMs: 12_000 }),
    broken: watching.internalErrorView('The disk of the database is full'),
    'end all: sure?': endings.confirmEndAllView('unwatch-all', { count: 12, thread: '', countedAt: 0 }),
    'end all: nothing watched': endings.onlySubscriptionsView({ count: 2, countedAt: 0 }),
    'end all: ended before': endings.endedBeforeView(),
    'end all: nothing': endings.nothingToEndView('unsubscribe-all'),
    'end all: done': endings.endedAllView('unwatch-all', 12, PERSON),
  };
}

function toSubscriptions(): Readonly<Record<string, Message>> {
  return {
    subscribed: subscribing.subscribedView({
      created: named,
      before: [ALPINE],
      by: PERSON,
      settings: DEFAULT_SETTINGS,
    }),
    unsubscribed: subscribing.unsubscribedView({
      ended: TARGETS,
      missed: [ALPINE],
      subscribed: TARGETS,
      by: PERSON,
    }),
    'subscription is over': subscribing.subscriptionOverView(),
  };
}

function toBoards(): Readonly<Record<string, Message>> {
  return {
    'on a board': boards.onBoardView({ named, isPosted: true }),
    'on a board already': boards.alreadyOnBoardView({
      targets: TARGETS,
      hasJoined: true,
      boardUrl: MESSAGE_URL,
    }),
    'a board?': boards.offerBoardView({ count: 12, thread: '' }),
    'board: folded': boards.movedToBoardView(12),
    'board: too few': boards.tooFewToMoveView(),
    'board: over': boards.boardOverView(),
  };
}

function toScans(): Readonly<Record<string, Message>> {
  const { FAILURE: failure } = scans;
  return {
    'no operator': control.notOperatorView({
      ids: [PERSON, 'S0123456789'],
      isPrivate: true,
      status: 'no',
      isStop: true,
    }),
    operators: control.operatorsView({ ids: [PERSON], isPrivate: false, status: 'operator' }),
    'no guests': control.notForGuestsView(),
    starting: control.startingView(ALPINE),
    started: control.startedView(ALPINE, { kind: 'failed', failure }) ?? control.startingView(ALPINE),
    'out of scope': control.outOfScopeView(ALPINE, ['ghcr.io/acme', 'registry.example.com:5000/*']),
    'runs already': control.runningView({ kind: 'regular' }),
    stopped: control.stoppedView({ outcome: { kind: 'unclear', failure }, isIdle: false }),
    'start?': control.confirmView('start'),
    'start: interrupted': control.interruptedView(ALPINE),
    'stop: interrupted': control.stopInterruptedView(),
  };
}

function problems(): Readonly<Record<string, Message>> {
  const each: readonly CommandProblem[] = [
    { kind: 'not-understood', words: ['frobnicate'], meant: 'watch alpine:3.16' },
    { kind: 'addressee', of: 'person', verb: 'watch', meant: 'watch alpine:3.16' },
    { kind: 'registry-host', host: 'ghcr.io', verb: 'scan' },
    { kind: 'split-tag', meant: 'watch alpine:3.16' },
    { kind: 'scan-what' },
    { kind: 'one-image', word: 'scan' },
    { kind: 'stop-what' },
    { kind: 'no-pause' },
    { kind: 'unknown-word', word: 'wacth', nearest: 'watch' },
    {
      kind: 'reference',
      error: { part: 'repository', reason: 'upper-case', text: 'Alpine', suggestion: 'alpine' },
      isOneOfSeveral: true,
    },
    { kind: 'too-many-images', limit: 20 },
  ];
  return {
    ...Object.fromEntries(
      each.map((problem) => [`problem: ${problem.kind}`, errors.commandErrorView({ problem })]),
    ),
    remarks: errors.remarksView([{ kind: 'synonym', typed: 'follow', command: 'watch alpine:3.16' }]),
    courtesy: errors.courtesyView(),
  };
}

function deniedReplies(): Readonly<Record<string, Message>> {
  return {
    'shared channel': denials.sharedChannelView(CHANNEL),
    'unknown person': denials.unknownPersonView(),
    'no member': denials.notMemberView({ isKnown: false, kind: 'channel' }),
  };
}
