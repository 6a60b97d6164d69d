/** What a seed stands for: scans, people, and which of all the faults occur, how often, and when. */

import type { Threshold } from '../../../src/scan/threshold.ts';

/** Every scenario's faults end after this time. */
export const TROUBLE_MS = 160_000;

export interface ScanScript {
  /** Index of the target; 0 is the registry scan if there is one. */
  readonly target: number;
  /** After the end of the target's scan before, ms. */
  readonly gapMs: number;
  readonly lastsMs: number;
  /** Nothing shows for this time after the request. */
  readonly queuedMs: number;
  readonly total: number;
  /** The Console starts it over when this share of it is done. */
  readonly restartsAt: number | null;
  readonly error: string;
  /** It finds nothing critical. */
  readonly isMild: boolean;
  /** Somebody else reads progress so long after the end. */
  readonly foreignReadMs: number | null;
  /** Its counts stall at this share of it, and continue after a while. */
  readonly stall: { readonly share: number; readonly forMs: number } | null;
}

export type Person =
  | {
      readonly kind: 'watch';
      readonly atMs: number;
      readonly target: number;
      readonly conversation: number;
      readonly user: number;
      readonly isReadAtOnce: boolean;
    }
  | {
      readonly kind: 'subscribe';
      readonly atMs: number;
      readonly target: number;
      readonly channel: number;
      readonly user: number;
    }
  | {
      readonly kind: 'board';
      readonly atMs: number;
      readonly targets: readonly number[];
      readonly conversation: number;
      readonly user: number;
      readonly isReadAtOnce: boolean;
    }
  /** Images with messages of their own in that conversation move to one board. */
  | { readonly kind: 'fold'; readonly atMs: number; readonly conversation: number }
  | {
      readonly kind: 'stop-board';
      readonly atMs: number;
      readonly which: number;
      /** Each image of it, one after the other. */
      readonly isOneByOne: boolean;
    }
  | {
      readonly kind: 'stop' | 'delete' | 'unsubscribe';
      readonly atMs: number;
      readonly which: number;
    }
  | { readonly kind: 'ask'; readonly atMs: number; readonly target: number }
  /** Somebody starts a scan, and the Console never begins it. */
  | { readonly kind: 'start'; readonly atMs: number; readonly target: number; readonly conversation: number }
  | {
      readonly kind: 'archive';
      readonly atMs: number;
      readonly channel: number;
      /** Slack’s event that tells of it arrives. */
      readonly isHeard: boolean;
      /** It comes back after so long; null for never. */
      readonly backAfterMs: number | null;
    }
  | {
      readonly kind: 'settings';
      readonly atMs: number;
      readonly channel: number;
      readonly showLiveMessages: boolean;
      readonly completionIn: 'thread' | 'channel';
      readonly threshold: Threshold;
      readonly areRegistryEndsPosted: boolean;
    };

export type Trouble =
  /** The process dies at one of its next steps, and another one begins later. */
  | {
      readonly kind: 'kill';
      readonly atMs: number;
      readonly where: string;
      readonly steps: number;
      readonly downMs: number;
    }
  /** It freezes at one of its next steps; another one takes over; then it continues for a while. */
  | {
      readonly kind: 'freeze';
      readonly atMs: number;
      readonly where: string;
      readonly steps: number;
      readonly forMs: number;
      readonly takeOverMs: number;
    }
  | {
      readonly kind: 'console-down' | 'token-revoked' | 'disk-full';
      readonly atMs: number;
      readonly forMs: number;
    }
  | { readonly kind: 'clock'; readonly atMs: number; readonly byMs: number };

/** What a person opens or clicks. */
export type Visit =
  | { readonly kind: 'home'; readonly atMs: number; readonly user: number }
  | { readonly kind: 'list'; readonly atMs: number; readonly user: number; readonly channel: number }
  | {
      readonly kind: 'history';
      readonly atMs: number;
      readonly user: number;
      readonly channel: number;
      readonly target: number;
    }
  | {
      readonly kind: 'press';
      readonly atMs: number;
      readonly user: number;
      /** Where it is pressed, unless that is where it belongs. */
      readonly channel: number;
      readonly isWhereItBelongs: boolean;
      /** Of all watches, boards and subscriptions. */
      readonly which: number;
      readonly button: 'as-posted' | 'in-list' | 'in-home';
      /** The conversation that its value names: copied with it, forged, or none, as earlier versions had it. */
      readonly binding: 'of-owner' | 'of-place' | 'none';
    };

