import { expect, it } from 'vitest';
import type { Statement } from '../../../../src/store/database.ts';
import type { SettledUnreadable } from '../../../../src/store/outbox/unreadable.ts';
import { sql } from '../../../../src/store/sql.ts';
import { HOUR, MINUTE, NOON } from '../../../support/observations.ts';
import { makeFaulty } from '../../../support/memory.ts';
import { leaseAll } from '../../../support/store.ts';
import { type Store, suite } from '../fixture.ts';
import { POSTS, watchesWith } from './deliveries.ts';

const DAY = 24 * HOUR;

/** Of the message that the delivery is for. */
function update(messageId: string, { kind = 'live', content = '{}' }): Statement {
  return sql`update deliveries set kind = ${kind}, content = ${content} where message_id = ${messageId}`;
}

/** What is stored, and the content or the row that it is broken by. */
const BROKEN: readonly (readonly [what: string, breakRow: (id: string) => Statement])[] = [
  ...[
    '{"snap',
    'null',
    '{"snapshot":null}',
    '{"snapshot":{"registries":{}}}',
    '{"snapshot":{"registries":[null]}}',
  ].map((content) => [content, (id: string) => update(id, { content })] as const),
  ['the content of its watch is null', (id) => sql`update watches set content = 'null' where id = ${id}`],
  [
    'the state of its target is null',
    (id) =>
      sql`update targets set state = 'null' where number in (select target_number from watches where id = ${id})`,
  ],
  ['its message shows no watch', (id) => sql`delete from watches where id = ${id}`],
];

export const unreadableSuite = suite('a delivery that cannot be loaded', (store) => {
  let settled: SettledUnreadable[] = [];
  const leaseAt = (now: number, kinds = POSTS) => {
    settled = [];
    return store.leaseAll({ now, kinds, onUnreadable: (one) => settled.push(one) });
  };
  const stateOf = (id: string) =>
    store.query(sql`select state, error, lease_owner from deliveries where message_id = ${id}`);

  it.each(BROKEN)('is given up, and the others are leased: %s', async (_, breakRow) => {
    const [broken = '', whole] = await liveMessages(store);
    await store.query(breakRow(broken));
    expect((await leaseAt(NOON)).map(({ messageId }) => messageId)).toEqual([whole]);
    expect(settled.map(({ isGivenUp }) => isGivenUp)).toEqual([true]);
    expect(await stateOf(broken)).toEqual([{ state: 'given-up', error: 'unreadable', lease_owner: null }]);
    expect(await stateOf(whole ?? '')).toMatchObject([{ state: 'sending', error: null }]);
  });

  it('is given up where its kind is unknown', async () => {
    const [broken = ''] = await liveMessages(store);
    await store.query(update(broken, { kind: 'banner' }));
    await leaseAt(NOON, ['banner' as never]);
    expect(await stateOf(broken)).toMatchObject([{ state: 'given-up' }]);
  });

  it.each(['', 'null', '{}'])('is given up where it is a digest with the content %o', async (content) => {
    const [broken = ''] = await liveMessages(store);
    await store.query(update(broken, { kind: 'digest', content }));
    expect(await leaseAt(NOON, ['digest'])).toEqual([]);
    expect(await stateOf(broken)).toMatchObject([{ state: 'given-up' }]);
  });

  it.each(['completion', 'final', 'stopped-by'] as const)(
    'is tried again for a day where it is an end: %s',
    async (kind) => {
      const [broken = ''] = await liveMessages(store);
      await store.query(update(broken, { kind, content: 'null' }));
      expect(await leaseAt(NOON, [kind])).toEqual([]);
      expect(settled.map(({ isGivenUp }) => isGivenUp)).toEqual([false]);
      expect(await stateOf(broken)).toEqual([{ state: 'pending', error: 'unreadable', lease_owner: null }]);
      await leaseAt(NOON + 10 * MINUTE - 1, [kind]);
      expect(settled).toEqual([]);
      await leaseAt(NOON + DAY, [kind]);
      expect(settled.map(({ isGivenUp }) => isGivenUp)).toEqual([true]);
      expect(await stateOf(broken)).toMatchObject([{ state: 'given-up' }]);
    },
  );

  it('is sent by a newer version meanwhile where it is an end', async () => {
    const [id = ''] = await watchesWith(store, ['end']);
    await store.query(sql`update watches set content = 'null' where id = ${id}`);
    expect(await leaseAt(NOON, ['completion'])).toEqual([]);
    await store.query(sql`update watches set content = '{}' where id = ${id}`);
    expect(await leaseAt(NOON + 10 * MINUTE, ['completion'])).toHaveLength(1);
  });

  it('stays ambiguous where it is an end that may have been posted', async () => {
    const [id = ''] = await watchesWith(store, ['end']);
    await store.batch([
      sql`delete from deliveries where message_id = ${id} and kind <> 'completion'`,
      sql`update deliveries set state = 'ambiguous' where message_id = ${id}`,
      sql`update watches set content = 'null' where id = ${id}`,
    ]);
    await store.leaseLookups({ limit: 9 });
    expect(await stateOf(id)).toEqual([{ state: 'ambiguous', error: 'unreadable', lease_owner: null }]);
  });

  it.each(['messages', 'watches'])('says nothing where its %s are forgotten meanwhile', async (table) => {
    await liveMessages(store);
    const faulty = makeFaulty(store);
    let forgetting: Promise<unknown> | null = null;
    faulty.before = async (text) => {
      if (!text.includes(`from ${table}`) || text.includes('update deliveries')) return;
      await (forgetting ??= store.forgetConversation('C0'));
    };
    const leased = await leaseAll(faulty, { now: NOON, onUnreadable: (one) => settled.push(one) });
    expect(leased.map(({ conversation }) => conversation.channel)).toEqual(['C1']);
    expect(settled).toEqual([]);
  });

  it('is left to the next lease where the database fails', async () => {
    const [id = ''] = await liveMessages(store);
    const faulty = makeFaulty(store);
    faulty.failOn('from followers');
    await expect(leaseAll(faulty, { now: NOON })).rejects.toThrow('disk I/O error');
    expect(await stateOf(id)).toMatchObject([{ state: 'sending', lease_owner: 'me' }]);
  });
});

/** Of an image and a channel each. */
async function liveMessages(store: Store): Promise<readonly string[]> {
  const ids = await watchesWith(store, ['update', 'update']);
  await store.batch([
    sql`delete from deliveries where kind <> 'live'`,
    sql`update deliveries set state = 'pending', content = '{}'`,
  ]);
  return ids;
}
