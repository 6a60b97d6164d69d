/**
 * The buttons: their ids, their values and how a click is read back. A value says only *what* was clicked; how
 * things stand is looked up, because a click carries the message as it was once drawn.
 */

import type { Button } from '@slack/types';
import { type Target, targetId } from '../../scan/target.ts';
import { cutEnd, LIMITS } from '../kit/limits.ts';
import { parseWebAddress } from '../kit/mrkdwn.ts';
import { targetText } from './target-name.ts';

/** Every id occurs at most once in one block, as Slack demands. */
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
  foldIntoBoard: 'fold-into-board',
  refreshHome: 'refresh-home',
  watchFromHome: 'watch-from-home',
  watchAll: 'watch-all',
  unwatchAll: 'unwatch-all',
  unsubscribeAll: 'unsubscribe-all',
} as const;

/** A button must have a value, and the channel itself has none. */
const NO_THREAD = 'channel';

/** Dialogs and shortcuts: ids that Slack hands back. */
export const CALLBACK_IDS = {
  settings: 'settings',
  startRegular: 'start-regular',
  stopRegular: 'stop-regular',
  watchScan: 'watch-scan',
  watchImage: 'watch-image',
} as const;

export type Action =
  | {
      readonly kind: 'watch-here' | 'share-here' | 'refresh' | 'rescan' | 'start-anyway';
      readonly targetId: string;
    }
  /** In a list, and in App Home, the list is drawn anew. */
  | { readonly kind: 'stop-watching' | 'stop-in-list' | 'stop-in-home'; readonly watchId: string }
  | { readonly kind: 'stop-board'; readonly boardId: string }
  /** Of the place: a thread's root, `''` for the channel itself. */
  | { readonly kind: 'fold-into-board'; readonly thread: string }
  | { readonly kind: 'unsubscribe'; readonly subscriptionId: string }
  | { readonly kind: 'watch-all'; readonly targetIds: readonly string[] }
  /** `thread`: that of the command, `''` for a channel with its threads. */
  | { readonly kind: 'unwatch-all' | 'unsubscribe-all'; readonly thread: string }
  /** Each opens a dialog. */
  | { readonly kind: 'change-settings'; readonly channel: string }
  | { readonly kind: 'start-regular' | 'stop-regular' | 'refresh-home' | 'watch-from-home' }
  /** The browser has opened the link already; Slack still wants the click acknowledged. */
  | { readonly kind: 'open-in-console' };

