/** What a version before this one has written is read and gone on with. */

import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { ended, MINUTE, NOON } from '../../support/observations.ts';
import { recovery } from '../../support/store.ts';
import { type OpenDatabase, useEmpty } from './fixture.ts';
import { sql } from '../../../src/store/sql.ts';

const MIGRATIONS = readMigrations();

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

const STATE = JSON.stringify({ scan: SCAN, scans: 1, failures: 0, failure: null, snapshot: SNAPSHOT });
const CONTENT = JSON.stringify({ snapshot: SNAPSHOT, end: null, stoppedBy: null });
const REFERENCE = '{"registry":"","repository":"library/alpine","tag":"3.16","digest":""}';

/** This schema gave columns other names; what came before it wrote the earlier ones. */
const RENAMED_AT = 11;

const migrateTo = (database: Database, version: number) =>
  migrate(
    database,
    MIGRATIONS.filter(({ number }) => number <= version),
    NOON,
  );

/** What every version since the first could have written: a watch with its live message, and one that is waited for. */
export async function fillVersion(database: Database, version: number): Promise<void> {
  await migrateTo(database, Math.min(version, RENAMED_AT - 1));
  await database.batch([
    sql`insert into targets (id, reference, state, next_poll_at, version, created_at, touched_at)
      values ('alpine:3.16', ${REFERENCE}, ${STATE}, ${NOON}, 1, ${NOON}, ${NOON})`,
    sql`insert into watches (id, target_id, channel, thread, state, message_ts, created_at)
      values ('w1', 'alpine:3.16', 'C1', '', 'active', '17.1', ${NOON})`,
    sql`insert into followers (watch_id, user_id, followed_at) values ('w1', 'U1', ${NOON})`,
    sql`insert into deliveries (id, watch_id, kind, content, state, priority, due_at, created_at)
      values ('d1', 'w1', 'update', ${CONTENT}, 'pending', 3, ${NOON}, ${NOON})`,
    sql`insert into events (id, at) values ('Ev1', ${NOON})`,
  ]);
  await migrateTo(database, version);
}

const ENDED = {
  snapshot: { ...SNAPSHOT, state: 'completed', endedAt: NOON },
  end: 'scan-ended',
  stoppedBy: null,
};

/** Its completion by state, and whether a process was sending it when it died. */
const PAST: readonly (readonly [id: string, state: string, leaseUntil: number | null])[] = [
  ['told', 'sent', null],
  ['waiting', 'pending', null],
  ['in doubt', 'ambiguous', null],
  ['sending when it died', 'sending', 1],
  ['given up', 'given-up', null],
];

/** Watches whose scan has ended, with their completions in every state. */
async function fillPast(database: Database, version: number): Promise<void> {
  await fillVersion(database, version);
  await database.query(sql`delete from watches`);
  for (const [id, state, leaseUntil] of PAST) {
    const watch = `of ${id}`;
    await database.batch([
      sql`insert into watches (id, target_id, channel, thread, state, message_ts, created_at, ended_at)
        values (${watch}, 'alpine:3.16', ${watch}, '', 'scan-ended', '17.1', ${NOON}, ${NOON})`,
      sql`insert into deliveries (id, watch_id, kind, content, state, priority, due_at, attempted_at, lease_owner,
          lease_until, created_at)
        values (${id}, ${watch}, 'completion', ${JSON.stringify(ENDED)}, ${state}, 1, ${NOON}, ${NOON},
          ${leaseUntil === null ? null : 'gone'}, ${leaseUntil}, ${NOON})`,
    ]);
  }
}

export function upgradeSuite(openDatabase: OpenDatabase): void {
  describe('an upgrade', () => {
    const store = useEmpty(openDatabase);

    it.each(MIGRATIONS.map(({ number }) => number))(
      'from schema %i goes on where it was',
      async (version) => {
        await fillVersion(store, version);
        await migrate(store, MIGRATIONS, NOON);
        const [watch] = await store.watchesInChannel('C1');
        expect(watch).toMatchObject({ id: 'w1', isActive: true, messageTs: '17.1', followers: ['U1'] });
        expect(await store.leaseAll()).toMatchObject([{ id: 'd1', kind: 'update', messageTs: '17.1' }]);
        await store.readNow(ended(12, 12), { now: NOON + MINUTE });
        expect(await store.outboxLines('w1')).toContain('completion pending 12');
      },
    );

    it.each(MIGRATIONS.map(({ number }) => number))(
      'from schema %i tells no end twice, and none not at all',
      async (version) => {
        await fillPast(store, version);
        await migrate(store, MIGRATIONS, NOON);
        await store.recoverAbandoned(recovery(NOON));
        const states = (await store.outbox()).map(({ id, state }) => `${id} ${state}`);
        expect(states.toSorted()).toEqual([
          'given up given-up',
          'in doubt ambiguous',
          'sending when it died ambiguous',
          'told sent',
          'waiting pending',
        ]);
        expect(await store.leaseAll()).toMatchObject([{ id: 'waiting', kind: 'completion' }]);
      },
    );
  });
}
