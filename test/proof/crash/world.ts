/** A fake Slack, a simulated Console and the spawned program on a file database between them, to be killed at will. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';

import type { SimulatedConsole } from '../../../src/demo/console/simulated-console.ts';
import { createScope } from '../../support/directory.ts';
import type { FakeSlack } from '../../support/fake-slack/fake-slack.ts';
import type { Program } from '../../support/program/program.ts';
import { openFakeWorld } from '../../support/program/program-world.ts';

export interface CrashWorld {
  readonly slack: FakeSlack;
  readonly console: SimulatedConsole;
  /** The one that runs now, or ran last. */
  readonly program: () => Program;
  /** Starts it, to be killed at its n-th point if that is given; resolves when it is connected, or dead. */
  readonly start: (killAt?: number) => Promise<void>;
  /** SIGKILL, now. */
  readonly kill: () => Promise<void>;
  /** Makes a dead program's leases old, as if the machine had been off for this long. */
  readonly elapse: (ms: number) => void;
  /** Puts the Console's clock forward, and with it every scan. */
  readonly forward: (ms: number) => void;
  /** Times of the program's requests to the Console, by the real clock, epoch ms. */
  readonly countedAt: () => readonly number[];
  readonly query: (sql: string) => readonly Readonly<Record<string, unknown>>[];
  /** Everything that every program so far printed. */
  readonly printed: () => string;
  /** The database and its log as they are on the disk. */
  readonly bytes: () => Promise<Buffer>;
  readonly close: () => Promise<void>;
}

const POINTS = join(import.meta.dirname, 'points.ts');

export async function openCrashWorld(): Promise<CrashWorld> {
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
    program: last,
    start: async (killAt) => {
      const program = world.launch({
        NODE_OPTIONS: `--import=${POINTS}`,
        CRASH_AT: killAt === undefined ? undefined : String(killAt),
        LOG_LEVEL: 'debug',
      });
      while (program.isRunning() && !/connected to Slack/.test(program.output())) await sleep(20);
    },
    kill: async () => {
      last().signal('SIGKILL');
      await last().ended;
    },
    elapse: (ms) => withDatabase((database) => makeOlder(database, ms)),
    forward: (ms) => {
      world.forward(ms);
      clock.note(world.aheadMs(), console.requests.length);
    },
    countedAt: () =>
      clock
        .realTimes(console.requests.map(({ at }) => at))
        .filter((_, index) => console.requests[index]?.query['by'] === undefined),
    query: (sql) => withDatabase((database) => database.prepare(sql).all() as Record<string, unknown>[]),
    printed: () => programs.map(({ output }) => output()).join(''),
    bytes: async () =>
      Buffer.concat(
        await Promise.all([file, `${file}-wal`].map((one) => readFile(one).catch(() => Buffer.of()))),
      ),
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
