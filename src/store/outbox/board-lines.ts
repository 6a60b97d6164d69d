/**
 * Watches on a board. Such a watch has no message of its own: its content is stored as a line, and the board is
 * rendered from all lines when sent. A board ends with the last of its watches.
 */

import * as z from 'zod';
import type { BoardLine } from '../../scan/board.ts';
import type { DeliveryContent } from '../../scan/delivery.ts';
import type { Report } from '../../scan/report.ts';
import type { Database, Row, Statement } from '../database.ts';
import {
  deliveryId,
  deleteSuperseded,
  insertDeliveries,
  type NewDelivery,
  renderAgain,
  type DeliveryTemplate,
  cellsOf,
} from './enqueue.ts';
import { bulk, chunk, type Fragment, join, sql } from '../sql.ts';
import { parseTarget } from '../targets.ts';
import { withholdBoards } from './withhold.ts';

/** A tick polls images one after the other: changes within this time share one edit. */
export const GATHER_MS = 2_000;

/** For `in`: a watch alone, or a board and all its watches; `watchId` is one of them. */
export function togetherWith(watchId: string): Fragment {
  const message = sql`(select coalesce(o.board_id, o.id) from watches o where o.id = ${watchId})`;
  return sql`(select g.id from watches g where g.id = ${message} or g.board_id = ${message})`;
}
export interface Line {
  readonly watchId: string;
  readonly boardId: string;
}

/** Same change for each of the lines, on their boards. */
interface LineChange {
  readonly lines: readonly Line[];
  readonly content: DeliveryContent;
  readonly now: number;
}

export function updateLines({ lines, content, now }: LineChange): readonly Statement[] {
  const write = chunk(lines.map(({ watchId }) => watchId)).map(
    (ids) => sql`update watches set content = ${JSON.stringify(content)} where id in (${join(ids)})`,
  );
  return [...write, ...renderBoards(boardsOf(lines), now)];
}

export interface LineEnd extends LineChange {
  /** The report that the lines show and that the boards' ends wait for. */
  readonly reportId: string | null;
}

/** The watches themselves have ended already. A failure is posted immediately. */
export function endLines({ lines, content, now, reportId }: LineEnd): readonly Statement[] {
  const isFailed =
    content.end === 'not-started' || (content.end === 'scan-ended' && content.snapshot.state === 'failed');
  const write = chunk(lines.map(({ watchId }) => watchId)).map(
    (ids) =>
      sql`update watches set content = ${JSON.stringify(content)}, report_id = ${reportId}
        where id in (${join(ids)})`,
  );
  const boardIds = boardsOf(lines);
  return [
    ...write,
    ...renderBoards(boardIds, now),
    ...(isFailed ? recordFailures({ lines, content, now }) : []),
    ...endIfOver(boardIds, { content, now }),
  ];
}

/** Without duplicates. */
function boardsOf(lines: readonly Line[]): readonly string[] {
  return [...new Set(lines.map(({ boardId }) => boardId))];
}

/** One post per failure, whether the progress or the result shows it. */
function recordFailures(
  { lines, content, now }: LineChange,
  reportId: string | null = null,
): readonly Statement[] {
  const recipients = lines.map(({ watchId, boardId }) => ({ watchId: boardId, memberId: watchId }));
  return insertDeliveries(recipients, {
    kind: 'notice',
    topic: 'failed',
    scan: content.snapshot.scan,
    content: { ...content, notice: 'failed' },
    now,
    dueAt: now,
    reportId,
  });
}

function renderBoards(boardIds: readonly string[], now: number): readonly Statement[] {
  return renderAgain(boardIds, { now, dueAt: now + GATHER_MS });
}

/** Of the delivery's board, for any of its lines. */
const AWAITED_REPORTS = sql`watches m join reports r on r.id = m.report_id
  where m.board_id = deliveries.watch_id and r.due_at is not null`;

/**
 * One final state and one completion once all watches have ended; no completion where people stopped them all. A failed
 * start was not requested by anybody, so it is posted.
 */
