/** What the bot costs before anybody uses it: from its start to ready, and while it waits. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createFolder,
  leaveCoreToProgram,
  type MeasuredProgram,
  startProgram,
  until,
} from '../fakes/program.ts';
import { programEnvironment, startConsoleServer } from '../fakes/console-server.ts';
import { startSlackServer } from '../fakes/slack-server.ts';
import { atMost, interleave, OURS, ratioAtMost, type Row } from '../row.ts';

const BOLT = 'bare Bolt';
const CHECKOUT = 'from a checkout';
const CPU = 'CPU from start to ready';
const MEMORY = 'memory when idle';
const IDLE = 'CPU when idle';
/** Ticks of all loops, and the collections after a start, are over. */
const SETTLE_MS = 5_000;
const IDLE_MS = 20_000;

export const start: Row = {
  name: 'start',
  title: 'the start, and what the bot costs while nobody uses it',
  figures: [
    { name: CPU, unit: 'ms', goals: [ratioAtMost(1.2, BOLT)] },
    { name: MEMORY, unit: 'MB', goals: [ratioAtMost(1.15, BOLT)] },
    { name: IDLE, unit: '%', goals: [atMost(0.1)] },
  ],
  note: `As \`npm run build\` bundles it for the package, and from the sources; both with their compile cache filled. In Socket Mode, with SQLite in a file. Idle: ${IDLE_MS / 1_000} s that begin ${SETTLE_MS / 1_000} s after it is ready; nothing is watched. Bolt runs from its own files, as people start it, without a cache. The idle bot wakes 94 times in 20 s (143 before its loops looked together) and Bolt 42 times, nearly all for the heartbeat of its one socket: the two sockets make some 80 of the 94. What Bolt takes for one socket, twice, leaves 0.01 % for all else.`,
  run: async () => {
    leaveCoreToProgram();
    execFileSync(process.execPath, ['.ci/build.ts'], { cwd: join(import.meta.dirname, '../..') });
    const contenders = {
      [OURS]: () => measureOurs('dist/cli/cli.js'),
      [CHECKOUT]: () => measureOurs('src/cli/cli.ts'),
      [BOLT]: measureBolt,
    };
    // The first start fills the cache.
    await contenders[OURS]();
    await contenders[CHECKOUT]();
    return interleave(contenders);
  },
};

type Figures = Readonly<Record<string, number>>;

async function measureOurs(script: string): Promise<Figures> {
  const slack = await startSlackServer({});
  const prisma = await startConsoleServer({ progressOf: () => ({ body: [] }), results: () => [] });
  const folder = createFolder();
  const ports = { slackPort: slack.port, consolePort: prisma.port };
  const program = startProgram(script, programEnvironment({ ...ports, folder: folder.path }));
  await until('the start', () => program.printed().includes('"started"'));
  const figures = await measure(program);
  await program.kill();
  await Promise.all([slack.close(), prisma.close()]);
  folder.remove();
  return figures;
}

async function measureBolt(): Promise<Figures> {
  const slack = await startSlackServer({});
  const program = startProgram('bench/rivals/bolt.ts', {
    SLACK_API_URL: `http://127.0.0.1:${slack.port}/api/`,
  });
  await until('the socket', () => slack.sockets().length > 0);
  const figures = await measure(program);
  await program.kill();
  await slack.close();
  return figures;
}

async function measure(program: MeasuredProgram): Promise<Figures> {
  const cpu = program.cpuMs();
  await sleep(SETTLE_MS);
  const [before, from] = [program.cpuMs(), performance.now()];
  await sleep(IDLE_MS);
  const idle = ((program.cpuMs() - before) / (performance.now() - from)) * 100;
  return { [CPU]: cpu, [MEMORY]: program.memoryMb(), [IDLE]: idle };
}
