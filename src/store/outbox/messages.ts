/**
 * Messages and what they show: a line for each of their watches. One with several is a board. A message ends with the
 * last of its watches.
 */

import { parseContent } from '../../scan/state/stored-snapshot.ts';
import * as z from 'zod';
import type { DeliveryContent } from '../../scan/delivery.ts';
import type { Report } from '../../scan/results/report.ts';
import { parseTargetState } from '../../scan/state/stored-state.ts';
import { watchedSnapshot } from '../../scan/state/watched-snapshot.ts';
import type { Target } from '../../scan/target.ts';
import type { Database, Row, Statement } from '../database.ts';
import {
  CURRENT,
  deleteSuperseded,
  deliveryId,
  insertDeliveries,
  hasOwnMessage,
  type Line,
  PRIORITY,
  sendUnsentLive,
  updateMessages,
} from './enqueue.ts';
import { bulk, chunk, type Fragment, keysIn, sql, uncounted } from '../sql.ts';
import { parseTarget } from '../targets.ts';
import { withholdMessages } from './withhold.ts';

/** Watches without a message get one of their own. */
export function insertMessages(watchIds: readonly string[]): readonly Statement[] {
  const ids = keysIn(watchIds);
  return [
    sql`insert into messages (id, channel, thread, state)
      select w.id, w.channel, w.thread, 'active' from watches w where w.id in ${ids} and w.message_id is null
      on conflict do nothing`,
    sql`update watches set message_id = id where id in ${ids} and message_id is null`,
  ];
}

export interface LinesEnd {
  readonly content: DeliveryContent;
  /** Number of the scan that ended; 0 for none. */
  readonly scan: number;
  readonly now: number;
  /** The awaited report may change the outcome: then also the live message of a single watch waits for it. */
  readonly isDecisive?: boolean;
}

/**
 * The watches have ended, and their rows say how. A message ends with the last of them: it gets its final state and one
 * completion, but none where people stopped them all. A board that goes on shows the end, and a failure is posted.
 */
export function endLines(lines: readonly Line[], end: LinesEnd): readonly Statement[] {
  const { content, now, isDecisive = false } = end;
  const onBoards = lines.filter((line) => !hasOwnMessage(line));
  const messageIds = messagesOf(lines);
  const dueAt = isDecisive ? dueAfterReports(sql`deliveries.message_id`, now) : sql`cast(${now} as bigint)`;
  return [
    endIfOver(messageIds, now),
    ...updateMessages(messagesOf(onBoards), now),
    ...(isFailure(content) ? recordFailures(onBoards, { content, now }) : []),
    sendUnsentLive(messageIds, dueAt),
    ...chunk(scanOfEach(lines, end)).map((scans) => insertEnds(scans, end)),
    // What a scan that has just ended found is not known yet; where people stop the last line, the others' may be.
    ...(content.end === 'stopped' ? [withholdMessages(messageIds, now)] : []),
    deleteSuperseded(...messageIds),
  ];
}

/** Without duplicates. */
function messagesOf(lines: readonly Line[]): readonly string[] {
  return [...new Set(lines.map(({ messageId }) => messageId))];
}

/** The end of a board is about no scan in particular. */
function scanOfEach(
  lines: readonly Line[],
  { scan }: LinesEnd,
): readonly (readonly [id: string, scan: number])[] {
  return [...new Map(lines.map((line) => [line.messageId, hasOwnMessage(line) ? scan : 0]))];
}

function isFailure({ end, snapshot }: DeliveryContent): boolean {
  return end === 'not-started' || (end === 'scan-ended' && snapshot.state === 'failed');
}

/** One post per failure on a board, whether the progress or the result shows it. */
function recordFailures(
  lines: readonly Line[],
  { content, now, reportId = null }: { content: DeliveryContent; now: number; reportId?: string | null },
): readonly Statement[] {
  return insertDeliveries(lines, {
    kind: 'notice',
    topic: 'failed',
    scan: content.snapshot.scan,
    content: { ...content, notice: 'failed' },
    now,
    dueAt: now,
    reportId,
  });
}

function endIfOver(messageIds: readonly string[], now: number): Statement {
  const itsWatch = sql`select 1 from watches w where w.message_id = messages.id`;
  return sql`update messages set ended_at = ${now}, state = case when exists (
      ${itsWatch} and w.state in ('scan-ended', 'expired')) then 'scan-ended' else 'stopped' end
    where id in ${keysIn(messageIds)} and state = 'active' and not exists (${itsWatch} and w.state = 'active')`;
}

/**
 * Of those that have ended. A completion waits for the reports of all its scans, also of those that ended earlier; so
 * does the final state of a board. A failed start was not requested by anybody, so it is posted.
 */
function insertEnds(
  scans: readonly (readonly [id: string, scan: number])[],
  { content, now, isDecisive = false }: LinesEnd,
): Statement {
  const rows = scans.flatMap(([messageId, scan]) =>
    (['final', 'completion'] as const).map((kind) => [
      deliveryId({ messageId, kind, scan }),
      messageId,
      kind,
    ]),
  );
  const waits = isDecisive ? sql`true` : sql`p.kind = 'completion' or m.is_board = 1`;
  const posted = content.end === 'not-started' ? sql`true` : sql`p.kind = 'final' or m.state = 'scan-ended'`;
  return sql`with planned (id, message_id, kind) as (values ${bulk(rows)})
    insert into deliveries (id, message_id, kind, content, state, priority, due_at, created_at)
    select p.id, m.id, p.kind, ${CURRENT}, 'pending',
      case when p.kind = 'final' then cast(${PRIORITY.final} as integer) else ${PRIORITY.completion} end,
      case when ${waits} then ${dueAfterReports(sql`m.id`, now)} else ${now} end, ${now}
    from planned p join messages m on m.id = p.message_id
    where m.state in ('scan-ended', 'stopped') and (${posted})
    on conflict do nothing`;
}

