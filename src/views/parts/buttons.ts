/**
 * Buttons: their action IDs, values and parsing. A value says only *what* was clicked; the current state is read from
 * the database, because a click carries an old message.
 */

import type { Button } from '@slack/types';
import { type Target, targetId } from '../../scan/target.ts';
import { BLOCK_KIT_LIMITS, cutReference } from '../kit/limits.ts';
import { parseWebAddress } from '../kit/mrkdwn.ts';
import { targetText } from './target-name.ts';

/**
 * Every ID occurs at most once per block, as Slack requires. None may change: buttons of posted messages still send
 * them.
 */
export const ACTION_IDS = {
  watchHere: 'watch-here',
  shareHere: 'share-here',
  refresh: 'refresh',
  stopWatching: 'stop-watching',
  stopBoard: 'stop-board',
  stopInList: 'stop-in-list',
  stopInHome: 'stop-in-home',
  openInConsole: 'open-in-console',
  unsubscribe: 'unsubscribe',
  changeSettings: 'change-settings',
  rescan: 'rescan',
  startAnyway: 'start-anyway',
  startRegular: 'start-regular',
  stopRegular: 'stop-regular',
  moveToBoard: 'fold-into-board',
  refreshHome: 'refresh-home',
  watchFromHome: 'watch-from-home',
  watchAll: 'watch-all',
  unwatchAll: 'unwatch-all',
  unsubscribeAll: 'unsubscribe-all',
} as const;

/** A button's value must not be empty, and the channel itself has no thread. */
const NO_THREAD = 'channel';

/** Modals and shortcuts: callback IDs. */
export const CALLBACK_IDS = {
  settings: 'settings',
  startRegular: 'start-regular',
  stopRegular: 'stop-regular',
  watchScan: 'watch-scan',
  watchImage: 'watch-image',
} as const;

export type Action =
  | {
      readonly kind: 'watch-here' | 'share-here' | 'rescan' | 'start-anyway';
      readonly targetId: string;
    }
  /** `scan`: number of the scan that the reply shows; 0 for none, and in older messages. */
  | { readonly kind: 'refresh'; readonly targetId: string; readonly scan: number }
  /** In a list and in App Home, the list is rendered again. */
  | { readonly kind: 'stop-watching' | 'stop-in-list' | 'stop-in-home'; readonly watchId: string }
  | { readonly kind: 'stop-board'; readonly boardId: string }
  /** A thread's root, `''` for the channel itself. */
  | { readonly kind: 'fold-into-board'; readonly thread: string }
  | { readonly kind: 'unsubscribe'; readonly subscriptionId: string }
  | { readonly kind: 'watch-all'; readonly targetIds: readonly string[] }
  /** `thread`: that of the command, `''` for a channel with its threads. `countedAt`: epoch ms; null in older messages. */
  | {
      readonly kind: 'unwatch-all' | 'unsubscribe-all';
      readonly thread: string;
      readonly countedAt: number | null;
    }
  /** Each opens a modal. */
  | { readonly kind: 'change-settings'; readonly channel: string }
  | { readonly kind: 'start-regular' | 'stop-regular' | 'refresh-home' | 'watch-from-home' }
  /** The browser has opened the link already; Slack still wants the click acknowledged. */
  | { readonly kind: 'open-in-console' };

/** null for an unknown button, or one without its value. */
export function parseAction(actionId: string, value: string | undefined): Action | null {
  if (actionId === ACTION_IDS.openInConsole) return { kind: actionId };
  if (value === undefined || value === '') return null;
  switch (actionId) {
    case ACTION_IDS.watchHere:
    case ACTION_IDS.shareHere:
    case ACTION_IDS.rescan:
    case ACTION_IDS.startAnyway:
      return { kind: actionId, targetId: value };
    case ACTION_IDS.refresh: {
      const [targetId = '', scan = '0'] = value.split(' ');
      return { kind: actionId, targetId, scan: Number(scan) };
    }
    case ACTION_IDS.stopWatching:
    case ACTION_IDS.stopInList:
    case ACTION_IDS.stopInHome:
      return { kind: actionId, watchId: value };
    case ACTION_IDS.stopBoard:
      return { kind: actionId, boardId: value };
    case ACTION_IDS.watchAll:
      // No printed reference contains a space.
      return { kind: actionId, targetIds: value.split(' ') };
    case ACTION_IDS.unwatchAll:
    case ACTION_IDS.unsubscribeAll: {
      const [thread = '', countedAt] = value.split('@');
      const at = countedAt === undefined ? null : Number(countedAt);
      return { kind: actionId, thread: thread === NO_THREAD ? '' : thread, countedAt: at };
    }
    case ACTION_IDS.moveToBoard:
      return { kind: actionId, thread: value === NO_THREAD ? '' : value };
    case ACTION_IDS.unsubscribe:
      return { kind: actionId, subscriptionId: value };
    case ACTION_IDS.changeSettings:
      return { kind: actionId, channel: value };
    case ACTION_IDS.startRegular:
    case ACTION_IDS.stopRegular:
    case ACTION_IDS.refreshHome:
    case ACTION_IDS.watchFromHome:
      return { kind: actionId };
    default:
      return null;
  }
}

