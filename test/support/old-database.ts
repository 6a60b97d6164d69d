/** Databases as earlier versions left them: of any schema, and filled with what every version could have written. */

import BetterSqlite3 from 'better-sqlite3';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { MINUTE, NOON } from './observations.ts';

/** A watch with its live message, an edit that waits, and a scan that goes on. */
const GOING_ON = `
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

/** Watches whose scan has ended, with their completions in every state. */
export const PAST = `
  insert into targets (id, reference, state, next_poll_at, version, created_at, touched_at) values
    ('alpine:3.16', '{"registry":"","repository":"library/alpine","tag":"3.16","digest":""}', $state, null, 1, $now, $now);
  insert into scans (target_id, number, started_at, ended_at, snapshot) values
    ('alpine:3.16', 1, $now, $now, $snapshot);
  insert into watches (id, target_id, channel, thread, state, message_ts, created_at, ended_at) values
    ('p1', 'alpine:3.16', 'C1', '', 'scan-ended', '17.1', $now, $now),
    ('p2', 'alpine:3.16', 'C2', '', 'scan-ended', '17.2', $now, $now),
    ('p3', 'alpine:3.16', 'C3', '', 'scan-ended', '17.3', $now, $now),
    ('p4', 'alpine:3.16', 'C4', '', 'scan-ended', '17.4', $now, $now),
    ('p5', 'alpine:3.16', 'C5', '', 'undeliverable', null, $now, $now);
  insert into deliveries (id, watch_id, kind, content, state, priority, due_at, attempted_at, ts, lease_owner, lease_until,
      created_at, settled_at) values
    ('told', 'p1', 'completion', $ended, 'sent', 1, $now, $now, '18.1', null, null, $now, $now),
    ('waiting', 'p2', 'completion', $ended, 'pending', 1, $now, null, null, null, null, $now, null),
    ('in doubt', 'p3', 'completion', $ended, 'ambiguous', 1, $now, $now, null, null, null, $now, null),
    ('sending when it died', 'p4', 'completion', $ended, 'sending', 1, $now, $now, null, 'gone', 1, $now, null),
    ('given up', 'p5', 'completion', $ended, 'given-up', 1, $now, $now, null, null, null, $now, $now)`;

interface OldDatabase {
  readonly file: string;
  /** How many of the migrations had landed when it was written. */
  readonly version: number;
  /** Statements with `$now`, `$state`, `$snapshot`, `$content` and `$ended` as their values. */
  readonly filling?: string;
}

export async function createOldDatabase({ file, version, filling = GOING_ON }: OldDatabase): Promise<void> {
  const database = openSqlite(file);
  await migrate(database, readMigrations().slice(0, version), NOON);
  await database.close();
  const old = new BetterSqlite3(file);
  const state = { scan: SCAN, scans: 1, failures: 0, failure: null, snapshot: SNAPSHOT };
  const ended = { ...SNAPSHOT, state: 'completed', endedAt: NOON };
  const values = {
    now: NOON,
    state: JSON.stringify(state),
    snapshot: JSON.stringify(SNAPSHOT),
    content: JSON.stringify({ snapshot: SNAPSHOT, end: null, stoppedBy: null }),
    ended: JSON.stringify({ snapshot: ended, end: 'scan-ended', stoppedBy: null }),
  };
  for (const statement of filling.split(';')) {
    const names = Object.entries(values).filter(([name]) => new RegExp(`\\$${name}\\b`).test(statement));
    old.prepare(statement).run(Object.fromEntries(names));
  }
  old.close();
}
