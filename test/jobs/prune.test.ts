import { describe, expect, it } from 'vitest';
import { prune } from '../../src/jobs/prune.ts';
import { claimEvent } from '../../src/store/inbox.ts';
import { findWatch } from '../../src/store/watches.ts';
import { ended, HOUR, NOON } from '../support/observations.ts';
import { makeFaulty, openMemory } from '../support/memory.ts';
import { readNow, SILENT_LOG, watching } from '../support/store.ts';
import { sql } from '../../src/store/sql.ts';

const MONTH = 30 * 24 * HOUR;
const YEAR = 365 * 24 * HOUR;

describe('a sweep', () => {
  it('keeps what is younger than a month, and forgets what is older', async () => {
    const database = await openMemory();
    const id = await watching(database);
    await readNow(database, ended(12, 12));
    await database.query(sql`update deliveries set state = 'sent'`);
    await claimEvent(database, { id: 'Ev1', body: '{}', at: NOON });
    await prune({ database, now: () => NOON + MONTH, log: SILENT_LOG, retentionMs: YEAR });
    expect(await findWatch(database, id)).not.toBeNull();
    await prune({ database, now: () => NOON + MONTH + 1, log: SILENT_LOG, retentionMs: YEAR });
    expect(await findWatch(database, id)).toBeNull();
    expect(await database.query(sql`select * from events`)).toEqual([]);
  });

  it('forgets what ended before the retention where that is shorter', async () => {
    const database = await openMemory();
    const id = await watching(database);
    await readNow(database, ended(12, 12));
    await database.query(sql`update deliveries set state = 'sent'`);
    await prune({ database, now: () => NOON + 2 * HOUR, log: SILENT_LOG, retentionMs: HOUR });
    expect(await findWatch(database, id)).toBeNull();
  });

  it('keeps a year of scans, and what was scanned but nobody asked for since no longer', async () => {
    const database = await openMemory();
    await watching(database);
    await readNow(database, ended(12, 12));
    await database.query(sql`update deliveries set state = 'sent'`);
    const sweepAfter = (ms: number) =>
      prune({ database, now: () => NOON + ms, log: SILENT_LOG, retentionMs: YEAR });
    const scans = () => database.query(sql`select number from scans`);
    await sweepAfter(365 * 24 * HOUR);
    expect(await scans()).toHaveLength(1);
    await sweepAfter(366 * 24 * HOUR);
    expect(await scans()).toEqual([]);
    expect(await database.query(sql`select id from targets`)).toEqual([]);
  });

  it('keeps ten scans of what is watched, however old', async () => {
    const database = await openMemory();
    await watching(database);
    await readNow(database, ended(12, 12));
    await watching(database, { now: NOON + 2 * YEAR });
    for (let number = 2; number <= 12; number += 1)
      await database.query(
        sql`insert into scans (target_id, number, started_at, ended_at, snapshot)
          select target_id, ${number}, started_at, ended_at, snapshot from scans where number = 1`,
      );
    await prune({ database, now: () => NOON + 2 * YEAR, log: SILENT_LOG, retentionMs: YEAR });
    const kept = await database.query(sql`select number from scans order by number`);
    expect(kept.map(({ number }) => number)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it.each(['delete from messages', 'delete from scans'])(
    'rejects where the database does: %s',
    async (part) => {
      const database = makeFaulty(await openMemory());
      database.failOn(part);
      await expect(prune({ database, now: () => NOON, log: SILENT_LOG, retentionMs: YEAR })).rejects.toThrow(
        'disk I/O error',
      );
    },
  );
});
