/**
 * The buttons: their ids, their values and how a click is read back. A value says only *what* was clicked; how
 * things stand is looked up, because a click carries the message as it was once drawn.
 */

import type { Button } from '@slack/types';
import { type Target, targetId } from '../scan/target.ts';
import { cutEnd, LIMITS } from './limits.ts';
import { parseWebAddress } from './mrkdwn.ts';
import { targetText } from './target-name.ts';

/** Every id occurs at most once in one block, as Slack demands. */
export const ACTION_IDS = {
  watchHere: 'watch-here',
  shareHere: 'share-here',
  refresh: 'refresh',
  stopWatching: 'stop-watching',
  stopInList: 'stop-in-list',
  openInConsole: 'open-in-console',
} as const;

export type Action =
  | { readonly kind: 'watch-here' | 'share-here' | 'refresh'; readonly targetId: string }
  /** In a list the list is drawn anew. */
  | { readonly kind: 'stop-watching' | 'stop-in-list'; readonly watchId: string }
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
      return { kind: actionId, targetId: value };
    case ACTION_IDS.stopWatching:
    case ACTION_IDS.stopInList:
      return { kind: actionId, watchId: value };
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

export function stopInListButton(watchId: string, target: Target): Button | null {
  return stopButton(ACTION_IDS.stopInList, watchId, target);
}

/** The label tells a screen reader which of several equal buttons it is on. */
function stopButton(actionId: string, watchId: string, target: Target): Button | null {
  const button = valueButton(actionId, 'Stop watching', watchId);
  const label = cutEnd(`Stop watching ${targetText(target)}`, LIMITS.buttonLabel);
  return button === null ? null : { ...button, accessibility_label: label };
}

/** Anything but an address that a browser should open leaves the button out. */
export function openInConsoleButton(url: string | null): Button | null {
  const address = url === null ? null : parseWebAddress(url);
  if (address === null) return null;
  return {
    type: 'button',
    action_id: ACTION_IDS.openInConsole,
    text: plain('Open in Console'),
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