/** Of a message, for any of its watches. */
function awaitedReports(messageId: Fragment): Fragment {
  return sql`watches w join reports r on r.id = w.report_id where w.message_id = ${messageId} and r.due_at is not null`;
}

function dueAfterReports(messageId: Fragment, now: number): Fragment {
  return sql`coalesce((select max(r.give_up_at) from ${awaitedReports(messageId)}), cast(${now} as bigint))`;
}

/** What a message says of one of its watches. */
export interface ShownWatch {
  readonly watchId: string;
  /** null where it waits in silence. */
  readonly messageId: string | null;
  readonly lastFingerprint: string;
  readonly isActive: boolean;
  readonly target: Target;
  readonly content: DeliveryContent;
  /** Of its scan; null if unknown. */
  readonly report: Report | null;
}

/** In the order in which the images were named. */
export function readLines(database: Database, messageId: string): Promise<readonly ShownWatch[]> {
  return readShown(database, sql`w.message_id = ${messageId}`);
}

/** `condition` is over `w`. */
export async function readShown(database: Database, condition: Fragment): Promise<readonly ShownWatch[]> {
  const rows = await database.query(
    sql`select w.id, w.message_id, w.state, w.last_fingerprint, w.content, w.created_at, t.reference, t.state as target_state, r.body
      from watches w join targets t on t.number = w.target_number left join reports r on r.id = w.report_id
      where ${condition} order by w.position, w.id`,
  );
  return rows.map(toShown);
}

const shownRow = z.object({
  id: z.string(),
  message_id: z.string().nullable(),
  state: z.string(),
  last_fingerprint: z.string(),
  content: z.string().nullable(),
  created_at: z.coerce.number(),
  reference: z.string().nullable(),
  target_state: z.string(),
  body: z.string().nullable(),
});

function toShown(row: Row): ShownWatch {
  const { id, message_id, state, last_fingerprint, reference, body, ...columns } = shownRow.parse(row);
  return {
    watchId: id,
    messageId: message_id,
    lastFingerprint: last_fingerprint,
    isActive: state === 'active',
    target: parseTarget(reference),
    content: contentOf(columns),
    // Written only by saveReport.
    report: body === null ? null : (JSON.parse(body) as Report),
  };
}

/** While nothing is written, it is what the target says now. */
function contentOf({
  content,
  created_at: createdAt,
  target_state: state,
}: Pick<z.infer<typeof shownRow>, 'content' | 'created_at' | 'target_state'>): DeliveryContent {
  if (content !== null) return parseContent(content);
  return { snapshot: watchedSnapshot({ createdAt }, parseTargetState(state)), end: null, stoppedBy: null };
}

/** A report came or timed out: boards that show it are rendered again, and ends that waited for it are due. */
export async function showReport(
  database: Database,
  { id, isFailed, now }: { readonly id: string; readonly isFailed: boolean; readonly now: number },
): Promise<readonly Statement[]> {
  const rows = await database.query(
    sql`select id as "watchId", message_id as "messageId", content from watches where report_id = ${id} and message_id is not null`,
  );
  if (rows.length === 0) return [];
  const lines = reportedLines.parse(rows);
  const messageIds = messagesOf(lines);
  const boards = lines.filter((line) => !hasOwnMessage(line));
  return [
    ...(isFailed ? boards.flatMap((line) => failureOf(line, { now, reportId: id })) : []),
    ...updateMessages(messagesOf(boards), now),
    sql`update deliveries set due_at = ${now} where message_id in ${keysIn(messageIds)}
      and (kind in ('final', 'completion') or kind = 'live' and exists (
        select 1 from messages m where m.id = deliveries.message_id and m.state <> 'active'))
      and ${uncounted('state')} = 'pending' and attempts = 0 and due_at > ${now} and not exists (
        select 1 from ${awaitedReports(sql`deliveries.message_id`)})`,
    withholdMessages(messageIds, now),
    deleteSuperseded(...messageIds),
  ];
}

/** On the live messages of all who watch the scan: no poll would change them while it is stalled. */
export async function showDiagnosis(
  database: Database,
  { id, now }: { readonly id: string; readonly now: number },
): Promise<readonly Statement[]> {
  const rows = await database.query(
    sql`select distinct w.message_id as "messageId" from reports r
        join targets t on t.id = r.target_id join watches w on w.target_number = t.number
      where r.id = ${id} and w.state = 'active' and w.message_id is not null`,
  );
  return updateMessages(
    messageRows.parse(rows).map(({ messageId }) => messageId),
    now,
  );
}

const reportedLine = z.object({ watchId: z.string(), messageId: z.string(), content: z.string().nullable() });
const reportedLines = z.array(reportedLine);
const messageRows = z.array(z.object({ messageId: z.string() }));

function failureOf(
  { watchId, messageId, content }: z.infer<typeof reportedLine>,
  more: { readonly now: number; readonly reportId: string },
): readonly Statement[] {
  if (content === null) return [];
  return recordFailures([{ watchId, messageId }], {
    content: parseContent(content),
    ...more,
  });
}
