/** Loads a leased delivery with all that is needed to render and address it. */

import * as z from 'zod';
import { type BoardLine, sumBoard } from '../../scan/board.ts';
import type { ChannelSettings } from '../../scan/channel-settings.ts';
import type { Requesters } from '../../scan/control.ts';
import type { DeliveryContent, DeliveryKind } from '../../scan/delivery.ts';
import { watchedSnapshot } from '../../scan/state/watched-snapshot.ts';
import { parseTargetState } from '../../scan/state/stored-state.ts';
import type { StallInfo } from '../../scan/report.ts';
import { type Target, targetId } from '../../scan/target.ts';
import type { Conversation } from '../../scan/watch.ts';
import type { WeeklyDigest } from '../../scan/weekly-digest.ts';
import { readLines } from './board-lines.ts';
import { parseSettings } from '../channel-settings.ts';
import type { Database, Row } from '../database.ts';
import { CURRENT, PRIORITY } from './enqueue.ts';
import { findReport, type ReportBody } from '../reports.ts';
import { findRequests } from '../scans/scan-requests.ts';
import { findStall } from './stall.ts';
import { parseTarget } from '../targets.ts';
import { isWithheld } from './withhold.ts';
import { sql } from '../sql.ts';

export interface LeasedDelivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  /** Of a board: the sum of all lines. */
  readonly content: DeliveryContent;
  readonly subject: Subject;
  readonly version: number;
  /** Including this one, from 1. */
  readonly attempts: number;
  /** Slack rejected its blocks: send the text alone. */
  readonly isPlain: boolean;
  /** Slack rejected its table: send it as text. */
  readonly isTableRefused: boolean;
  readonly watchId: string;
  readonly conversation: Conversation;
  /** Thread of the post: its root, or `''` for the channel itself. */
  readonly thread: string;
  readonly messageTs: string | null;
  /** User IDs, in the order in which they joined. */
  readonly followers: readonly string[];
  /** When this attempt was recorded, epoch ms. */
  readonly attemptedAt: number;
  /** The same by Slack's clock. */
  readonly slackAt: number;
  /** History lookups that did not find it. */
  readonly missedLookups: number;
  readonly settings: ChannelSettings;
  /** The end is below the channel's threshold: nothing is posted. */
  readonly isQuiet: boolean;
}

/** The target, or the board with its lines. */
export type Subject =
  | {
      readonly kind: 'scan';
      readonly target: Target;
      /** The report that it waited for; null where it needed none, or none came in time. */
      readonly report: ReportBody | null;
      readonly requests: Requesters;
      /** Diagnosis of this scan's stall; null where it progresses. */
      readonly stall: StallInfo | null;
      /** How many other scans of its board are ongoing. */
      readonly others: number;
    }
  | { readonly kind: 'board'; readonly lines: readonly BoardLine[] }
  | { readonly kind: 'digest'; readonly digest: WeeklyDigest };

/** For the log: the target's key, `board` or `digest`. */
export function subjectId(subject: Subject): string {
  return subject.kind === 'scan' ? targetId(subject.target) : subject.kind;
}

export const LEASED = sql`id, watch_id, kind, content, version, attempts, is_plain, attempted_at, attempted_at_slack,
  missed_lookups, report_id, thread, line_watch_id`;
/** From rows with the columns of `LEASED`; ends first. */
export async function toLeased(database: Database, rows: readonly Row[]): Promise<LeasedDelivery[]> {
  const leased = await Promise.all(rows.map((row) => withWatch(database, deliveryRow.parse(row))));
  return leased.sort((a, b) => PRIORITY[a.kind] - PRIORITY[b.kind]);
}

export const deliveryKind = z.enum([
  'live',
  'update',
  'final',
  'completion',
  'notice',
  'stopped-by',
  'digest',
]);

const deliveryRow = z.object({
  id: z.string(),
  watch_id: z.string(),
  kind: deliveryKind,
  content: z.string(),
  version: z.coerce.number(),
  attempts: z.coerce.number(),
  is_plain: z.coerce.number(),
  attempted_at: z.coerce.number(),
  // null for attempts of an earlier version
  attempted_at_slack: z.coerce.number().nullable(),
  missed_lookups: z.coerce.number(),
  report_id: z.string().nullable(),
  // null for attempts of an earlier version
  thread: z.string().nullable(),
  line_watch_id: z.string().nullable(),
});

type DeliveryRow = z.infer<typeof deliveryRow>;

const conversationRow = z.object({
  target_id: z.string().nullable(),
  channel: z.string(),
  thread: z.string(),
  message_ts: z.string().nullable(),
  settings: z.string().nullable(),
  is_thread_gone: z.coerce.number(),
  created_at: z.coerce.number(),
  // null of a board
  target_state: z.string().nullable(),
});

type ConversationRow = z.infer<typeof conversationRow>;

