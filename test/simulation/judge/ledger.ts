/**
 * The true history of watches and subscriptions, by elapsed time and not by any clock; and the ends that each watch
 * must be notified of.
 */

import { type BoardRecord, noteBoard } from './ledger-boards.ts';
import { type DigestRecord, noteDigest, noteWish, type Wish } from './wishes.ts';
import { parseSettings } from '../../../src/store/channel-settings.ts';
import { parseTargetState } from '../../../src/scan/state/stored-state.ts';
import { scanOf } from '../../../src/scan/state/target-state.ts';
import { sql } from '../../../src/store/sql.ts';

type Row = Readonly<Record<string, unknown>>;

export interface WatchRecord {
  readonly id: string;
  readonly target: string;
  readonly channel: string;
  readonly bornAt: number;
  /** The program did not know yet that the previous scan was over: its end is new to a watch that started then. */
  readonly isBornIntoScan: boolean;
  /** As the store has it: active, scan-ended, stopped, expired, undeliverable. */
  state: string;
  endedAt: number | null;
  /** Ends before this time may be notified, or not. */
  owedFrom: number;
  /** Until when the previous watch of its subscription was notified of ends; null for none. */
  notifiedBefore: number | null;
  /** Scans up to this number, as the program counts them, are none of its business. */
  afterScanNumber: number;
  /** The ends that it must be notified of, in one message for all that came before it. */
  readonly owed: OwedEnd[];
  /** The subscription that keeps it, or did. */
  subscription: string | null;
  isKept: boolean;
  isShown: boolean;
  /** When it began to show something, and since when its channel had not wanted that; null where neither. */
  shownAt: number | null;
  unwantedSince: number | null;
  /** People requested it. */
  isAskedFor: boolean;
  /** The board that shows it, and since when; null for one with a message of its own. */
  board: string | null;
  boardedAt: number | null;
  /** Since when its line tells that its scan failed; null for never. */
  failedAt: number | null;
}

export interface OwedEnd {
  readonly at: number;
  /** It is notified even of a scan that was not seen. */
  readonly isShown: boolean;
}

export interface SubscriptionRecord {
  readonly id: string;
  readonly target: string;
  readonly channel: string;
  readonly bornAt: number;
  /** As the store has it: active, paused, ended. */
  state: string;
  endedAt: number | null;
}

export interface Ledger {
  readonly watches: ReadonlyMap<string, WatchRecord>;
  readonly subscriptions: ReadonlyMap<string, SubscriptionRecord>;
  readonly boards: ReadonlyMap<string, BoardRecord>;
  /** Thresholds of channels, from when on, in order. */
  readonly wishes: readonly Wish[];
  /** Of each channel that ever had settings. */
  readonly digests: ReadonlyMap<string, DigestRecord>;
  note(rows: Record<'watches' | 'boards' | 'subscriptions' | 'settings', readonly Row[]>, at: number): void;
}

/** A watch shorter than this at a scan's end may be notified of it, or of the next one. */
const MARGIN_MS = 2_000;
/** The Console's clock is known to the second, twice. */
export const SAME_INSTANT_MS = 4_000;

export const WATCHES = sql`select w.id, t.id as target_id, w.channel, w.state, w.subscription_id,
    w.message_id is not null as has_message, w.after_scan_number,
    case when w.message_id <> w.id then w.message_id end as board_id,
    t.state as target_state, exists (select 1 from followers f where f.watch_id = w.id) as is_asked_for,
    json_extract(w.content, '$.snapshot.endedAt') as told_until,
    w.message_id <> w.id and json_extract(w.content, '$.end') = 'scan-ended' and (json_extract(w.content, '$.snapshot.state') = 'failed'
      or coalesce(json_extract(r.body, '$.error'), '') <> '') as is_failed
  from watches w join targets t on t.number = w.target_number left join reports r on r.id = w.report_id
    order by w.created_at, w.id`;
export const SETTINGS = sql`select channel, settings, digest_at from channel_settings`;
export const SUBSCRIPTIONS = sql`select id, target_id, channel, state from subscriptions order by created_at, id`;

/** `start` is what the clock showed when the run began; null where it is set, and tells nothing. */
export function createLedger(start: number | null): Ledger {
  const watches = new Map<string, WatchRecord>();
  const subscriptions = new Map<string, SubscriptionRecord>();
  const boards = new Map<string, BoardRecord>();
  const hiddenSince = new Map<string, number>();
  const wishes: Wish[] = [];
  const digests = new Map<string, DigestRecord>();
  return {
    watches,
    boards,
    subscriptions,
    wishes,
    digests,
    note(rows, at) {
      for (const row of rows.boards) noteBoard(boards, row, at);
      for (const row of rows.subscriptions) noteSubscription(subscriptions, row, at);
      for (const row of rows.settings) noteSettings(hiddenSince, row, at);
      for (const row of rows.settings) noteWish(wishes, row, at);
      if (start !== null) for (const row of rows.settings) noteDigest(digests, row, start + at);
      const over = rows.watches.flatMap((row) => noteWatch(watches, row, { at, hiddenSince }));
      for (const { watch, notifiedUntil } of over) passOn(watches, { watch, notifiedUntil, start });
    },
  };
}