export function watchHereButton(target: Target, text = 'Watch here'): Button | null {
  return valueButton(ACTION_IDS.watchHere, text, targetId(target));
}

export function shareHereButton(target: Target): Button | null {
  return valueButton(ACTION_IDS.shareHere, 'Share here', targetId(target));
}

export function refreshButton(target: Target, scan: number): Button | null {
  return valueButton(ACTION_IDS.refresh, 'Refresh', `${targetId(target)} ${scan}`);
}

export function stopWatchingButton(watchId: string, target: Target): Button | null {
  return stopButton(ACTION_IDS.stopWatching, watchId, target);
}

export function stopBoardButton(boardId: string): Button | null {
  return valueButton(ACTION_IDS.stopBoard, 'Stop watching all', boardId);
}

/** `thread`: the thread's root, `''` for the channel itself. */
export function moveToBoardButton(thread: string): Button | null {
  return valueButton(ACTION_IDS.moveToBoard, 'Show on one board', thread === '' ? NO_THREAD : thread);
}

/** Makes a board; null where the names are too long for a button. */
export function watchAllButton(targets: readonly Target[]): Button | null {
  const text = targets.length === 2 ? 'Watch both' : `Watch all ${String(targets.length)}`;
  return valueButton(ACTION_IDS.watchAll, text, targets.map(targetId).join(' '));
}

interface CountedAll {
  readonly count: number;
  /** Epoch ms: what begins later was not counted, and goes on. */
  readonly countedAt: number;
}

export function unwatchAllButton({
  count,
  countedAt,
  thread,
}: CountedAll & { thread: string }): Button | null {
  const text = count === 1 ? 'Stop it' : `Stop all ${String(count)}`;
  const where = thread === '' ? NO_THREAD : thread;
  return valueButton(ACTION_IDS.unwatchAll, text, `${where}@${String(countedAt)}`);
}

export function unsubscribeAllButton({ count, countedAt }: CountedAll): Button | null {
  const text = count === 1 ? 'End it' : `End all ${String(count)}`;
  return valueButton(ACTION_IDS.unsubscribeAll, text, `${NO_THREAD}@${String(countedAt)}`);
}

export function stopInListButton(watchId: string, target: Target): Button | null {
  return stopButton(ACTION_IDS.stopInList, watchId, target);
}

/** App Home is rendered again for the person who clicked. */
export function stopInHomeButton(watchId: string, target: Target): Button | null {
  return stopButton(ACTION_IDS.stopInHome, watchId, target);
}

export function unsubscribeButton(subscriptionId: string, target: Target): Button | null {
  return labelled(valueButton(ACTION_IDS.unsubscribe, 'Unsubscribe', subscriptionId), target);
}

/** For the registry scan it opens a modal, like the command. */
export function rescanButton(target: Target): Button | null {
  const text = target.kind === 'regular' ? 'Scan again…' : 'Scan again';
  return labelled(valueButton(ACTION_IDS.rescan, text, targetId(target)), target);
}

export function startAnywayButton(target: Target): Button | null {
  return labelled(valueButton(ACTION_IDS.startAnyway, 'Start anyway', targetId(target)), target);
}

/** Opened by a click, because a modal needs the trigger ID of a click. */
export function changeSettingsButton(channel: string): Button | null {
  return valueButton(ACTION_IDS.changeSettings, 'Change…', channel);
}

/** Each opens a modal. */
export function startRegularButton(): Button | null {
  return valueButton(ACTION_IDS.startRegular, 'Start registry scan…', 'regular');
}

export function stopRegularButton(): Button | null {
  return valueButton(ACTION_IDS.stopRegular, 'Stop registry scan…', 'regular');
}

export function refreshHomeButton(): Button | null {
  return valueButton(ACTION_IDS.refreshHome, 'Refresh', 'home');
}

/** Opens a modal. */
export function watchFromHomeButton(): Button | null {
  return valueButton(ACTION_IDS.watchFromHome, 'Watch an image…', 'home');
}

function stopButton(actionId: string, watchId: string, target: Target): Button | null {
  return labelled(valueButton(actionId, 'Stop watching', watchId), target);
}

/** The accessibility label distinguishes equal buttons for screen readers. */
function labelled(button: Button | null, target: Target): Button | null {
  if (button === null) return null;
  const { text } = button.text;
  const name = cutReference(targetText(target), BLOCK_KIT_LIMITS.buttonLabel - text.length - 1);
  return { ...button, accessibility_label: `${text} ${name}` };
}

/** null where the URL is not http(s). */
export function openInConsoleButton(url: string | null, label = 'Open in Console'): Button | null {
  const address = url === null ? null : parseWebAddress(url);
  if (address === null) return null;
  return {
    type: 'button',
    action_id: ACTION_IDS.openInConsole,
    text: plain(label),
    url: address,
  };
}

/** null for a value that is too long: truncated, it would name another target. */
function valueButton(actionId: string, text: string, value: string): Button | null {
  if (value === '' || value.length > BLOCK_KIT_LIMITS.buttonValue) return null;
  return { type: 'button', action_id: actionId, text: plain(text), value };
}

function plain(text: string): { type: 'plain_text'; text: string; emoji: boolean } {
  return { type: 'plain_text', text, emoji: false };
}
