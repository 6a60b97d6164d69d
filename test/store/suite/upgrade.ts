/** What a version before this one has written is read and gone on with. */

import { expect, it } from 'vitest';
import type { Database, Statement } from '../../../src/store/database.ts';
import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { ended, IMAGE, MINUTE, NOON } from '../../support/observations.ts';
import { imageNamed, recovery } from '../../support/store.ts';
import { bareSuite } from './fixture.ts';
import { findings, imageReport } from './values.ts';
import { targetId } from '../../../src/scan/target.ts';
import { join, raw, sql } from '../../../src/store/sql.ts';
import { watchesOfTarget } from '../../../src/store/watches.ts';

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

/** Since this schema, a message is a row, and boards and digests are no watches. */
const MESSAGES_AT = 17;

/** Since this schema, a watch names its target by a number. */
const NUMBERS_AT = 19;

const migrateTo = (database: Database, version: number) =>
  migrate(database, MIGRATIONS.slice(0, version), NOON);

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

const COMPLETED = { ...SNAPSHOT, state: 'completed', endedAt: NOON };
const ENDED = { snapshot: COMPLETED, end: 'scan-ended', stoppedBy: null };

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
  await fillVersion(database, Math.min(version, MESSAGES_AT - 1));
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
  await migrateTo(database, version);
}

const CONTENT_AT = (scanned: number, end: string | null = null) =>
  JSON.stringify({ snapshot: { ...SNAPSHOT, images: { ...STEP, scanned } }, end, stoppedBy: null });

type Columns = Readonly<Record<string, string | number | null>>;

const insert = (table: string, row: Columns): Statement =>
  sql`insert into ${raw(table)} (${raw(Object.keys(row).join(', '))}) values (${join(Object.values(row))})`;

/**
 * As the last version before messages were rows wrote it: a watch alone, a board of two of which one was moved there,
 * a subscription that waits in silence, one that ended so, and a digest; each with what waits to be sent.
 */
async function fillBeforeMessages(database: Database): Promise<void> {
  await migrateTo(database, MESSAGES_AT - 1);
  const watch = (id: string, more: Columns): Statement => {
    const where = { channel: id, thread: '', state: 'active' };
    return insert('watches', { id, target_id: 'alpine:3.16', ...where, created_at: NOON, ...more });
  };
  const delivery = (
    [id, watchId, kind]: readonly [id: string, watchId: string, kind: string],
    more: Columns = {},
  ): Statement => {
    const times = { priority: 2, due_at: NOON, created_at: NOON };
    const row = { id, watch_id: watchId, kind, content: '{}', state: 'pending', ...times };
    return insert('deliveries', { ...row, ...more });
  };
  await database.batch([
    sql`insert into targets (id, reference, state, next_poll_at, version, created_at, last_requested_at)
      values ('alpine:3.16', ${REFERENCE}, ${STATE}, ${NOON}, 1, ${NOON}, ${NOON})`,
    sql`insert into subscriptions (id, target_id, channel, state, created_by, created_at)
      values ('s1', 'alpine:3.16', 'silent', 'active', 'U1', ${NOON})`,
    sql`insert into reports (id, target_id, scan, topic, basis, due_at, give_up_at, created_at)
      values ('r1', 'alpine:3.16', 1, 'end', '{"newerThan":null,"before":null}', ${NOON}, ${NOON + MINUTE}, ${NOON})`,
    watch('alone', {
      ...{ message_ts: '17.1', thread: '16.1', last_rendered_at: NOON, late_edit_until: 5, replacements: 1 },
      ...{ is_thread_gone: 1, last_fingerprint: 'f' },
    }),
    watch('board', { target_id: null, message_ts: '17.2' }),
    watch('moved', { ...{ board_id: 'board', position: 0, content: CONTENT_AT(3) }, message_ts: '17.3' }),
    watch('line', {
      ...{ board_id: 'board', position: 1, content: CONTENT_AT(4, 'scan-ended'), channel: 'board' },
      ...{ state: 'scan-ended', ended_at: NOON },
    }),
    watch('silent', { has_message: 0, subscription_id: 's1', after_scan_number: 1 }),
    watch('ended in silence', { has_message: 0, state: 'scan-ended', ended_at: NOON }),
    watch('awaits its report', {
      state: 'scan-ended',
      ended_at: NOON,
      message_ts: '17.4',
      notify_from: 'critical',
    }),
    watch('digest', { target_id: null, state: 'digest', ended_at: NOON }),
    sql`insert into followers (watch_id, user_id, followed_at) values ('alone', 'U1', 1), ('moved', 'U2', 2),
      ('line', 'U3', 3)`,
    delivery(['1', 'alone', 'update']),
    delivery(['2', 'moved', 'final'], { content: CONTENT_AT(3, 'folded') }),
    delivery(['3', 'board', 'notice'], { content: CONTENT_AT(4), line_watch_id: 'line' }),
    delivery(['4', 'ended in silence', 'completion'], { content: CONTENT_AT(12, 'scan-ended'), priority: 0 }),
    delivery(['5', 'digest', 'digest'], { content: '{"worst":[],"neverScanned":[]}' }),
    delivery(['6', 'awaits its report', 'completion'], {
      ...{ content: CONTENT_AT(12, 'scan-ended'), report_id: 'r1', due_at: NOON + MINUTE, priority: 0 },
    }),
  ]);
}