function endIfOver(
  boardIds: readonly string[],
  { content, now }: Pick<LineChange, 'content' | 'now'>,
): readonly Statement[] {
  const itsWatch = sql`select 1 from watches m where m.board_id = watches.id`;
  return chunk(boardIds).flatMap((ids) => [
    sql`update watches set ended_at = ${now}, state = case when ${content.end} <> 'stopped' or exists (
        ${itsWatch} and m.state in ('scan-ended', 'expired')) then 'scan-ended' else 'stopped' end
      where id in (${join(ids)}) and state = 'active' and not exists (${itsWatch} and m.state = 'active')`,
    insertEndsOf(ids, noticesOnBoards({ kind: 'final', now }), ['scan-ended', 'stopped']),
    insertEndsOf(ids, noticesOnBoards({ kind: 'completion', now }), ['scan-ended']),
    // The completion waits for the reports of all its scans, also of those that ended earlier.
    sql`update deliveries set due_at = (select max(r.give_up_at) from ${AWAITED_REPORTS})
      where watch_id in (${join(ids)}) and kind in ('final', 'completion')
        and state = 'pending' and attempts = 0 and created_at = ${now} and exists (
          select 1 from ${AWAITED_REPORTS})`,
    // What a scan that has just ended found is not known yet; where people stop the last line, the others' may be.
    ...(content.end === 'stopped' ? withholdBoards(ids, now) : []),
    ...deleteSuperseded(...ids),
  ]);
}

function insertEndsOf(
  boardIds: readonly string[],
  template: DeliveryTemplate,
  states: readonly string[],
): Statement {
  const rows = boardIds.map((watchId) => [deliveryId({ ...template, watchId }), watchId]);
  return sql`with planned (id, watch_id) as (values ${bulk(rows)})
    insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at)
    select p.id, w.id, ${cellsOf(template)} from planned p join watches w on w.id = p.watch_id
    where w.state in (${join(states)})
    on conflict do nothing`;
}

export function boardDelivery(board: BoardNotice & { readonly boardId: string }): NewDelivery {
  return { ...noticesOnBoards(board), watchId: board.boardId };
}

interface BoardNotice {
  readonly kind: NewDelivery['kind'];
  readonly now: number;
  readonly dueAt?: number;
}

function noticesOnBoards({ kind, now, dueAt = now }: BoardNotice): DeliveryTemplate {
  return { kind, scan: 0, content: null, now, dueAt };
}

/** The board of a watch; null for a watch with a message of its own. */
export async function boardOf(database: Database, watchId: string): Promise<string | null> {
  const [row] = await database.query(sql`select board_id from watches where id = ${watchId}`);
  const boardId = row?.['board_id'];
  return typeof boardId === 'string' ? boardId : null;
}

/** In the order in which the images were named. */
export async function readLines(database: Database, boardId: string): Promise<readonly BoardLine[]> {
  const rows = await database.query(
    sql`select m.content, t.reference, r.body from watches m join targets t on t.id = m.target_id
      left join reports r on r.id = m.report_id where m.board_id = ${boardId} order by m.position, m.id`,
  );
  return rows.map(toLine);
}

const lineRow = z.object({
  content: z.string(),
  reference: z.string().nullable(),
  body: z.string().nullable(),
});

function toLine(row: Row): BoardLine {
  const { content: written, reference, body } = lineRow.parse(row);
  // Written only by this file and saveReport.
  const content = JSON.parse(written) as DeliveryContent;
  const report = body === null ? null : (JSON.parse(body) as Report | { readonly kind: 'diagnosis' });
  return { target: parseTarget(reference), content, report: report?.kind === 'image' ? report : null };
}

/** A report came or timed out: boards that show it are rendered again, and their ends are due. */
export async function showReport(
  database: Database,
  { id, isFailed, now }: { readonly id: string; readonly isFailed: boolean; readonly now: number },
): Promise<readonly Statement[]> {
  const rows = await database.query(
    sql`select id, board_id, content from watches where report_id = ${id} and board_id is not null`,
  );
  return rows.flatMap((row) => {
    const { id: watchId, board_id: boardId, content: written } = shownRow.parse(row);
    const content = JSON.parse(written) as DeliveryContent;
    return [
      ...(isFailed ? recordFailures({ lines: [{ watchId, boardId }], content, now }, id) : []),
      ...renderBoards([boardId], now),
      sql`update deliveries set due_at = ${now} where watch_id = ${boardId} and kind in ('final', 'completion')
        and state = 'pending' and attempts = 0 and due_at > ${now} and not exists (
          select 1 from ${AWAITED_REPORTS})`,
      ...withholdBoards([boardId], now),
      ...deleteSuperseded(boardId),
    ];
  });
}

const shownRow = z.object({ id: z.string(), board_id: z.string(), content: z.string() });
