/** Every message, modal and Home that the product can build, of whatever it may be given. */

import fc from 'fast-check';
import { progressReply } from '../../../src/views/replies/progress.ts';
import { message, type Message, note, section as sectionBlock } from '../../../src/views/kit/blocks.ts';
import { boardCompletionView, boardView } from '../../../src/views/messages/board.ts';
import * as boards from '../../../src/views/replies/board.ts';
import { digestView } from '../../../src/views/messages/digest.ts';
import { completionView } from '../../../src/views/messages/completion.ts';
import * as control from '../../../src/views/replies/start-stop.ts';
import { confirmModal } from '../../../src/views/replies/confirm-modal.ts';
import { differenceLine, findingsLine, findingsText } from '../../../src/views/parts/findings.ts';
import {
  confirmEndAllView,
  endedAllView,
  endedBeforeView,
  nothingToEndView,
  onlySubscriptionsView,
} from '../../../src/views/replies/end-all.ts';
import { helpView } from '../../../src/views/replies/help.ts';
import { historyView } from '../../../src/views/replies/history.ts';
import { homeView } from '../../../src/views/home.ts';
import { watchModal } from '../../../src/views/home-modal.ts';
import { liveView } from '../../../src/views/messages/live.ts';
import { elsewhereView } from '../../../src/views/replies/direct-message.ts';
import { code } from '../../../src/views/kit/mrkdwn.ts';
import { namedImagesView } from '../../../src/views/replies/images.ts';
import { noticeView } from '../../../src/views/messages/notice.ts';
import { commandErrorView, remarksView, withRemarks } from '../../../src/views/replies/command-error.ts';
import { reportBlocks, reportLines } from '../../../src/views/parts/report.ts';
import { settingsModal } from '../../../src/views/settings/modal.ts';
import { settingsView } from '../../../src/views/settings/settings.ts';
import * as subscribing from '../../../src/views/replies/subscribe.ts';
import { watchListView } from '../../../src/views/replies/list.ts';
import * as watching from '../../../src/views/replies/watch.ts';
import * as any from './arbitraries.ts';
import * as anyOf from './report-arbitraries.ts';

const { content, followers, now, problem, snapshot, target, text, url } = any;
const watchTtlMs = fc.oneof(fc.nat(), fc.double());
const named = fc.array(fc.record({ target, isTagAssumed: fc.boolean() }), { minLength: 1, maxLength: 25 });
const listed = fc.record({ watchId: text, target, snapshot, followers, liveMessageUrl: url });
const subscribed = fc.record({ subscriptionId: text, target, isPaused: fc.boolean(), createdBy: text });

const { diagnosis, outcome, report, requests } = anyOf;

const operators = {
  ids: fc.array(text),
  isPrivate: fc.boolean(),
  status: fc.constantFrom('operator' as const, 'guest' as const, 'no' as const, 'unknown' as const),
};

const board = fc.record({
  boardId: text,
  lines: fc.array(
    fc.record({ target, content, report: fc.option(anyOf.imageReport), before: fc.option(anyOf.endedScan) }),
    {
      minLength: 1,
      maxLength: 20,
    },
  ),
  followers,
  watchTtlMs,
  now,
});

const PLACE = { channel: anyOf.channelId, thread: fc.stringMatching(/^(\d{10}\.\d{6})?$/) };
const endAll = fc.constantFrom('unwatch-all' as const, 'unsubscribe-all' as const);
const stoppable = fc.array(
  fc.record({ watchId: text, target, isInThread: fc.boolean(), liveMessageUrl: url }),
);
const remarks = fc.array(any.remark, { minLength: 1, maxLength: 4 });