async function withWatch(database: Database, delivery: DeliveryRow): Promise<LeasedDelivery> {
  const { id, watch_id: watchId, kind, attempted_at } = delivery;
  const [watch] = await database.query(
    sql`select w.target_id, w.channel, w.thread, w.message_ts, w.is_thread_gone, w.created_at, s.settings,
        t.state as target_state
      from watches w left join channel_settings s on s.channel = w.channel left join targets t on t.id = w.target_id
      where w.id = ${watchId}`,
  );
  const watched = conversationRow.parse(watch);
  const { channel, thread, message_ts: messageTs } = watched;
  const settings = parseSettings(watched.settings);
  const isThreadGone = watched.is_thread_gone === 1;
  const { content, subject } = await readSubject(database, delivery, watched);
  return {
    id,
    kind,
    content,
    subject,
    version: delivery.version,
    attempts: delivery.attempts,
    isPlain: delivery.is_plain === 1,
    isTableRefused: delivery.is_plain === 2,
    watchId,
    conversation: { channel, thread },
    thread: delivery.thread ?? threadOf({ kind, content, thread, isThreadGone, messageTs, settings }),
    messageTs,
    followers: await followersOf(database, watchId),
    attemptedAt: attempted_at,
    slackAt: delivery.attempted_at_slack ?? attempted_at,
    missedLookups: delivery.missed_lookups,
    settings,
    isQuiet: kind === 'final' && (await isWithheld(database, watchId)),
  };
}

async function readSubject(
  database: Database,
  delivery: DeliveryRow,
  watched: ConversationRow,
): Promise<Pick<LeasedDelivery, 'content' | 'subject'>> {
  const { watch_id, kind, report_id, line_watch_id, attempted_at: now } = delivery;
  if (kind === 'digest') {
    // Written only by recordDigest.
    const digest = JSON.parse(delivery.content) as WeeklyDigest;
    return { content: sumBoard([]), subject: { kind, digest } };
  }
  const content = contentOf(delivery, watched);
  const isBoard = watched.target_id === null;
  if (isBoard && line_watch_id === null) {
    const lines = await readLines(database, watch_id);
    const { stoppedBy } = content;
    return {
      content: kind === 'stopped-by' ? { ...sumBoard(lines), stoppedBy } : sumBoard(lines),
      subject: { kind: 'board', lines },
    };
  }
  const target = await targetOf(database, line_watch_id ?? watch_id);
  const report = report_id === null ? null : await findReport(database, report_id);
  const { snapshot } = content;
  const requests = await findRequests(database, target, { ...snapshot, now });
  const stall = await findStall(database, { watchId: watch_id, target, snapshot });
  const others = isBoard ? countOthers(await readLines(database, watch_id), target) : 0;
  return { content, subject: { kind: 'scan', target, report, requests, stall, others } };
}

/** Also an update of an earlier version, which has its content: the target says what is newer. */
function contentOf(
  { kind, content }: DeliveryRow,
  { created_at: createdAt, target_state: state }: ConversationRow,
): DeliveryContent {
  const isCurrent = kind === 'update' || content === CURRENT;
  // Written by templateParams alone.
  if (!isCurrent) return JSON.parse(content) as DeliveryContent;
  if (state === null) return sumBoard([]);
  const snapshot = watchedSnapshot({ createdAt }, parseTargetState(state));
  return { snapshot, end: null, stoppedBy: null };
}

function countOthers(lines: readonly BoardLine[], target: Target): number {
  const goingOn = lines.filter(({ content }) => content.end === null);
  return goingOn.filter((line) => targetId(line.target) !== targetId(target)).length;
}

async function targetOf(database: Database, watchId: string): Promise<Target> {
  const [row] = await database.query(
    sql`select t.reference from watches w join targets t on t.id = w.target_id where w.id = ${watchId}`,
  );
  return parseTarget(targetRow.parse(row).reference);
}

const targetRow = z.object({ reference: z.string().nullable() });

/** Of a board: of all its watches. */
async function followersOf(database: Database, watchId: string): Promise<string[]> {
  const rows = await database.query(
    sql`select f.user_id from followers f join watches w on w.id = f.watch_id
        where w.id = ${watchId} or w.board_id = ${watchId}
      group by f.user_id order by min(f.followed_at), f.user_id`,
  );
  return rows.map((row) => String(row['user_id']));
}

interface Where extends Pick<LeasedDelivery, 'kind' | 'content'> {
  /** Thread of the watch. */
  readonly thread: string;
  readonly isThreadGone: boolean;
  readonly messageTs: string | null;
  readonly settings: ChannelSettings;
}

/**
 * The live message goes to the thread of the watch. Everything else goes below it, unless it is in a thread itself, or
 * the channel's settings want completions in the channel. The end of a subscription goes to the channel.
 */
function threadOf({ kind, content, thread, isThreadGone, messageTs, settings }: Where): string {
  if (thread !== '') return isThreadGone ? '' : thread;
  const isEnd = kind === 'completion' || kind === 'stopped-by';
  if (kind === 'live' || content.stopped === 'subscription') return '';
  if (isEnd && settings.completionIn === 'channel') return '';
  return messageTs ?? '';
}
