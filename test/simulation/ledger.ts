/** The watches as they really were, by the time that passed and not by any clock. */

import { parseTargetState } from '../../src/store/targets.ts';

export interface WatchRecord {
  readonly id: string;
  readonly target: string;
  readonly channel: string;
  readonly bornAt: number;
  /** The program did not know yet that the scan before was over: its end is news to whoever began to watch then. */
  readonly isBornIntoScan: boolean;
  /** As the store has it: active, scan-ended, stopped, expired, undeliverable. */
  state: string;
  endedAt: number | null;
  /** When the first end came of which it must be told; null where there was none. */
  owedAt: number | null;
}

export interface Ledger {
  readonly watches: ReadonlyMap<string, WatchRecord>;
  note(rows: readonly Readonly<Record<string, unknown>>[], at: number): void;
}

export function createLedger(): Ledger {
  const watches = new Map<string, WatchRecord>();
  return {
    watches,
    note(rows, at) {
      for (const row of rows) {
        const id = String(row['id']);
        const state = String(row['state']);
        const known: WatchRecord = watches.get(id) ?? {
          ...toRecord(row),
          id,
          bornAt: at,
          state: 'active',
          endedAt: null,
          owedAt: null,
        };
        watches.set(id, known);
        if (known.state === 'active' && state !== 'active') known.endedAt = at;
        known.state = state;
      }
    },
  };
}

function toRecord(row: Readonly<Record<string, unknown>>) {
  const isBornIntoScan = parseTargetState(String(row['target_state'])).scan !== null;
  return { target: String(row['target_id']), channel: String(row['channel']), isBornIntoScan };
}