export interface Conversations {
  readonly members: readonly { readonly user: number; readonly channel: number }[];
  /** Somebody comes who is out, or leaves. */
  readonly moves: readonly { readonly atMs: number; readonly user: number; readonly channel: number }[];
  /** With another organisation; null for none. */
  readonly shared: number | null;
  readonly isSharingAllowed: boolean;
}

/** Shares of calls in [0, 1]. */
export interface Faults {
  /** The response is lost, after the Console has consumed it. */
  readonly lostReading: number;
  readonly garbled: number;
  /** 5xx, before the Console saw the request, or after. */
  readonly unavailable: number;
  readonly tooMany: number;
  readonly slowConsole: number;
  /** One empty response during a scan. */
  readonly hiccup: number;
  /** The request for a report or a diagnosis fails. */
  readonly lostReport: number;
  /** Stored or not, and the response is lost. */
  readonly lostMessage: number;
  readonly fatalError: number;
  readonly rateLimited: number;
  readonly unsent: number;
  readonly slowSlack: number;
  readonly malformed: number;
  readonly lateEdit: number;
  readonly editClosed: number;
  /** Of looks into the history. */
  readonly failedLook: number;
  readonly brokenDatabase: number;
}

/** A channel wants a weekly digest. */
export interface DigestWish {
  readonly channel: number;
  readonly atMs: number;
  /** A whole minute of the run. */
  readonly dueMs: number;
  /** It is turned off again; null for never. */
  readonly offMs: number | null;
}

export interface Scenario {
  readonly seed: number;
  readonly random: number;
  readonly hasRegular: boolean;
  readonly targets: number;
  readonly faults: Faults;
  readonly scans: readonly ScanScript[];
  readonly people: readonly Person[];
  readonly digests: readonly DigestWish[];
  readonly conversations: Conversations;
  readonly visits: readonly Visit[];
  readonly troubles: readonly Trouble[];
  /** Slack shows a message in the history so much later at most, ms. */
  readonly historyLateMs: number;
  readonly isHistoryHidden: boolean;
  /** Results show so much later at most, ms. */
  readonly resultsLateMs: number;
  /** The Console's clock is so much ahead of ours, ms. */
  readonly skewMs: number;
  readonly stallAfterMs: number;
  /** How long messages wait for a report. */
  readonly reportWaitMs: number;
}

export function hasClockSet({ troubles: all }: Pick<Scenario, 'troubles'>): boolean {
  return all.some(({ kind }) => kind === 'clock');
}

export function hasBrokenDatabase({ troubles: all, faults: drawn }: Scenario): boolean {
  return drawn.brokenDatabase > 0 || all.some(({ kind }) => kind === 'disk-full');
}

export function hasFreeze({ troubles: all }: Scenario): boolean {
  return all.some(({ kind }) => kind === 'freeze');
}

/** Nothing at all goes wrong. */
export function isFaultless({ troubles: all, faults: drawn }: Scenario): boolean {
  return all.length === 0 && Object.values(drawn).every((share) => share === 0);
}

/** Whatever goes wrong is the Console’s: nothing keeps back what is to be sent. */
export function isConsoleAloneFaulty({ troubles: all, faults: drawn }: Scenario): boolean {
  const { lostMessage, fatalError, rateLimited, unsent, slowSlack, malformed, lateEdit, editClosed } = drawn;
  const ofSlack = [lostMessage, fatalError, rateLimited, unsent, slowSlack, malformed, lateEdit, editClosed];
  const isSound = ofSlack.every((share) => share === 0) && drawn.brokenDatabase === 0;
  return isSound && all.every(({ kind }) => kind === 'console-down');
}
