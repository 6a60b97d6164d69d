import { describe, expect, it } from 'vitest';
import { prune } from '../../src/jobs/prune.ts';
import { claimEvent } from '../../src/store/inbox.ts';
import { findWatch } from '../../src/store/watches.ts';
import { ended, HOUR, NOON } from '../support/observations.ts';
import { useMemory } from '../support/memory.ts';
import { readNow, SILENT_LOG, watching } from '../support/store.ts';
import { sql } from '../../src/store/sql.ts';

const MONTH = 30 * 24 * HOUR;
const YEAR = 365 * 24 * HOUR;

const database = useMemory();

/** The id of a watch whose scan ended at noon, and whose messages are sent. */
async function watchedToItsEnd(): Promise<string> {
  const id = await watching(database);
  await readNow(database, ended(12, 12));
  await database.query(sql`update deliveries set state = 'sent'`);
  return id;
}

const sweepAfter = (ms: number, retentionMs = YEAR) =>
  prune({ database, now: () => NOON + ms, log: SILENT_LOG, retentionMs });

describe('a sweep', () => {
  it('keeps what is younger than a month, and forgets what is older', async () => {
    const id = await watchedToItsEnd();
    await claimEvent(database, { id: 'Ev1', body: '{}', at: NOON });
    await sweepAfter(MONTH);
    expect(await findWatch(database, id)).not.toBeNull();
    await sweepAfter(MONTH + 1);
    expect(await findWatch(database, id)).toBeNull();
    expect(await database.query(sql`select * from events`)).toEqual([]);
  });

  it('forgets what ended before the retention where that is shorter', async () => {
    const id = await watchedToItsEnd();
    await sweepAfter(2 * HOUR, HOUR);
    expect(await findWatch(database, id)).toBeNull();
  });

  it('keeps a year of scans, and what was scanned but nobody asked for since no longer', async () => {
    await watchedToItsEnd();
    const scans = () => database.query(sql`select number from scans`);
    await sweepAfter(YEAR);
    expect(await scans()).toHaveLength(1);
    await sweepAfter(366 * 24 * HOUR);
    expect(await scans()).toEqual([]);
    expect(await database.query(sql`select id from targets`)).toEqual([]);
  });

  it('keeps ten scans of what is watched, however old', async () => {
    await watching(database);
    await readNow(database, ended(12, 12));
    await watching(database, { now: NOON + 2 * YEAR });
    for (let number = 2; number <= 12; number += 1)
      await database.query(
        sql`insert into scans (target_id, number, started_at, ended_at, snapshot)
          select target_id, ${number}, started_at, ended_at, snapshot from scans where number = 1`,
      );
    await sweepAfter(2 * YEAR);
    const kept = await database.query(sql`select number from scans order by number`);
    expect(kept.map(({ number }) => number)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it.each(['delete from messages', 'delete from scans'])(
    'rejects where the database does: %s',
    async (part) => {
      database.failOn(part);
      await expect(sweepAfter(0)).rejects.toThrow('disk I/O error');
    },
  );
});
