import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { watchesInChannel } from '../../src/store/watches.ts';
import { ended, MINUTE, NOON } from '../support/observations.ts';
import { leaseAll, outboxLines, readNow } from '../support/store.ts';

const MIGRATIONS = readMigrations();

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scanprogress-upgrade-'));
  file = join(directory, 'bot.db');
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** What every version since the first could have written: a watch with its live message, and one that is waited for. */
const FILLING = `
  insert into targets (id, reference, state, next_poll_at, version, created_at, touched_at) values
    ('alpine:3.16', '{"registry":"","repository":"library/alpine","tag":"3.16","digest":""}', $state, $now, 1, $now, $now);
  insert into watches (id, target_id, channel, thread, state, message_ts, created_at) values
    ('w1', 'alpine:3.16', 'C1', '', 'active', '17.1', $now);
  insert into followers (watch_id, user_id, followed_at) values ('w1', 'U1', $now);
  insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at) values
    ('d1', 'w1', 'update', $content, 'pending', 3, $now, $now);
  insert into events (id, at) values ('Ev1', $now)`;

const STEP = { scanned: 7, total: 12, title: '', error: '' };
/** As the first version wrote it. */
const SNAPSHOT = {
  state: 'scanning',
  discovery: STEP,
  images: STEP,
  registries: [{ host: '', discovery: STEP, images: STEP, isOngoing: true, startedAt: null }],
  scan: 1,
  startedAt: NOON - MINUTE,
  isStartKnown: true,
  movedAt: NOON,
  endedAt: null,
  evidence: null,
  restarts: 0,
  emptyAnswers: 0,
  answeredAt: NOON,
  failure: null,
};
const SCAN = {
  number: 1,
  startedAt: NOON - MINUTE,
  isStartKnown: true,
  movedAt: NOON,
  seenAt: NOON,
  restarts: 0,
  registries: SNAPSHOT.registries,
  fallen: 0,
  missing: 0,
  isFollowed: true,
};

async function createVersion(version: number): Promise<void> {
  const database = openSqlite(file);
  await migrate(database, MIGRATIONS.slice(0, version), NOON);
  await database.close();
  const filling = new BetterSqlite3(file);
  const state = { scan: SCAN, scans: 1, failures: 0, failure: null, snapshot: SNAPSHOT };
  const values = {
    now: NOON,
    state: JSON.stringify(state),
    content: JSON.stringify({ snapshot: SNAPSHOT, end: null, stoppedBy: null }),
  };
  for (const statement of FILLING.split(';')) {
    const names = Object.entries(values).filter(([name]) => statement.includes(`$${name}`));
    filling.prepare(statement).run(Object.fromEntries(names));
  }
  filling.close();
}

describe('an upgrade', () => {
  it.each(MIGRATIONS.map(({ number }) => number))('from schema %i goes on where it was', async (version) => {
    await createVersion(version);
    const database = openSqlite(file);
    await migrate(database, MIGRATIONS, NOON);
    const [watch] = await watchesInChannel(database, 'C1');
    expect(watch).toMatchObject({ id: 'w1', isActive: true, messageTs: '17.1', followers: ['U1'] });
    expect(await leaseAll(database)).toMatchObject([{ id: 'd1', kind: 'update', messageTs: '17.1' }]);
    await readNow(database, ended(12, 12), { now: NOON + MINUTE });
    expect(await outboxLines(database, 'w1')).toContain('completion pending 12');
    await database.close();
  });

  it('that two processes begin at once is done once', async () => {
    await createVersion(1);
    const codes = await Promise.all([runMigration(), runMigration()]);
    expect(codes).toEqual([0, 0]);
    expect(appliedIn(file)).toEqual(MIGRATIONS.map(({ number }) => number));
  });

  it('that is killed at any statement is done wholly or not at all, and by the next start', async () => {
    for (let killAt = 1; killAt <= 60; killAt += 6) {
      await createVersion(1);
      await runMigration(killAt);
      const applied = appliedIn(file);
      expect(applied).toEqual(MIGRATIONS.slice(0, applied.length).map(({ number }) => number));
      expect(await runMigration()).toBe(0);
      expect(appliedIn(file)).toEqual(MIGRATIONS.map(({ number }) => number));
      await rm(directory, { recursive: true });
      directory = await mkdtemp(join(tmpdir(), 'scanprogress-upgrade-'));
      file = join(directory, 'bot.db');
    }
  });
});

function appliedIn(path: string): number[] {
  const database = new BetterSqlite3(path);
  const numbers = database.prepare('select number from migrations order by number').pluck().all() as number[];
  database.close();
  return numbers;
}

/** In a process of its own, which kills itself before its n-th statement if told to. */
async function runMigration(killAt = 0): Promise<unknown> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'upgrade-process.ts'), file, String(killAt)],
    {
      stdio: 'ignore',
    },
  );
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return code ?? signal;
}
