/** What the bot costs while all it can watch is being scanned: as many requests and edits as Console and Slack grant. */

import { setTimeout as sleep } from 'node:timers/promises';
import { createFolder, leaveCoreToProgram, startProgram, until } from '../fakes/program.ts';
import { programEnvironment, progressBody, startConsoleServer } from '../fakes/console-server.ts';
import { startSlackServer } from '../fakes/slack-server.ts';
import { fill } from '../poll/fill.ts';
import { atMost, interleave, OURS, type Row } from '../row.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { sql } from '../../src/store/sql.ts';

const SIZES = { targets: 1_000, watches: 10 };
const WATCHES = SIZES.targets * SIZES.watches;
/** The start, its collections and the first burst of requests are over. */
const SETTLE_MS = 30_000;
const MEASURED_MS = 40_000;

export const watched: Row = {
  name: 'watched',
  title: `what the bot costs while ${WATCHES} watches are being polled`,
  figures: [
    { name: 'CPU', unit: '%', goals: [atMost(0.8)] },
    { name: 'requests to the Console', unit: '1/min', goals: [] },
    { name: 'edits in Slack', unit: '1/min', goals: [] },
  ],
  note: `${SIZES.targets} images in ${SIZES.watches} channels each; every response shows that one more image was scanned. ${MEASURED_MS / 1_000} s that begin ${SETTLE_MS / 1_000} s after it is ready, in Socket Mode, with SQLite in a file. By a profile, SQLite takes half of it (its commits 14 %), HTTP to both services 16 % and the collector 8 %; 0.15 % is what the idle bot takes as well.`,
  run: () => interleave({ [OURS]: measure }),
};

async function measure(): Promise<Readonly<Record<string, number>>> {
  leaveCoreToProgram();
  const folder = createFolder();
  await fillFile(`${folder.path}/bench.db`);
  const count = { requests: 0, edits: 0 };
  const slack = await startSlackServer({
    onCall: (method) => void (count.edits += method === 'chat.update' ? 1 : 0),
  });
  let scanned = 0;
  const prisma = await startConsoleServer({
    progressOf: () => {
      count.requests += 1;
      return { body: progressBody({ scanned: (scanned += 1), total: 100_000, isOngoing: true }) };
    },
    results: () => {
      count.requests += 1;
      return [];
    },
  });
  const ports = { slackPort: slack.port, consolePort: prisma.port };
  const program = startProgram('src/main.ts', programEnvironment({ ...ports, folder: folder.path }));
  await until('the start', () => program.printed().includes('"started"'));
  await sleep(SETTLE_MS);
  const before = { ...count, cpu: program.cpuMs(), at: performance.now() };
  await sleep(MEASURED_MS);
  const ms = performance.now() - before.at;
  const cpu = program.cpuMs() - before.cpu;
  const [requests, edits] = [count.requests - before.requests, count.edits - before.edits];
  await program.kill();
  await Promise.all([slack.close(), prisma.close()]);
  folder.remove();
  return {
    CPU: (cpu / ms) * 100,
    'requests to the Console': (requests / ms) * 60_000,
    'edits in Slack': (edits / ms) * 60_000,
  };
}

async function fillFile(file: string): Promise<void> {
  const database = openSqlite(file);
  await migrate(database, readMigrations(), Date.now());
  await database.query(sql`pragma synchronous = off`);
  await fill(database, SIZES);
  await database.close();
}
