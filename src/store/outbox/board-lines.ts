/**
 * What happens to a watch that a board shows. It has no message of its own: what it would say is kept as its line, and
 * the board is drawn from all of its lines at the moment of sending. The board ends with the last of its watches.
 */

import * as z from 'zod';
import { type BoardLine, sumBoard } from '../../scan/board.ts';
import type { DeliveryContent } from '../../scan/delivery.ts';
import type { Report } from '../../scan/report.ts';
import type { Database, Row, Statement } from '../database.ts';
import {
  deliveryId,
  deleteSuperseded,
  insertDeliveries,
  type NewDelivery,
  redraw,
  type DeliveryTemplate,
  templateParams,
} from './enqueue.ts';
import { chunk, listFrom, rowsFrom } from '../sql.ts';
import { parseTarget } from '../targets.ts';
import { withholdBoards } from './withhold.ts';

/** What a delivery of a board carries: its lines are read when it is sent. */
export const ITS_LINES: DeliveryContent = sumBoard([]);

/** A tick reads the images one after the other: what it finds goes into one edit, and not into one for each. */
export const GATHER_MS = 2_000;

/** A watch alone, or a board and all that is on it; $1 is one of them. */
export const TOGETHER = `(
  select g.id from watches g join watches o on o.id = $1 and coalesce(g.board_id, g.id) = coalesce(o.board_id, o.id))`;

export interface Line {
  readonly watchId: string;
  readonly boardId: string;
}

/** The same for each of the lines, which are on boards of their own. */
interface LineChange {
  readonly lines: readonly Line[];
  readonly content: DeliveryContent;
  readonly now: number;
}

export function updateLines({ lines, content, now }: LineChange): readonly Statement[] {
  const write = chunk(lines.map(({ watchId }) => watchId)).map((ids) => ({
    sql: `update watches set content = $1 where id in (${listFrom(2, ids)})`,
    params: [JSON.stringify(content), ...ids],
  }));
  return [...write, ...renderBoards(boardsOf(lines), now)];
}

export interface LineEnd extends LineChange {
  /** The report that the lines show, and for which the boards' ends wait. */
  readonly reportId: string | null;
}

/** The watches themselves have their ends already. A failure is told at once. */
export function endLines({ lines, content, now, reportId }: LineEnd): readonly Statement[] {
  const isFailed =
    content.end === 'not-started' || (content.end === 'scan-ended' && content.snapshot.state === 'failed');
  const write = chunk(lines.map(({ watchId }) => watchId)).map((ids) => ({
    sql: `update watches set content = $1, report_id = $2 where id in (${listFrom(3, ids)})`,
    params: [JSON.stringify(content), reportId, ...ids],
  }));
  const boardIds = boardsOf(lines);
  return [
    ...write,
    ...renderBoards(boardIds, now),
    ...(isFailed ? recordFailures({ lines, content, now }) : []),
    ...endIfOver(boardIds, { content, now }),
  ];
}

/** Each once. */
function boardsOf(lines: readonly Line[]): readonly string[] {
  return [...new Set(lines.map(({ boardId }) => boardId))];
}

/** Posted once, whether the scan itself or its result tells. */
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
  return redraw(boardIds, noticesOnBoards({ kind: 'update', now, dueAt: now + GATHER_MS }));
}

/** Of the board that the delivery belongs to, whatever line they are for. */
const AWAITED_REPORTS = `watches m join reports r on r.id = m.report_id
  where m.board_id = deliveries.watch_id and r.due_at is not null`;

/**
 * One final state and one post, once none of its watches goes on; nothing is posted where people stopped them all. That a
 * scan could not be started is nobody's wish.
 */
