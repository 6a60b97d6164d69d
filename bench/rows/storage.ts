/** What the database holds of each watch: 1,000 images, each watched in ten channels, by the store's own functions. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { callApart } from '../apart.ts';
import { fill as fillByHand } from '../poll/by-hand.ts';
import { fill } from '../poll/fill.ts';
import { atMost, interleave, OURS, type Row } from '../row.ts';
import { planPoll } from '../../src/scan/plan.ts';
import type { Observation, RegistryProgress } from '../../src/scan/snapshot.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { leaseDeliveries } from '../../src/store/outbox/lease.ts';
import { settleEdited, settlePosted } from '../../src/store/outbox/settle.ts';
import { recordPlan } from '../../src/store/record-plan.ts';
import { sql } from '../../src/store/sql.ts';
import { leaseDueTargets } from '../../src/store/targets.ts';
import { watchesOfTarget } from '../../src/store/watches.ts';

const SIZES = { targets: 1_000, watches: 10 };
const WATCHES = SIZES.targets * SIZES.watches;
const SETTINGS = { stallAfterMs: 600_000, watchTtlMs: 86_400_000, reportWaitMs: 0 };
const MINUTE = 60_000;
const OWNER = 'bench';

const FRESH = 'its scan is awaited';
const FOLLOWED = 'its scan is followed';
const WAITING = 'an edit waits';
const OVER = 'its scan has ended';
const FILE = 'the file by then';

type Figures = Readonly<Record<string, number>>;

export const storage: Row = {
  name: 'storage',
  title: `bytes of the database for each of ${WATCHES} watches`,
  figures: [
    { name: FRESH, unit: 'bytes', goals: [] },
    { name: FOLLOWED, unit: 'bytes', goals: [atMost(600)] },
    { name: WAITING, unit: 'bytes', goals: [] },
    { name: OVER, unit: 'bytes', goals: [] },
    { name: FILE, unit: 'bytes', goals: [] },
  ],
  note: `${SIZES.targets} images in ${SIZES.watches} channels each; the share of their targets is in it. By hand: the four tables of \`poll\`, which know no thread, no follower and no end. Followed: its message was posted and edited, and no edit waits; free pages, which the next posts and edits take, are not counted. Of a followed one, \`TABLES=1\` shows: its row 128, the index of active watches 25, of those of a target 19, three indexes of ids 76; its message 81; its follower 35 and two indexes 47; a tenth of its target 114 and of that one’s scan 49, with indexes. An ended one has the snapshot of its end, 600 bytes, until it is pruned after 30 days.`,
  run: () => interleave({ [OURS]: () => apart('measureOurs'), 'by hand': () => apart('measureByHand') }),
};

function apart(exported: string): Promise<Figures> {
  return Promise.resolve(callApart({ file: import.meta.filename, exported, args: [] }) as Figures);
}

/** Called apart. */
export async function measureOurs(): Promise<Figures> {
  return inFolder(async (file) => {
    const database = openSqlite(file);
    await migrate(database, readMigrations(), Date.now());
    const figures: Record<string, number> = {};
    const note = async (name: string): Promise<void> => {
      await database.query(sql`pragma wal_checkpoint(truncate)`);
      figures[name] = usedBytesOf(file) / WATCHES;
      if (process.env['TABLES'] !== undefined) console.table(tablesOf(file));
    };
    await database.query(sql`pragma synchronous = off`);
    await fill(database, SIZES);
    await note(FRESH);
    let now = Date.now() + MINUTE;
    for (const scanned of [100, 200]) {
      await poll(database, { now: (now += MINUTE), scanned });
      await edit(database, (now += MINUTE));
    }
    await note(FOLLOWED);
    await poll(database, { now: (now += MINUTE), scanned: 300 });
    await note(WAITING);
    await poll(database, { now: (now += MINUTE), scanned: TOTAL });
    while ((await post(database, (now += MINUTE))) > 0);
    await edit(database, now + MINUTE);
    await note(OVER);
    figures[FILE] = statSync(file).size / WATCHES;
    await database.close();
    return figures;
  });
}

/** Called apart. */
export function measureByHand(): Promise<Figures> {
  return inFolder((file) => {
    const database = new BetterSqlite3(file);
    fillByHand(database, SIZES);
    database.exec('vacuum');
    const followed = statSync(file).size / WATCHES;
    database.close();
    return Promise.resolve({ [FOLLOWED]: followed });
  });
}

async function inFolder(use: (file: string) => Promise<Figures>): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'scanprogress-bench-storage-'));
  try {
    return await use(join(folder, 'bot.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without pages that are free again: what is inserted next takes them. */
function usedBytesOf(file: string): number {
  const database = new BetterSqlite3(file, { readonly: true });
  const value = (name: string): number => Number(database.pragma(name, { simple: true }));
  const pages = value('page_count') - value('freelist_count');
  const bytes = pages * value('page_size');
  database.close();
  return bytes;
}

/** `TABLES=1`: where the bytes are. */
function tablesOf(file: string): readonly unknown[] {
  const database = new BetterSqlite3(file, { readonly: true });
  const rows = database
    .prepare(
      'select name, sum(pgsize) / ? as bytes from dbstat group by name having bytes > 1 order by bytes desc',
    )
    .all(WATCHES);
  database.close();
  return rows;
}

const TOTAL = 1_000;

/** Of all targets; complete is over. */
async function poll(
  database: Database,
  { now, scanned }: { readonly now: number; readonly scanned: number },
): Promise<void> {
  await database.query(sql`update targets set next_poll_at = 0`);
  const lease = { owner: OWNER, now, leaseMs: MINUTE, limit: SIZES.targets, dueBy: now };
  const observation: Observation = {
    kind: 'progress',
    at: now,
    consoleAt: now,
    registries: [elementWith(scanned)],
  };
  for (const { id, target, state, version } of await leaseDueTargets(database, lease)) {
    const watches = await watchesOfTarget(database, id);
    const plan = planPoll({ target, state, observation, watches, settings: SETTINGS, random: 0 });
    await recordPlan(database, { plan, targetId: id, owner: OWNER, version, now });
  }
}

/** With the titles that the Console has. */
function elementWith(scanned: number): RegistryProgress {
  const host = 'registry registry.example.com';
  const step = { scanned: 4, total: 4, title: '', error: '' };
  const discovery = `Step 1/2 discovering tags in ${host}: Discovered tags in 4/4 repositories with 1 Defenders`;
  const images = `Step 2/2 scanning images in ${host}: Scanned ${scanned}/${TOTAL} images with 1 Defender`;
  return {
    host: 'registry.example.com',
    discovery: { ...step, title: discovery },
    images: { ...step, scanned, total: TOTAL, title: images },
    isOngoing: scanned < TOTAL,
    startedAt: Date.UTC(2026, 0, 1),
  };
}

async function edit(database: Database, now: number): Promise<void> {
  const lease = { owner: OWNER, now, leaseMs: MINUTE, limit: WATCHES, channelPauseMs: 0 };
  for (const delivery of await leaseDeliveries(database, { ...lease, kinds: ['update', 'final'] }))
    await settleEdited(database, { delivery, owner: OWNER, now });
}

async function post(database: Database, now: number): Promise<number> {
  const lease = { owner: OWNER, now, leaseMs: MINUTE, limit: WATCHES, channelPauseMs: 1_000 };
  const leased = await leaseDeliveries(database, { ...lease, kinds: ['completion', 'notice', 'live'] });
  for (const delivery of leased)
    await settlePosted(database, { delivery, owner: OWNER, now }, '1700000000.000002');
  return leased.length;
}
