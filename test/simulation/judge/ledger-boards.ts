import { sql } from '../../../src/store/sql.ts';
/** The boards as they really were. */

type Row = Readonly<Record<string, unknown>>;

export interface BoardRecord {
  readonly id: string;
  readonly channel: string;
  readonly bornAt: number;
  /** As the store has it: active, scan-ended, stopped, undeliverable. */
  state: string;
  endedAt: number | null;
  /** A person requested to stop all of it; the outcome is another matter. */
  isStopRequested: boolean;
}

export const BOARDS = sql`select id, channel, state from messages where is_board = 1 order by id`;

export function noteBoard(boards: Map<string, BoardRecord>, row: Row, at: number): void {
  const id = String(row['id']);
  const state = String(row['state']);
  const known: BoardRecord = boards.get(id) ?? {
    ...{ id, channel: String(row['channel']), bornAt: at },
    ...{ state: 'active', endedAt: null, isStopRequested: false },
  };
  boards.set(id, known);
  if (known.state === 'active' && state !== 'active') known.endedAt = at;
  known.state = state;
}