function endIfOver(
  boardIds: readonly string[],
  { content, now }: Pick<LineChange, 'content' | 'now'>,
): readonly Statement[] {
  const itsWatch = 'select 1 from watches m where m.board_id = watches.id';
  return chunk(boardIds).flatMap((ids) => [
    {
      sql: `update watches set ended_at = $1, state = case when $2 <> 'stopped' or exists (
          ${itsWatch} and m.state in ('scan-ended', 'expired')) then 'scan-ended' else 'stopped' end
        where id in (${listFrom(3, ids)}) and state = 'active' and not exists (${itsWatch} and m.state = 'active')`,
      params: [now, content.end, ...ids],
    },
    insertEndsOf(ids, noticesOnBoards({ kind: 'final', now }), ['scan-ended', 'stopped']),
    insertEndsOf(ids, noticesOnBoards({ kind: 'completion', now }), ['scan-ended']),
    {
      // What the scans found belongs to the news that they are over, also that of one which ended before the last.
      sql: `update deliveries set due_at = (select max(r.give_up_at) from ${AWAITED_REPORTS})
        where watch_id in (${listFrom(2, ids)}) and kind in ('final', 'completion')
          and state = 'pending' and attempts = 0 and created_at = $1 and exists (select 1 from ${AWAITED_REPORTS})`,
      params: [now, ...ids],
    },
    // What a scan that has just ended found is not known yet; where people stop the last line, the others' may be.
    ...(content.end === 'stopped' ? withholdBoards(ids, now) : []),
    ...deleteSuperseded(...ids),
  ]);
}

function insertEndsOf(
  boardIds: readonly string[],
  told: DeliveryTemplate,
  states: readonly string[],
): Statement {
  const rows = boardIds.map((watchId) => [deliveryId({ ...told, watchId }), watchId]);
  return {
    sql: `with planned (id, watch_id) as (values ${rowsFrom(6, rows)})
      insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at)
      select p.id, w.id, $1, $2, 'pending', $3, $4, $5 from planned p join watches w on w.id = p.watch_id
      where w.state in (${states.map((state) => `'${state}'`).join(', ')})
      on conflict do nothing`,
    params: [...templateParams(told), ...rows.flat()],
  };
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
  return { kind, scan: 0, content: ITS_LINES, now, dueAt };
}

/** The board whose line the watch is; null for one with a message of its own. */
export async function boardOf(database: Database, watchId: string): Promise<string | null> {
  const [row] = await database.query('select board_id from watches where id = $1', [watchId]);
  const boardId = row?.['board_id'];
  return typeof boardId === 'string' ? boardId : null;
}

/** In the order in which they were named. */
export async function readLines(database: Database, boardId: string): Promise<readonly BoardLine[]> {
  const rows = await database.query(
    `select m.content, t.reference, r.body from watches m join targets t on t.id = m.target_id
      left join reports r on r.id = m.report_id where m.board_id = $1 order by m.position, m.id`,
    [boardId],
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
  // Written by this file, and by saveReport alone.
  const content = JSON.parse(written) as DeliveryContent;
  const report = body === null ? null : (JSON.parse(body) as Report | { readonly kind: 'diagnosis' });
  return { target: parseTarget(reference), content, report: report?.kind === 'image' ? report : null };
}

/** The Console told, or has told nothing in time: boards that show the report are drawn anew, and their ends wait no more. */
export async function showReport(
  database: Database,
  { id, isFailed, now }: { readonly id: string; readonly isFailed: boolean; readonly now: number },
): Promise<readonly Statement[]> {
  const rows = await database.query(
    'select id, board_id, content from watches where report_id = $1 and board_id is not null',
    [id],
  );
  return rows.flatMap((row) => {
    const { id: watchId, board_id: boardId, content: written } = shownRow.parse(row);
    const content = JSON.parse(written) as DeliveryContent;
    return [
      ...(isFailed ? recordFailures({ lines: [{ watchId, boardId }], content, now }, id) : []),
      ...renderBoards([boardId], now),
      {
        sql: `update deliveries set due_at = $2 where watch_id = $1 and kind in ('final', 'completion')
          and state = 'pending' and attempts = 0 and due_at > $2 and not exists (select 1 from ${AWAITED_REPORTS})`,
        params: [boardId, now],
      },
      ...withholdBoards([boardId], now),
      ...deleteSuperseded(boardId),
    ];
  });
}

const shownRow = z.object({ id: z.string(), board_id: z.string(), content: z.string() });
