/** Every kind of message that the bot sends, with realistic scans. A test checks that no view is missing. */

import type { HomeView, ModalView } from '@slack/types';
import { DEFAULT_SETTINGS } from '../../scan/channel-settings.ts';
import { bindButtons } from '../../slack/web-api/binding.ts';
import { watchModal } from '../../views/home-modal.ts';
import { homeView, unknownHomeView } from '../../views/home.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { toMentionSyntax } from '../../views/kit/mention-syntax.ts';
import { boardCompletionView, boardView } from '../../views/messages/board.ts';
import { completionView } from '../../views/messages/completion.ts';
import { digestView } from '../../views/messages/digest.ts';
import { liveView } from '../../views/messages/live.ts';
import { noticeView } from '../../views/messages/notice.ts';
import { stoppedByView } from '../../views/messages/stopped-by.ts';
import { welcomeView } from '../../views/messages/welcome.ts';
import { pollingModal, confirmModal } from '../../views/replies/confirm-modal.ts';
import { settingsModal } from '../../views/settings/modal.ts';
import { replies } from './replies.ts';
import * as scans from './scans.ts';

export interface Sample {
  readonly name: string;
  readonly content: Message | ModalView | HomeView;
}

const { ALPINE, CHANNEL, ID, MESSAGE_URL, PERSON, TARGETS } = scans;
const now = scans.NOW;
const consoleUrl = scans.CONSOLE_URL;
const followers = [PERSON, 'W0123456789'];
const requests = { startedBy: PERSON, stoppedBy: null, requestedBy: null };
const watchTtlMs = 86_400_000;
const content = { snapshot: scans.SCANNING, end: null, stoppedBy: null };
const ended = { snapshot: scans.COMPLETED, end: 'scan-ended', stoppedBy: null } as const;

/** As they are posted: buttons are bound to a conversation, which makes their values longer. */
export function allSamples(): readonly Sample[] {
  const messages = { ...messagesOfWatches(), ...messagesOfBoards(), ...replies() };
  return [
    ...Object.entries(messages).map(([name, message]) => ({ name, content: bindButtons(message, CHANNEL) })),
    ...Object.entries(modals()).map(([name, view]) => ({ name, content: view })),
  ];
}

function messagesOfWatches(): Readonly<Record<string, Message>> {
  const live = { target: ALPINE, followers, consoleUrl, watchTtlMs, requests, now };
  const watched = { ...live, watchId: ID, content };
  const notice = {
    ...{ target: ALPINE, snapshot: scans.STALLED, diagnosis: null, report: null, now },
    ...{ others: 3, isRescanOffered: true },
  };
  const complete = { ...live, content: ended, mayMention: true, isRescanOffered: true };
  const diagnosis = { causes: [{ kind: 'no-defender' as const }], isHidden: false };
  const inState = (snapshot: typeof scans.SCANNING) =>
    liveView({ ...watched, content: { ...content, snapshot } });
  return {
    'live message: waiting': inState(scans.WAITING),
    'live message: scanning': inState(scans.SCANNING),
    'live message: stalled': liveView({
      ...watched,
      content: { ...content, snapshot: scans.STALLED },
      diagnosis,
    }),
    'live message: unknown': inState(scans.UNKNOWN),
    'live message: registry scan': liveView({
      ...watched,
      target: { kind: 'regular' },
      content: { ...content, snapshot: scans.SEVERAL },
    }),
    'live message: completed': liveView({ ...watched, content: ended, report: scans.REPORT }),
    completion: completionView({ ...complete, report: scans.REPORT }),
    'completion: not scanned': completionView({ ...complete, report: scans.NOT_SCANNED }),
    'completion: below the threshold': liveView({
      ...{ ...watched, content: ended, report: scans.REPORT, isQuiet: true },
    }),
    'completion: registry scan': completionView({
      ...complete,
      target: { kind: 'regular' },
      report: scans.REGULAR_REPORT,
    }),
    'notice: stalled': noticeView({ ...notice, topic: 'stalled', diagnosis }),
    'notice: failed': noticeView({ ...notice, topic: 'failed', report: scans.NOT_SCANNED }),
    'watch stopped by somebody': stoppedByView({
      targets: TARGETS,
      content: { ...content, end: 'stopped', stoppedBy: PERSON },
    }),
    'weekly digest': digestView(scans.DIGEST, scans.DIGEST_TIME),
    welcome: welcomeView(),
    'welcome, in a thread': toMentionSyntax(welcomeView()),
  };
}

function messagesOfBoards(): Readonly<Record<string, Message>> {
  const line = (target: (typeof TARGETS)[number], index: number) => ({
    ...{ target, content: index % 2 === 0 ? content : ended },
    report: index % 2 === 0 ? null : scans.REPORT,
  });
  // The maximum of one board.
  const lines = Array.from({ length: 20 }, (_, index) =>
    line(TARGETS[index % TARGETS.length] ?? ALPINE, index),
  );
  const board = { boardId: ID, lines, followers, watchTtlMs, now };
  const allEnded = lines.map((line) => ({ ...line, content: ended, report: scans.REPORT }));
  return {
    board: boardView(board),
    'board: completion': boardCompletionView({ ...board, lines: allEnded, mayMention: true }),
  };
}

function modals(): Readonly<Record<string, ModalView | HomeView>> {
  const location = { channel: CHANNEL, thread: '', isOngoing: true };
  const watches = TARGETS.map((target) => ({
    ...{ watchId: ID, target, snapshot: scans.SCANNING, channel: CHANNEL, liveMessageUrl: MESSAGE_URL },
  }));
  const subscriptions = TARGETS.map((target) => ({
    ...{ subscriptionId: ID, target, channel: CHANNEL, isPaused: false, createdBy: PERSON },
  }));
  const settings = [{ channel: CHANNEL, settings: DEFAULT_SETTINGS }];
  const quietHours = { from: 22 * 60, until: 6 * 60, timeZone: 'Europe/Berlin' };
  return {
    'dialog: start the registry scan': confirmModal('start', location),
    'dialog: stop the registry scan': confirmModal('stop', location),
    'dialog: asking the Console': pollingModal(),
    'dialog: watch an image': watchModal(),
    'dialog: settings': settingsModal({
      ...{ settings: { ...DEFAULT_SETTINGS, quietHours }, channel: CHANNEL, timeZone: 'Europe/Berlin' },
    }),
    'App Home': homeView({
      ...{ watches, subscriptions, settings, running: [{ target: ALPINE, snapshot: scans.SCANNING }], now },
      console: { isReachable: false, answeredAt: now, failure: scans.FAILURE },
      totals: { watches: 40, subscriptions: 12, running: 9 },
    }),
    'App Home: empty': homeView({
      ...{ watches: [], subscriptions: [], settings: [], running: [], now },
      console: { isReachable: true, answeredAt: now, failure: null },
      totals: { watches: 0, subscriptions: 0, running: 0 },
    }),
    'App Home: of somebody unknown': unknownHomeView(),
  };
}
