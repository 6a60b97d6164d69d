/** A fake Slack, a simulated Console and the spawned program on a file database between them, to be killed at will. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';

import { createScope } from '../../support/directory.ts';
import { openFakeWorld } from '../../support/program/program-world.ts';

export type CrashWorld = Awaited<ReturnType<typeof openCrashWorld>>;

const POINTS = join(import.meta.dirname, 'points.ts');

export async function openCrashWorld() {
  const scope = createScope();
  const world = await openFakeWorld(scope);
  const { slack, console, directory, programs } = world;
  const file = join(directory, 'scanprogress.db');
  const clock = createConsoleClock();
  const last = () => programs.at(-1)!;
  const withDatabase = <T>(use: (database: BetterSqlite3.Database) => T): T => {
    const database = new BetterSqlite3(file);
    try {
      return use(database);
    } finally {
      database.close();
    }
  };
  return {
    slack,
    console,
    /** The one that runs now, or ran last. */
    program: last,
    /** Starts it, to be killed at its n-th point if that is given; resolves when it is connected, or dead. */
    start: async (killAt?: number): Promise<void> => {
      const program = world.launch({
        NODE_OPTIONS: `--import=${POINTS}`,
        CRASH_AT: killAt === undefined ? undefined : String(killAt),
        LOG_LEVEL: 'debug',
      });
      while (program.isRunning() && !/connected to Slack/.test(program.output())) await sleep(20);
    },
    kill: async (): Promise<void> => {
      last().signal('SIGKILL');
      await last().ended;
    },
    /** Makes a dead program's leases old, as if the machine had been off for this long. */
    elapse: (ms: number) => withDatabase((database) => makeOlder(database, ms)),
    /** Puts the Console's clock forward, and with it every scan. */
    forward: (ms: number): void => {
      world.forward(ms);
      clock.note(world.aheadMs(), console.requests.length);
    },
    /** Times of the program's requests to the Console, by the real clock, epoch ms. */
    countedAt: () =>
      clock
        .realTimes(console.requests.map(({ at }) => at))
        .filter((_, index) => console.requests[index]?.query['by'] === undefined),
    query: (sql: string) =>
      withDatabase((database) => database.prepare(sql).all() as Record<string, unknown>[]),
    /** Everything that every program so far printed. */
    printed: () => programs.map(({ output }) => output()).join(''),
    /** The database and its log as they are on the disk. */
    bytes: async () => {
      const files = [file, `${file}-wal`].map((one) => readFile(one).catch(() => Buffer.of()));
      return Buffer.concat(await Promise.all(files));
    },
    close: scope.close,
  };
}

/** How far the Console's clock was ahead of ours, and from which request on. */
function createConsoleClock() {
  const steps: { readonly from: number; readonly ahead: number }[] = [{ from: 0, ahead: 0 }];
  return {
    note: (ahead: number, from: number) => void steps.push({ from, ahead }),
    realTimes: (times: readonly number[]) =>
      times.map((at, index) => at - (steps.findLast(({ from }) => from <= index)?.ahead ?? 0)),
  };
}

/** Every time of a dead program that something waits for: its leases, and the next of everything. */
const WAITED_FOR = [
  ['targets', ['next_poll_at', 'results_check_at', 'lease_until']],
  ['deliveries', ['due_at', 'attempted_at', 'lease_until']],
  ['events', ['claimed_at']],
] as const;

function makeOlder(database: BetterSqlite3.Database, ms: number): void {
  for (const [table, columns] of WAITED_FOR) {
    const there = database.prepare('select name from pragma_table_info(?)').pluck().all(table);
    // A kill between two migrations leaves some of them out; and nought is no time but a mark.
    const changes = columns
      .filter((column) => there.includes(column))
      .map((column) => `${column} = case when ${column} > 0 then ${column} - ${ms} else ${column} end`);
    if (changes.length > 0) database.exec(`update ${table} set ${changes.join(', ')}`);
  }
}
