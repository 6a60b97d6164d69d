/**
 * From the last byte of the Console's "completed" to the request at Slack that tells it: the post, and the final edit of
 * the live message. Both wait for what the scan found, which is requested from the Console in between. The whole program,
 * idle and with edits waiting; by hand, a process that does nothing else commits twice and posts.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { Pool } from 'undici';
import type { WebSocketPeer } from '../../test/support/fake-slack/socket/fake-slack-websocket.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { createFolder, leaveCoreToProgram, startProgram, until } from '../fakes/program.ts';
import {
  programEnvironment,
  progressBody,
  REGISTRY,
  resultBody,
  startConsoleServer,
} from '../fakes/console-server.ts';
import { startSlackServer } from '../fakes/slack-server.ts';
import { atMost, interleave, OURS, quantile, type Row } from '../row.ts';
import { sql } from '../../src/store/sql.ts';
import { startWatch } from '../../test/support/start.ts';

const ENDS = 12;
const ENDS_AMONG_WAITING = 4;
const WAITING = 10_000;
/** The Console grants one request a second: a watch, its ticks and its result take four. */
const BETWEEN_ENDS_MS = 4_000;
const BY_HAND = 'by hand';

export const completion: Row = {
  name: 'completion',
  title: 'from the Console’s "completed" to the request line at Slack',
  figures: [
    { name: 'post p50, idle', unit: 'ms', goals: [atMost(15)] },
    { name: 'post p99, idle', unit: 'ms', goals: [atMost(60)] },
    { name: 'final edit p50, idle', unit: 'ms', goals: [] },
    { name: `post p50, ${WAITING} edits waiting`, unit: 'ms', goals: [atMost(250)] },
    { name: `final edit p50, ${WAITING} edits waiting`, unit: 'ms', goals: [atMost(1_500)] },
  ],
  note:
    `${ENDS} ends in each round, idle, and ${ENDS_AMONG_WAITING} with ${WAITING} edits waiting; the Console and Slack answer at once, and the Console has the result when the scan ends. ` +
    'By hand: two commits, and a POST. By a trace of its statements, two commits wait for the disk (the end, and that it is being sent); what is left is about 10 ms of CPU.',
  run: () => interleave({ [OURS]: measureOurs, [BY_HAND]: measureByHand }),
};

type Figures = Readonly<Record<string, number>>;

async function measureOurs(): Promise<Figures> {
  leaveCoreToProgram();
  const idle = await measureEnds({ ends: ENDS, waiting: 0 });
  const busy = await measureEnds({ ends: ENDS_AMONG_WAITING, waiting: WAITING });
  return {
    'post p50, idle': quantile(idle.posts, 0.5),
    'post p99, idle': quantile(idle.posts, 0.99),
    'final edit p50, idle': quantile(idle.edits, 0.5),
    [`post p50, ${WAITING} edits waiting`]: quantile(busy.posts, 0.5),
    [`final edit p50, ${WAITING} edits waiting`]: quantile(busy.edits, 0.5),
  };
}

interface Sent {
  readonly posts: number[];
  readonly edits: number[];
}

async function measureEnds({ ends, waiting }: { ends: number; waiting: number }): Promise<Sent> {
  const folder = createFolder();
  if (waiting > 0) await fill(`${folder.path}/bench.db`, waiting);
  /** By image: 'ongoing', or when the last byte of its end left. */
  const scans = new Map<string, 'ongoing' | 'ending' | number>();
  const sent: Sent = { posts: [], edits: [] };
  const lives = new Set<string>();
  const slack = await startSlackServer({
    onCall(method, body) {
      const repo = /end(?:\/|%2F)app\d+/.exec(body)?.[0].replace('%2F', '/');
      if (repo === undefined) return undefined;
      const endedAt = scans.get(repo);
      if (typeof endedAt === 'number')
        (method === 'chat.update' ? sent.edits : sent.posts).push(performance.now() - endedAt);
      else if (method === 'chat.postMessage') lives.add(repo);
      return undefined;
    },
  });
  const console_ = await startConsoleServer({
    progressOf: (repo) => {
      const scan = scans.get(repo);
      if (scan === 'ongoing') return { body: progressBody({ scanned: 5, total: 10, isOngoing: true }) };
      if (scan !== 'ending') return { body: [] };
      const onSent = (): void => void scans.set(repo, performance.now());
      return { body: progressBody({ scanned: 10, total: 10, isOngoing: false }), onSent };
    },
    results: () =>
      [...scans]
        .filter(([, scan]) => scan === 'ending' || typeof scan === 'number')
        .map(([repo]) => resultBody(repo, Date.now())),
  });
  const program = startProgram('src/main.ts', {
    ...programEnvironment({ slackPort: slack.port, consolePort: console_.port, folder: folder.path }),
    POLL_CRON: '* * * * * *',
  });
  await until('the socket', () => slack.sockets().length > 0);
  await sleep(2_000);
  for (let end = 0; end < ends; end += 1) {
    const repo = `end/app${end}`;
    scans.set(repo, 'ongoing');
    const [socket] = slack.sockets() as [WebSocketPeer];
    slack.command(socket, `watch ${REGISTRY}/${repo}:1`, `CE${end}`);
    await until('the live message', () => lives.has(repo));
    await sleep(BETWEEN_ENDS_MS / 2);
    scans.set(repo, 'ending');
    await until('the post', () => sent.posts.length > end);
    await sleep(BETWEEN_ENDS_MS / 2);
  }
  await program.kill();
  await Promise.all([slack.close(), console_.close()]);
  folder.remove();
  return sent;
}

/** Outdated live messages, whose targets are not polled. */
async function fill(file: string, count: number): Promise<void> {
  const database = openSqlite(file);
  const now = Date.now();
  await migrate(database, readMigrations(), now);
  await database.query(sql`pragma synchronous = off`);
  const snapshot = { ...NEW_TARGET.snapshot, state: 'scanning' as const, scan: 1 };
  const content = { snapshot, end: null, stoppedBy: null };
  for (let watch = 0; watch < count; watch += 1)
    await startWatch(database, {
      target: {
        kind: 'image',
        reference: { registry: REGISTRY, repository: `waiting/app${watch % 1_000}`, tag: '1', digest: '' },
      },
      conversation: { channel: `C${watch}`, thread: '' },
      userId: 'U1',
      now,
      content,
      liveDelayMs: 0,
    });
  await database.query(
    sql`update deliveries set id = 'u' || message_id, kind = 'update', priority = 3, due_at = ${now}
        where kind = 'live'`,
  );
  await database.query(sql`update messages set ts = '1700000000.000001'`);
  await database.query(sql`update targets set next_poll_at = null, results_check_at = null`);
  await database.close();
}

async function measureByHand(): Promise<Figures> {
  const folder = createFolder();
  const slack = await startSlackServer({});
  const pool = new Pool(`http://127.0.0.1:${slack.port}`);
  const database = new BetterSqlite3(`${folder.path}/hand.db`);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('create table ends (id integer primary key, told text)');
  const insert = database.prepare('insert into ends (told) values (?)');
  const took: number[] = [];
  for (let end = 0; end < 5 * ENDS; end += 1) {
    const at = performance.now();
    insert.run('completed');
    insert.run('sending');
    await (await pool.request({ path: '/api/chat.postMessage', method: 'POST', body: '{}' })).body.text();
    took.push(performance.now() - at);
    await sleep(20);
  }
  await pool.close();
  await slack.close();
  database.close();
  folder.remove();
  return { 'post p50, idle': quantile(took, 0.5), 'post p99, idle': quantile(took, 0.99) };
}