export const VIEWS: Record<string, fc.Arbitrary<Message>> = {
  answer: fc
    .record({
      target,
      snapshot,
      before: fc.option(anyOf.endedScan),
      isTagAssumed: fc.boolean(),
      isEphemeral: fc.boolean(),
      isWatchedHere: fc.boolean(),
      runningHere: fc.array(fc.record({ target, snapshot })),
      isReportPending: fc.boolean(),
      sharedBy: fc.option(text),
      liveMessageUrl: url,
      consoleUrl: url,
      now,
    })
    .map(progressReply),
  live: fc
    .record({
      ...{ watchId: text, target, content, followers, consoleUrl: url, requests, watchTtlMs, now },
      before: fc.option(anyOf.endedScan),
    })
    .map(liveView),
  completion: fc
    .record({
      target,
      content,
      followers,
      consoleUrl: url,
      requests,
      watchTtlMs,
      report: fc.option(report),
      mayMention: fc.boolean(),
      isRescanOffered: fc.boolean(),
      isPlain: fc.boolean(),
      now,
    })
    .map(completionView),
  notice: fc
    .record({
      topic: fc.constantFrom('stalled' as const, 'moves' as const, 'not-begun' as const, 'failed' as const),
      target,
      snapshot,
      diagnosis: fc.option(diagnosis),
      report: fc.option(anyOf.imageReport),
      others: fc.nat(30),
      isRescanOffered: fc.boolean(),
      now,
    })
    .map(noticeView),
  'named images': fc
    .record({
      images: fc.array(
        fc.record({
          target,
          snapshot: fc.option(snapshot),
          report: fc.option(report),
          before: fc.option(anyOf.endedScan),
          isWatchedHere: fc.boolean(),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      others: fc.array(target, { maxLength: 20 }),
      isWhole: fc.boolean(),
      now,
    })
    .map(({ others, ...rest }) =>
      namedImagesView({ ...rest, all: [...rest.images.map((image) => image.target), ...others] }),
    ),
  elsewhere: fc
    .tuple(
      text.map((line) => note(code(line))),
      fc.oneof(anyOf.channelId, text),
    )
    .map(([answer, channel]) => elsewhereView(answer, channel)),
  subscribed: fc
    .record({ created: named, before: fc.array(target), by: text, settings: anyOf.settings })
    .map(subscribing.subscribedView),
  unsubscribed: fc
    .record({ ended: fc.array(target), missed: fc.array(target), subscribed: fc.array(target), by: text })
    .map(subscribing.unsubscribedView),
  'no operator': fc.record({ ...operators, isStop: fc.boolean() }).map(control.notOperatorView),
  operators: fc.record(operators).map(control.operatorsView),
  starting: target.map(control.startingView),
  'out of scope': fc
    .tuple(target, fc.array(text, { maxLength: 30 }))
    .map((input) => control.outOfScopeView(...input)),
  interrupted: target.map(control.interruptedView),
  stopped: fc.record({ outcome, isIdle: fc.boolean() }).map(control.stoppedView),
  running: target.map(control.runningView),
  'stop interrupted': fc.constant(control.stopInterruptedView()),
  started: fc
    .record({ target, outcome })
    .map((input) => control.startedView(input.target, input.outcome) ?? control.startingView(input.target)),
  list: fc
    .record({
      watches: fc.array(listed, { minLength: 1, maxLength: 30 }),
      elsewhere: fc.array(listed, { maxLength: 30 }),
      isDirect: fc.boolean(),
      subscriptions: fc.array(subscribed, { maxLength: 40 }),
      isEphemeral: fc.boolean(),
    })
    .map(watchListView),
  problem: fc.record({ problem }).map(commandErrorView),
  remarks: remarks.map(remarksView),
  'remarks below a reply': fc
    .tuple(
      text.map((line) => note(code(line))),
      remarks,
    )
    .map(([reply, below]) => withRemarks(reply, below)),
  'confirmation to end all': fc
    .tuple(
      endAll,
      fc.record({ count: fc.nat(), thread: PLACE.thread, countedAt: now, subscriptions: fc.nat() }),
    )
    .map((input) => confirmEndAllView(...input)),
  'nothing watched': fc.record({ count: fc.nat(), countedAt: now }).map(onlySubscriptionsView),
  'nothing to end': endAll.map(nothingToEndView),
  'all ended before': fc.constant(endedBeforeView()),
  'all ended': fc.tuple(endAll, fc.nat(), text).map((input) => endedAllView(...input)),
  digest: fc.tuple(anyOf.digest, fc.option(anyOf.digestTime)).map(([week, time]) => digestView(week, time)),
  board: board.map(boardView),
  'board completion': board.map((input) => boardCompletionView({ ...input, mayMention: true })),
  'on a board': fc.record({ named, isPosted: fc.boolean() }).map(boards.onBoardView),
  'on a board already': fc
    .record({ targets: fc.array(target, { minLength: 1 }), hasJoined: fc.boolean(), boardUrl: url })
    .map(boards.alreadyOnBoardView),
  'board offer': fc.record({ count: fc.nat(50), thread: text }).map(boards.offerBoardView),
  folded: fc.nat(20).map(boards.movedToBoardView),
  watching: fc
    .record({ named: fc.record({ target, isTagAssumed: fc.boolean() }), isPosted: fc.boolean() })
    .map(watching.watchingView),
  'already watched': fc
    .record({ target, hasJoined: fc.boolean(), liveMessageUrl: url })
    .map(watching.alreadyWatchedView),
  unwatch: fc
    .record({
      stopped: fc.array(target),
      missed: fc.array(target),
      watched: stoppable,
      elsewhere: stoppable,
    })
    .map(watching.unwatchView),
  crowded: fc.record({ target, againInMs: fc.double() }).map(watching.rateLimitedView),
  'still asking': fc.record({ target, waitedMs: fc.double() }).map(watching.stillPollingView),
  report: anyOf.regularReport.map((report) => message('x', [sectionBlock(['x']), ...reportBlocks(report)])),
  'report in lines': anyOf.report.map((report) => note('x', reportLines(report))),
  findings: fc
    .tuple(anyOf.findings, anyOf.findings)
    .map(([found, before]) =>
      note(findingsText(found), [findingsLine(found), differenceLine(found, before)]),
    ),
  history: anyOf.history.map(historyView),
  settings: anyOf.shownSettings.map(settingsView),
  fixed: fc
    .constantFrom(
      () => helpView('1.2.3'),
      watching.watchOverView,
      watching.cannotPostView,
      watching.wasArchivedView,
      watching.internalErrorView,
    )
    .map((view) => view()),
};

export const VIEWS_OF_THEIR_OWN: Record<string, fc.Arbitrary<object>> = {
  home: anyOf.home.map(homeView),
  'dialog of settings': fc
    .record({
      settings: anyOf.settings,
      channel: anyOf.channelId,
      timeZone: fc.option(fc.oneof(anyOf.timeZone, text)),
    })
    .map(settingsModal),
  'dialog of App Home': fc.constant(watchModal()),
  'dialog before a scan': fc
    .tuple(fc.constantFrom('start', 'stop'), fc.record({ ...PLACE, isOngoing: fc.option(fc.boolean()) }))
    .map(([kind, input]) => confirmModal(kind, input)),
};
