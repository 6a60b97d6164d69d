/** Loads a leased delivery with all that is needed to render and address it. */

import { parseContent } from '../../scan/state/stored-snapshot.ts';
import * as z from 'zod';
import { type BoardLine, sumBoard } from '../../scan/board.ts';
import type { ChannelSettings } from '../../scan/channel-settings.ts';
import type { Requesters } from '../../scan/control.ts';
import { type DeliveryContent, type DeliveryKind, threadOf } from '../../scan/delivery.ts';
import type { Diagnosis, EndedScan } from '../../scan/results/report.ts';
import { type Target, targetId } from '../../scan/target.ts';
import type { Conversation } from '../../scan/watch.ts';
import type { WeeklyDigest } from '../../scan/weekly-digest.ts';
import { parseSettings } from '../channel-settings.ts';
import type { Database, Row } from '../database.ts';
import { CURRENT, PRIORITY } from './enqueue.ts';
import { readLines, readShown, type ShownWatch } from './messages.ts';
import { findDiagnosis, findReport, type ReportBody } from '../reports.ts';
import { findRequests } from '../scans/scan-requests.ts';
import { latestEndedScan, latestEndedScans } from '../scans/scans.ts';
import type { UnreadableDelivery } from './unreadable.ts';
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
  readonly isTableRejected: boolean;
  readonly messageId: string;
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
      /** Of this scan's stall; null where it progresses, or if unknown. */
      readonly diagnosis: Diagnosis | null;
      /** Of a watch that waits for a scan: the one before; otherwise null. */
      readonly before: EndedScan | null;
      /** How many other scans of its board are ongoing. */
      readonly others: number;
    }
  | { readonly kind: 'board'; readonly lines: readonly BoardLine[] }
  | { readonly kind: 'digest'; readonly digest: WeeklyDigest };

/** For the log: the target's key, `board` or `digest`. */
export function subjectId(subject: Subject): string {
  return subject.kind === 'scan' ? targetId(subject.target) : subject.kind;
}

export const LEASED = sql`id, message_id, watch_id, kind, content, version, attempts, is_plain, attempted_at,
  attempted_at_slack, missed_lookups, report_id, thread`;

interface Loaded {
  /** Ends first. */
  readonly leased: readonly LeasedDelivery[];
  readonly unreadable: readonly UnreadableDelivery[];
}

/** From rows with the columns of `LEASED`. Rejects where the database fails. */
export async function loadLeased(database: Database, rows: readonly Row[]): Promise<Loaded> {
  const loaded = await Promise.all(rows.map((row) => load(database, row)));
  const leased = loaded.filter((delivery) => 'kind' in delivery);
  return {
    leased: leased.sort((a, b) => PRIORITY[a.kind] - PRIORITY[b.kind]),
    unreadable: loaded.filter((delivery) => 'error' in delivery),
  };
}

/** Whatever is thrown is about this row, unless the database throws it: the others must be sent. */
async function load(database: Database, row: Row): Promise<LeasedDelivery | UnreadableDelivery> {
  const failures = new Set<unknown>();
  const query: Database['query'] = (statement) =>
    database.query(statement).catch((error: unknown) => {
      failures.add(error);
      throw error;
    });
  try {
    return await withMessage({ ...database, query }, deliveryRow.parse(row));
  } catch (error) {
    if (failures.has(error) || !(error instanceof Error)) throw error;
    return { id: String(row['id']), error };
  }
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
  message_id: z.string(),
  // null where it is about all that its message shows
  watch_id: z.string().nullable(),
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
});

type DeliveryRow = z.infer<typeof deliveryRow>;

const messageRow = z.object({
  channel: z.string(),
  thread: z.string(),
  is_board: z.coerce.number(),
  ts: z.string().nullable(),
  is_thread_gone: z.coerce.number(),
  settings: z.string().nullable(),
});

async function withMessage(database: Database, delivery: DeliveryRow): Promise<LeasedDelivery> {
  const { id, message_id: messageId, kind, attempted_at } = delivery;
  const [row] = await database.query(
    sql`select m.channel, m.thread, m.is_board, m.ts, m.is_thread_gone, s.settings
      from messages m left join channel_settings s on s.channel = m.channel where m.id = ${messageId}`,
  );
  const { channel, thread, ts: messageTs, ...message } = messageRow.parse(row);
  const settings = parseSettings(message.settings);
  const isThreadGone = message.is_thread_gone === 1;
  const { content, subject } = await readSubject(database, delivery, { isBoard: message.is_board === 1 });
  return {
    id,
    kind,
    content,
    subject,
    version: delivery.version,
    attempts: delivery.attempts,
    isPlain: delivery.is_plain === 1,
    isTableRejected: delivery.is_plain === 2,
    messageId,
    conversation: { channel, thread },
    thread: delivery.thread ?? threadOf({ kind, content, thread, isThreadGone, messageTs, settings }),
    messageTs,
    followers: await followersOf(database, messageId),
    attemptedAt: attempted_at,
    slackAt: delivery.attempted_at_slack ?? attempted_at,
    missedLookups: delivery.missed_lookups,
    settings,
    isQuiet: kind === 'final' && (await isWithheld(database, messageId)),
  };
}