/** null for a button that is none of ours, or lost its value. */
export function parseAction(actionId: string, value: string | undefined): Action | null {
  if (actionId === ACTION_IDS.openInConsole) return { kind: actionId };
  if (value === undefined || value === '') return null;
  switch (actionId) {
    case ACTION_IDS.watchHere:
    case ACTION_IDS.shareHere:
    case ACTION_IDS.refresh:
    case ACTION_IDS.rescan:
    case ACTION_IDS.startAnyway:
      return { kind: actionId, targetId: value };
    case ACTION_IDS.stopWatching:
    case ACTION_IDS.stopInList:
    case ACTION_IDS.stopInHome:
      return { kind: actionId, watchId: value };
    case ACTION_IDS.stopBoard:
      return { kind: actionId, boardId: value };
    case ACTION_IDS.watchAll:
      return { kind: actionId, targetIds: value.split(' ') };
    case ACTION_IDS.unwatchAll:
    case ACTION_IDS.unsubscribeAll:
      return { kind: actionId, thread: value === NO_THREAD ? '' : value };
    case ACTION_IDS.foldIntoBoard:
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

export function refreshButton(target: Target): Button | null {
  return valueButton(ACTION_IDS.refresh, 'Refresh', targetId(target));
}

export function stopWatchingButton(watchId: string, target: Target): Button | null {
  return stopButton(ACTION_IDS.stopWatching, watchId, target);
}

export function stopBoardButton(boardId: string): Button | null {
  return valueButton(ACTION_IDS.stopBoard, 'Stop watching all', boardId);
}

/** `thread`: the thread's root, `''` for the channel itself. */
export function foldIntoBoardButton(thread: string): Button | null {
  return valueButton(ACTION_IDS.foldIntoBoard, 'Fold into one board', thread === '' ? NO_THREAD : thread);
}

/** Makes a board of them; null where their names are too long for a button. */
export function watchAllButton(targets: readonly Target[]): Button | null {
  const text = targets.length === 2 ? 'Watch both' : `Watch all ${String(targets.length)}`;
  return valueButton(ACTION_IDS.watchAll, text, targets.map(targetId).join(' '));
}

export function unwatchAllButton(count: number, thread: string): Button | null {
  const text = count === 1 ? 'Stop it' : `Stop all ${String(count)}`;
  return valueButton(ACTION_IDS.unwatchAll, text, thread === '' ? NO_THREAD : thread);
}

export function unsubscribeAllButton(count: number): Button | null {
  const text = count === 1 ? 'End it' : `End all ${String(count)}`;
  return valueButton(ACTION_IDS.unsubscribeAll, text, NO_THREAD);
}

export function stopInListButton(watchId: string, target: Target): Button | null {
  return stopButton(ACTION_IDS.stopInList, watchId, target);
}

/** Home is drawn anew, for the person who clicked. */
export function stopInHomeButton(watchId: string, target: Target): Button | null {
  return stopButton(ACTION_IDS.stopInHome, watchId, target);
}

export function unsubscribeButton(subscriptionId: string, target: Target): Button | null {
  return labelled(valueButton(ACTION_IDS.unsubscribe, 'Unsubscribe', subscriptionId), target);
}

/** That of the regular scan opens a dialog, like the typed command. */
export function rescanButton(target: Target): Button | null {
  const text = target.kind === 'regular' ? 'Scan again…' : 'Scan again';
  return labelled(valueButton(ACTION_IDS.rescan, text, targetId(target)), target);
}

export function startAnywayButton(target: Target): Button | null {
  return labelled(valueButton(ACTION_IDS.startAnyway, 'Start anyway', targetId(target)), target);
}

/** The dialog itself is opened by the click: it needs the trigger that only a click brings. */
export function changeSettingsButton(channel: string): Button | null {
  return valueButton(ACTION_IDS.changeSettings, 'Change…', channel);
}

/** Each opens a dialog. */
export function startRegularButton(): Button | null {
  return valueButton(ACTION_IDS.startRegular, 'Start registry scan…', 'regular');
}

export function stopRegularButton(): Button | null {
  return valueButton(ACTION_IDS.stopRegular, 'Stop registry scan…', 'regular');
}

export function refreshHomeButton(): Button | null {
  return valueButton(ACTION_IDS.refreshHome, 'Refresh', 'home');
}

/** Opens a dialog. */
export function watchFromHomeButton(): Button | null {
  return valueButton(ACTION_IDS.watchFromHome, 'Watch an image…', 'home');
}

function stopButton(actionId: string, watchId: string, target: Target): Button | null {
  return labelled(valueButton(actionId, 'Stop watching', watchId), target);
}

/** The label tells a screen reader which of several equal buttons it is on. */
function labelled(button: Button | null, target: Target): Button | null {
  if (button === null) return null;
  const label = cutEnd(`${button.text.text} ${targetText(target)}`, LIMITS.buttonLabel);
  return { ...button, accessibility_label: label };
}

/** Anything but an address that a browser should open leaves the button out. */
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

/** A value that does not fit is never cut, it would name another target: then there is no such button. */
function valueButton(actionId: string, text: string, value: string): Button | null {
  if (value === '' || value.length > LIMITS.buttonValue) return null;
  return { type: 'button', action_id: actionId, text: plain(text), value };
}

function plain(text: string): { type: 'plain_text'; text: string; emoji: boolean } {
  return { type: 'plain_text', text, emoji: false };
}
