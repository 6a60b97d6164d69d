/**
 * Three replicas on one PostgreSQL, with a Console that responds after 200 ms and sets no limit: how many polls they make
 * beside one, and when the targets of one that is killed are polled again.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fill } from '../poll/fill.ts';
import { atMost, interleave, OURS, type Row } from '../row.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openPostgres } from '../../src/store/drivers/postgres.ts';
import { sql } from '../../src/store/sql.ts';
import { startPostgres } from '../../test/support/postgres.ts';

const ONE = 'one replica';
const POLLS = 'polls';
const TAKEOVER = 'takeover';
const FOLDER = join(import.meta.dirname, '../poll');
const RESPONSE_MS = 200;
/** More than three replicas poll in that time: each is due once. */
const TARGETS = 4_000;
const MEASURED_MS = 6_000;
/** As `POLL_CRON` has it by default. */
const TICK_MS = 5_000;
const DUE_AT_ONCE = 40;

export const replicas: Row = {
  name: 'replicas',
  title: `three replicas on PostgreSQL, with a Console that responds after ${RESPONSE_MS} ms`,
  figures: [
    { name: POLLS, unit: '1/s', goals: [{ bound: 'at-least', value: 2.7, rival: ONE }] },
    { name: TAKEOVER, unit: 's', goals: [atMost(15)] },
  ],
  note: `Each has 24 polls in flight, so one makes ${24_000 / RESPONSE_MS} a second at most. Takeover: one of two is killed with polls in flight, ticks are ${TICK_MS / 1_000} s apart, and the last of its targets is leased by the other. All run on the two cores of this machine, with PostgreSQL. Each poll makes three transactions, and writers take turns by one lock: the cores are idle for a third of the time meanwhile.`,
  run: () =>
    withServers((servers) =>
      interleave({ [OURS]: () => measureThree(servers), [ONE]: () => measure(servers, 1) }),
    ),
};

interface Servers {
  readonly database: Database;
  readonly url: string;
  readonly consoleUrl: string;
}

async function withServers<T>(use: (servers: Servers) => Promise<T>): Promise<T> {
  const postgres = await startPostgres();
  if (postgres === null) throw new Error('this row needs PostgreSQL');
  const console_ = spawn(process.execPath, [join(FOLDER, 'console.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(console_.stdout, 'data')) as [Buffer];
    const consoleUrl = `http://127.0.0.1:${String(port).trim()}`;
    const url = await postgres.createDatabase();
    const database = await openPostgres(url);
    await migrate(database, readMigrations(), Date.now());
    await fill(database, { targets: TARGETS, watches: 1 });
    await countRequests(`${consoleUrl}/set?delay=${RESPONSE_MS}&step=1`);
    const result = await use({ database, url, consoleUrl });
    await database.close();
    return result;
  } finally {
    console_.kill();
    await postgres.remove();
  }
}

async function measureThree(servers: Servers): Promise<Readonly<Record<string, number>>> {
  return { ...(await measure(servers, 3)), [TAKEOVER]: await measureTakeover(servers) };
}

async function measure(servers: Servers, count: number): Promise<Readonly<Record<string, number>>> {
  const { database, consoleUrl } = servers;
  await database.query(sql`update targets set next_poll_at = null, lease_owner = null, lease_until = null`);
  await vacuum(servers);
  const processes = await startReplicas(servers, { count, tickMs: 0 });
  await database.query(sql`update targets set next_poll_at = 0`);
  // The first statements of each are prepared meanwhile.
  await sleep(1_000);
  const [before, from] = [await countRequests(`${consoleUrl}/set`), performance.now()];
  await sleep(MEASURED_MS);
  const requests = (await countRequests(`${consoleUrl}/set`)) - before;
  const polls = (requests * 1_000) / (performance.now() - from);
  await Promise.all(processes.map(kill));
  return { [POLLS]: polls };
}

/** As autovacuum does each minute: a round leaves ten dead rows for each living one. */
async function vacuum({ url }: Servers): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}

async function measureTakeover(servers: Servers): Promise<number> {
  const { database } = servers;
  await database.query(sql`update targets set next_poll_at = null, lease_owner = null, lease_until = null`);
  const [first, ...others] = await startReplicas(servers, { count: 2, tickMs: TICK_MS });
  await database.query(
    sql`update targets set next_poll_at = 0 where id in (select id from targets order by id limit ${DUE_AT_ONCE})`,
  );
  const held = sql`select id from targets where lease_owner = 'replica-0'`;
  while ((await database.query(held)).length === 0) await sleep(5);
  const at = performance.now();
  if (first !== undefined) await kill(first);
  while ((await database.query(held)).length > 0) await sleep(50);
  const took = (performance.now() - at) / 1_000;
  await Promise.all(others.map(kill));
  return took;
}

function startReplicas(
  { url, consoleUrl }: Servers,
  { count, tickMs }: { readonly count: number; readonly tickMs: number },
): Promise<readonly ChildProcess[]> {
  const starts = Array.from({ length: count }, async (_, index) => {
    const args = [join(FOLDER, 'replica.ts'), url, consoleUrl, `replica-${index}`, String(tickMs)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  });
  return Promise.all(starts);
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function countRequests(url: string): Promise<number> {
  return Number(await (await fetch(url)).text());
}
