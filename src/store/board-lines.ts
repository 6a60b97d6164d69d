/**
 * What happens to a watch that a board shows. It has no message of its own: what it would say is kept as its line, and
 * the board is drawn from all of its lines at the moment of sending. The board ends with the last of its watches.
 */

import * as z from 'zod';
import { type BoardLine, sumBoard } from '../scan/board.ts';
import type { DeliveryContent } from '../scan/delivery.ts';
import type { Report } from '../scan/report.ts';
import type { Database, Row, Statement } from './database.ts';
import { dropOvertaken, insertDelivery, insertParams, type NewDelivery, redraw } from './deliveries.ts';
import { parseTarget } from './targets.ts';

/** What a delivery of a board carries: its lines are read when it is sent. */
const ITS_LINES: DeliveryContent = sumBoard([]);

/** A tick reads the images one after the other: what it finds goes into one edit, and not into one for each. */
export const GATHER_MS = 2_000;

interface LineChange {
  readonly watchId: string;
  readonly boardId: string;
  readonly content: DeliveryContent;
  readonly now: number;
}

export function updateLine({ watchId, boardId, content, now }: LineChange): readonly Statement[] {
  return [
    { sql: 'update watches set line = $2 where id = $1', params: [watchId, JSON.stringify(content)] },
    ...drawBoard(boardId, now),
  ];
}

export interface LineEnd extends LineChange {
  /** The report that its line shows, and for which the board's end waits. */
  readonly reportId: string | null;
}

/** The watch itself has its end already. A failure is told at once. */
export function endLine({ watchId, boardId, content, now, reportId }: LineEnd): readonly Statement[] {
  const isFailed =
    content.end === 'not-started' || (content.end === 'scan-ended' && content.snapshot.state === 'failed');
  return [
    lockBoard(boardId),
    {
      sql: 'update watches set line = $2, report_id = $3 where id = $1',
      params: [watchId, JSON.stringify(content), reportId],
    },
    ...drawBoard(boardId, now),
    ...(isFailed ? [failureNotice({ watchId, boardId, content, now })] : []),
    ...endIfOver({ watchId, boardId, content, now }),
  ];
}

/** Posted once, whether the scan itself or its result tells. */
function failureNotice(
  { watchId, boardId, content, now }: LineChange,
  reportId: string | null = null,
): Statement {
  return insertDelivery({
    watchId: boardId,
    memberId: watchId,
    kind: 'notice',
    topic: 'failed',
    scan: content.snapshot.scan,
    content: { ...content, notice: 'failed' },
    now,
    dueAt: now,
    reportId,
  });
}

/** Two watches that end at once must not each take the other for one that goes on. */
function lockBoard(boardId: string): Statement {
  return { sql: 'update watches set queued = queued where id = $1', params: [boardId] };
}

function drawBoard(boardId: string, now: number): readonly Statement[] {
  return redraw(boardDelivery({ boardId, kind: 'update', now, dueAt: now + GATHER_MS }));
}

/** Whatever line they belong to; $1 is the board. */
const AWAITED_REPORTS = `watches m join reports r on r.id = m.report_id where m.board_id = $1 and r.due_at is not null`;

/**
 * One final state and one post, once none of its watches goes on; nothing is posted where people stopped them all. That a
 * scan could not be started is nobody's wish.
 */
function endIfOver({ boardId, content, now }: LineChange): readonly Statement[] {
  return [
    {
      sql: `update watches set ended_at = $2, state = case when $3 <> 'stopped' or exists (
          select 1 from watches m where m.board_id = $1 and m.state in ('scan-ended', 'expired')) then 'scan-ended' else 'stopped' end
        where id = $1 and state = 'active'
          and not exists (select 1 from watches m where m.board_id = $1 and m.state = 'active')`,
      params: [boardId, now, content.end],
    },
    insertEndOf(boardDelivery({ boardId, kind: 'final', now }), ['scan-ended', 'stopped']),
    insertEndOf(boardDelivery({ boardId, kind: 'completion', now }), ['scan-ended']),
    {
      // What the scans found belongs to the news that they are over, also that of one which ended before the last.
      sql: `update deliveries set due_at = (select max(r.until) from ${AWAITED_REPORTS})
        where watch_id = $1 and kind in ('final', 'completion')
          and state = 'pending' and attempts = 0 and created_at = $2 and exists (select 1 from ${AWAITED_REPORTS})`,
      params: [boardId, now],
    },
    ...dropOvertaken(boardId),
  ];
}

function insertEndOf(delivery: NewDelivery, states: readonly string[]): Statement {
  return {
    sql: `insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at)
      select $1, w.id, $3, $4, 'pending', $5, $6, $7 from watches w
      where w.id = $2 and w.state in (${states.map((state) => `'${state}'`).join(', ')})
      on conflict do nothing`,
    params: insertParams(delivery),
  };
}

export function boardDelivery(board: {
  readonly boardId: string;
  readonly kind: NewDelivery['kind'];
  readonly now: number;
  readonly dueAt?: number;
}): NewDelivery {
  const { boardId, kind, now, dueAt = now } = board;
  return { watchId: boardId, kind, scan: 0, content: ITS_LINES, now, dueAt };
}

/** Somebody stopped the watch: its line says so, and the board may be over. */
export function stopLine({ watchId, boardId, content, now }: LineChange): readonly Statement[] {
  return endLine({ watchId, boardId, content, now, reportId: null });
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
    `select m.line, t.reference, r.body from watches m join targets t on t.id = m.target_id
      left join reports r on r.id = m.report_id where m.board_id = $1 order by m.position, m.id`,
    [boardId],
  );
  return rows.map(toLine);
}

const lineRow = z.object({
  line: z.string(),
  reference: z.string().nullable(),
  body: z.string().nullable(),
});

function toLine(row: Row): BoardLine {
  const { line, reference, body } = lineRow.parse(row);
  // Written by this file, and by saveReport alone.
  const content = JSON.parse(line) as DeliveryContent;
  const report = body === null ? null : (JSON.parse(body) as Report | { readonly kind: 'diagnosis' });
  return { target: parseTarget(reference), content, report: report?.kind === 'image' ? report : null };
}

/** The Console told, or has told nothing in time: boards that show the report are drawn anew, and their ends wait no more. */
export async function showReport(
  database: Database,
  { id, isFailed, now }: { readonly id: string; readonly isFailed: boolean; readonly now: number },
): Promise<readonly Statement[]> {
  const rows = await database.query(
    'select id, board_id, line from watches where report_id = $1 and board_id is not null',
    [id],
  );
  return rows.flatMap((row) => {
    const { id: watchId, board_id: boardId, line } = shownRow.parse(row);
    const content = JSON.parse(line) as DeliveryContent;
    return [
      ...(isFailed ? [failureNotice({ watchId, boardId, content, now }, id)] : []),
      ...drawBoard(boardId, now),
      {
        sql: `update deliveries set due_at = $2 where watch_id = $1 and kind in ('final', 'completion')
          and state = 'pending' and attempts = 0 and due_at > $2 and not exists (select 1 from ${AWAITED_REPORTS})`,
        params: [boardId, now],
      },
      ...dropOvertaken(boardId),
    ];
  });
}

const shownRow = z.object({ id: z.string(), board_id: z.string(), line: z.string() });