export const upgradeSuite = bareSuite('an upgrade', (store) => {
  it.each(MIGRATIONS.map(({ number }) => number))('from schema %i goes on where it was', async (version) => {
    await fillVersion(store, version);
    await migrate(store, MIGRATIONS, NOON);
    const [watch] = await store.watchesInChannel('C1');
    expect(watch).toMatchObject({ id: 'w1', isActive: true, messageTs: '17.1', followers: ['U1'] });
    expect(await store.leaseAll()).toMatchObject([{ id: 'd1', kind: 'update', messageTs: '17.1' }]);
    await store.readNow(ended(12, 12), { now: NOON + MINUTE });
    expect(await store.outboxLines('w1')).toContain('completion pending 12');
  });

  it.each(MIGRATIONS.map(({ number }) => number))(
    'from schema %i tells no end twice, and none not at all',
    async (version) => {
      await fillPast(store, version);
      await migrate(store, MIGRATIONS, NOON);
      await store.recoverExpired(recovery(NOON));
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

  it('keeps what each message shows, where it is, and what waits to be sent', async () => {
    await fillBeforeMessages(store);
    await migrate(store, MIGRATIONS, NOON);
    const kinds = ['live', 'update', 'final', 'completion', 'notice', 'digest'] as const;
    const leased = await store.leaseAll({ kinds, now: NOON + 1 });
    const shown = leased.map(({ id, messageId, thread, messageTs, followers, subject }) => {
      const targets = subject.kind === 'board' ? subject.lines.length : subject.kind;
      return [id, messageId, thread, messageTs, followers.join(), targets];
    });
    expect(shown.toSorted()).toEqual([
      ['1', 'alone', '', '17.1', 'U1', 'scan'],
      ['2', 'moved', '17.3', '17.3', 'U2', 'scan'],
      ['3', 'board', '17.2', '17.2', 'U2,U3', 'scan'],
      ['4', 'ended in silence', '', null, '', 'scan'],
      ['5', 'digest', '', null, '', 'digest'],
    ]);
    expect(await store.rowOf('messages', 'alone')).toMatchObject({
      ...{ channel: 'alone', thread: '16.1', state: 'active', ts: '17.1', is_thread_gone: 1 },
      ...{ last_rendered_at: NOON, late_edit_until: 5, replacements: 1 },
    });
  });

  it('lets what was moved to a board, and what waits in silence, go on', async () => {
    await fillBeforeMessages(store);
    await migrate(store, MIGRATIONS, NOON);
    expect((await store.readLines('board')).map(({ watchId }) => watchId)).toEqual(['moved', 'line']);
    expect(await store.findWatch('moved')).toMatchObject({ boardId: 'board', messageTs: '17.2' });
    expect(await store.watchesInChannel('silent')).toEqual([]);
    await store.readNow(ended(12, 12), { now: NOON + MINUTE });
    expect(await store.outboxLines('alone')).toContain('completion pending 12');
    const board = await store.outbox('board');
    expect(board.map(({ kind }) => kind).toSorted()).toEqual(['completion', 'final']);
    expect((await store.rowOf('messages', 'board'))['state']).toBe('scan-ended');
  });

  it('forgets that a message was posted which was edited since', async () => {
    await fillBeforeMessages(store);
    await migrateTo(store, MESSAGES_AT);
    await store.query(sql`insert into deliveries (id, message_id, kind, content, state, priority, due_at, created_at, settled_at)
    values ('edited since', 'alone', 'live', '{}', 'sent', 2, ${NOON}, ${NOON}, ${NOON - 1}),
      ('not edited', 'board', 'live', '{}', 'sent', 2, ${NOON}, ${NOON}, ${NOON + 1})`);
    await migrate(store, MIGRATIONS, NOON);
    const posts = (await store.outbox()).filter(({ kind, state }) => kind === 'live' && state === 'sent');
    expect(posts.map(({ id }) => id)).toEqual(['not edited']);
  });

  it('leaves each watch its image, and numbers the next one', async () => {
    const others = ['b', 'a'].map(imageNamed);
    await fillVersion(store, NUMBERS_AT - 1);
    await store.batch(
      others.flatMap((target, index) => [
        sql`insert into targets (id, reference, state, created_at, last_requested_at)
        values (${targetId(target)}, ${REFERENCE}, ${STATE}, ${NOON - index}, ${NOON})`,
        sql`insert into watches (id, target_id, channel, thread, state, created_at)
        values (${targetId(target)}, ${targetId(target)}, 'C1', '', 'active', ${NOON})`,
      ]),
    );
    await migrate(store, MIGRATIONS, NOON);
    await store.watching({ target: imageNamed('c') });
    for (const target of [...others, IMAGE])
      expect((await watchesOfTarget(store, targetId(target))).map(({ id }) => id)).toEqual([
        target === IMAGE ? 'w1' : targetId(target),
      ]);
    expect(await store.columnOf(sql`select number from targets order by number`)).toEqual([1, 2, 3, 4]);
  });

  it('lets an end that waits for its report be judged by it', async () => {
    await fillBeforeMessages(store);
    await migrate(store, MIGRATIONS, NOON);
    const body = imageReport({ findings: findings() });
    await store.saveReport({ id: 'r1', body, now: NOON + 1 });
    expect((await store.outbox('awaits its report')).map(({ state }) => state)).toEqual(['withheld']);
  });
});