async function readSubject(
  database: Database,
  delivery: DeliveryRow,
  { isBoard }: { readonly isBoard: boolean },
): Promise<Pick<LeasedDelivery, 'content' | 'subject'>> {
  const { message_id: messageId, watch_id: watchId, kind } = delivery;
  if (kind === 'digest') {
    const digest: unknown = JSON.parse(delivery.content);
    assertDigest(digest);
    return { content: sumBoard([]), subject: { kind, digest } };
  }
  const written = writtenContent(delivery);
  const lines = await readLines(database, messageId);
  if (isBoard && watchId === null) {
    const boardLines = await toBoardLines(database, lines);
    const sum = sumBoard(boardLines);
    const content = kind === 'stopped-by' ? { ...sum, stoppedBy: written?.stoppedBy ?? null } : sum;
    return { content, subject: { kind: 'board', lines: boardLines } };
  }
  const line = await findLine(database, lines, watchId ?? messageId);
  if (line === undefined) throw new Error(`the message ${messageId} shows no watch`);
  const content = written ?? line.content;
  return { content, subject: await readScan(database, delivery, { line, lines, content }) };
}

/** Written only by recordDigest. Throws where the lists are missing that a digest is made of. */
function assertDigest(digest: unknown): asserts digest is WeeklyDigest {
  digestLists.parse(digest);
}

const digestLists = z.object({ worst: z.array(z.unknown()), neverScanned: z.array(z.unknown()) });

/** null for what its message says now. An update of an earlier version has its content, and there is newer. */
function writtenContent({ kind, content }: DeliveryRow): DeliveryContent | null {
  // Written by cellsOf alone.
  return kind === 'update' || content === CURRENT ? null : parseContent(content);
}

/** A board may show the watch by now. */
async function findLine(
  database: Database,
  lines: readonly ShownWatch[],
  watchId: string,
): Promise<ShownWatch | undefined> {
  const line = lines.find((shown) => shown.watchId === watchId);
  return line ?? (await readShown(database, sql`w.id = ${watchId}`))[0];
}

async function readScan(
  database: Database,
  { kind, report_id, attempted_at: now }: DeliveryRow,
  {
    line: { target, report: shown },
    lines,
    content: { snapshot },
  }: { line: ShownWatch; lines: readonly ShownWatch[]; content: DeliveryContent },
): Promise<Subject> {
  const own = kind === 'notice' ? null : shown;
  const report = report_id === null ? own : await findReport(database, report_id);
  const requests = await findRequests(database, target, { ...snapshot, now });
  const diagnosis =
    snapshot.state === 'stalled' ? await findDiagnosis(database, target, snapshot.scan) : null;
  const before = snapshot.state === 'waiting' ? await latestEndedScan(database, target) : null;
  const id = targetId(target);
  const others = lines.filter((line) => line.content.end === null && targetId(line.target) !== id).length;
  return { kind: 'scan', target, report, requests, diagnosis, before, others };
}

async function toBoardLines(database: Database, lines: readonly ShownWatch[]): Promise<BoardLine[]> {
  const waiting = lines.filter(
    ({ content: { snapshot, end } }) => end === null && snapshot.state === 'waiting',
  );
  const before = await latestEndedScans(
    database,
    waiting.map(({ target }) => target),
  );
  return lines.map(({ target, content, report }) => ({
    ...{ target, content, report: report?.kind === 'image' ? report : null },
    before: before.get(targetId(target)) ?? null,
  }));
}

/** Of all watches that it shows, or showed before a board did. */
async function followersOf(database: Database, messageId: string): Promise<string[]> {
  const rows = await database.query(
    sql`select f.user_id from followers f join watches w on w.id = f.watch_id
        where w.message_id = ${messageId} or w.id = ${messageId}
      group by f.user_id order by min(f.followed_at), f.user_id`,
  );
  return rows.map((row) => String(row['user_id']));
}