/** It waits in silence for the next scan. */
export function isSilentWatch({ isKept, isShown }: WatchRecord): boolean {
  return isKept && !isShown;
}

function noteSubscription(subscriptions: Map<string, SubscriptionRecord>, row: Row, at: number): void {
  const id = String(row['id']);
  const state = String(row['state']);
  const known: SubscriptionRecord = subscriptions.get(id) ?? {
    ...{ id, target: String(row['target_id']), channel: String(row['channel']), bornAt: at },
    ...{ state: 'active', endedAt: null },
  };
  subscriptions.set(id, known);
  if (known.state !== 'ended' && state === 'ended') known.endedAt = at;
  known.state = state;
}

/** Since when a channel wants no live messages of subscriptions. */
function noteSettings(hiddenSince: Map<string, number>, row: Row, at: number): void {
  const channel = String(row['channel']);
  if (parseSettings(String(row['settings'])).showLiveMessages) hiddenSince.delete(channel);
  else if (!hiddenSince.has(channel)) hiddenSince.set(channel, at);
}

interface Over {
  readonly watch: WatchRecord;
  /** End of the scan that it was notified of, epoch ms. */
  readonly notifiedUntil: number | null;
}

/** The watch, where its scan is over with this. */
function noteWatch(
  watches: Map<string, WatchRecord>,
  row: Row,
  { at, hiddenSince }: { at: number; hiddenSince: ReadonlyMap<string, number> },
): Over[] {
  const id = String(row['id']);
  const state = String(row['state']);
  const isShown = row['has_message'] === 1;
  const known = watches.get(id) ?? toRecord(row, at);
  watches.set(id, known);
  if (!known.isShown && isShown && state === 'active') {
    known.shownAt = at;
    known.unwantedSince = hiddenSince.get(known.channel) ?? null;
  }
  // The end of one that was silent is posted on a message of its own.
  if (state === 'active') known.isShown = isShown;
  noteLine(known, row, at);
  known.isKept = row['subscription_id'] !== null;
  if (known.isKept) known.subscription = String(row['subscription_id']);
  known.isAskedFor ||= row['is_asked_for'] === 1;
  // A new request for it ignores what others have stopped.
  if (known.isAskedFor) known.afterScanNumber = 0;
  const isOver = known.state === 'active' && state === 'scan-ended';
  if (known.state === 'active' && state !== 'active') known.endedAt = at;
  known.state = state;
  return isOver ? [{ watch: known, notifiedUntil: Number(row['told_until'] ?? 0) || null }] : [];
}

function noteLine(known: WatchRecord, row: Row, at: number): void {
  const board = row['board_id'];
  if (known.board === null && typeof board === 'string') {
    known.board = board;
    known.boardedAt = at;
  }
  if (row['is_failed'] === 1) known.failedAt ??= at;
}

function toRecord(row: Row, at: number): WatchRecord {
  const isBornIntoScan = scanOf(parseTargetState(String(row['target_state']))) !== null;
  return {
    ...{ id: String(row['id']), target: String(row['target_id']), channel: String(row['channel']) },
    ...{ bornAt: at, isBornIntoScan, state: 'active', endedAt: null },
    ...{
      owedFrom: at + MARGIN_MS,
      notifiedBefore: null,
      afterScanNumber: Number(row['after_scan_number']),
      owed: [],
    },
    ...{ subscription: null, isKept: false, isShown: row['has_message'] === 1 },
    ...{ shownAt: null, unwantedSince: null, isAskedFor: false },
    ...{ board: null, boardedAt: null, failedAt: null },
  };
}

/** A subscription is notified of every end: later ends are owed by the watch that follows. */
function passOn(
  watches: ReadonlyMap<string, WatchRecord>,
  { watch, notifiedUntil, start }: Over & { start: number | null },
): void {
  if (notifiedUntil === null || start === null || !watch.isKept) return;
  const next = [...watches.values()].find(
    (one) => one.subscription === watch.subscription && one.bornAt === watch.endedAt && one !== watch,
  );
  if (next === undefined) return;
  next.notifiedBefore = notifiedUntil - start;
  const from = next.notifiedBefore + SAME_INSTANT_MS;
  next.owedFrom = Math.min(next.owedFrom, from);
  next.owed.push(...watch.owed.filter((end) => end.isShown && end.at >= from));
}
