/**
 * A minimal poller for comparison: a loop, a pool, four tables, a commit for fifty responses. No leases, no history, no
 * ends.
 */

import BetterSqlite3 from 'better-sqlite3';
import { Pool } from 'undici';
import * as z from 'zod';
import type { Sizes, Tick } from './measure.ts';

const AT_ONCE = 8;
const A_COMMIT = 50;
const step = z.looseObject({
  total: z.int().optional(),
  scanned: z.int().optional(),
  title: z.string().optional(),
});
const wire = z.array(z.looseObject({ imageScan: step.optional(), isScanOngoing: z.boolean().optional() }));

interface Answer {
  readonly id: number;
  readonly body: string;
  readonly scanned: number;
  readonly isChanged: boolean;
}

export function createTick(file: string, consoleUrl: string, sizes: Sizes): Tick {
  const database = new BetterSqlite3(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  fill(database, sizes);
  const save = createSave(database);
  const pool = new Pool(consoleUrl, { connections: AT_ONCE });
  const seen = new Map<number, number>();

  async function read(id: number): Promise<Answer> {
    const path = `/api/v33.03/registry/progress?onDemand=true&registry=registry.example.com&repo=team/app${id}&tag=1.0`;
    const response = await pool.request({ path, method: 'GET', headers: { authorization: 'Basic dTpw' } });
    const body = await response.body.text();
    const scanned = wire.parse(JSON.parse(body))[0]?.imageScan?.scanned ?? 0;
    const isChanged = seen.get(id) !== scanned;
    seen.set(id, scanned);
    return { id, body, scanned, isChanged };
  }

  async function tick(): Promise<void> {
    let next = 0;
    let answers: Answer[] = [];
    const work = async (): Promise<void> => {
      while (next < sizes.targets) {
        answers.push(await read(next++));
        if (answers.length >= A_COMMIT) save(answers.splice(0));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    save(answers);
    answers = [];
  }
  return () => Promise.resolve(tick);
}

export function fill(database: BetterSqlite3.Database, { targets, watches }: Sizes): void {
  database.exec(`
    create table targets (id integer primary key, state text not null, polled_at integer, next_at integer);
    create table watches (id integer primary key, target_id integer not null, channel text not null, ts text);
    create index watches_of_target on watches (target_id);
    create table outbox (watch_id integer primary key, content text, due_at integer not null);
    create index outbox_due on outbox (due_at);`);
  const target = database.prepare(`insert into targets values (?, '', 0, 0)`);
  const watch = database.prepare(`insert into watches values (?, ?, ?, '1700000000.000001')`);
  database.transaction(() => {
    for (let id = 0; id < targets; id += 1) target.run(id);
    for (let id = 0; id < targets * watches; id += 1) watch.run(id, id % targets, `C${id}`);
  })();
}

function createSave(database: BetterSqlite3.Database): (answers: readonly Answer[]) => void {
  const save = database.prepare('update targets set state = ?, polled_at = ?, next_at = ? where id = ?');
  const touch = database.prepare('update targets set polled_at = ?, next_at = ? where id = ?');
  const enqueue = database.prepare(`insert into outbox select id, null, ? from watches where target_id = ?
    on conflict (watch_id) do update set due_at = excluded.due_at`);
  return database.transaction((answers: readonly Answer[]) => {
    const now = Date.now();
    for (const { id, body, isChanged } of answers) {
      if (isChanged) {
        save.run(body, now, now + 10_000, id);
        enqueue.run(now, id);
      } else touch.run(now, now + 10_000, id);
    }
  });
}
