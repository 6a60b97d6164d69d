import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type ReconcileOptions,
  leaseAmbiguousDeliveries,
  reconcileDelivery,
} from '../../src/jobs/reconcile.ts';
import { createLeaseKeeper } from '../../src/jobs/timing/lease-keeper.ts';
import type { Found } from '../../src/scan/delivery.ts';
import {
  LOOKUPS_PER_MINUTE,
  QUOTAS,
  savePause,
  takeCall,
  WINDOW_MS,
} from '../../src/store/limits/rate-limits.ts';
import { settleAmbiguous } from '../../src/store/outbox/settle.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../support/observations.ts';
import { useMemory } from '../support/memory.ts';
import {
  LEASE_MS,
  leaseOf,
  outbox,
  recordingLog,
  rowOf,
  watching,
  type OutboxRow,
} from '../support/store.ts';
import { sql } from '../../src/store/sql.ts';

const database = useMemory();
let now: number;
let log: ReturnType<typeof recordingLog>;
let settled: string[];

beforeEach(() => {
  now = NOON;
  log = recordingLog();
  settled = [];
});

function options(find: ReconcileOptions['find']): ReconcileOptions {
  const pause = (forMs: number) => savePause(database, { method: 'looks', now, until: now + forMs });
  const onSettled: ReconcileOptions['onSettled'] = ({ kind }, outcome) =>
    settled.push(`${kind} ${outcome.kind}`);
  return { database, find, pause, owner: 'me', now: () => now, log: log.log, onSettled };
}

/** An ambiguous live message, due for a lookup. */
async function ambiguous(channel = 'C1'): Promise<string> {
  const id = await watching(database, { channel });
  const delivery = await leaseOf(database, id);
  await settleAmbiguous(database, { delivery, owner: 'me', now: NOON }, { dueAt: NOON, error: 'timeout' });
  return id;
}

async function resolveAll(find: ReconcileOptions['find']): Promise<number> {
  const leased = await leaseAmbiguousDeliveries(options(find), 4);
  await Promise.all(leased.map((delivery) => reconcileDelivery(options(find), delivery)));
  return leased.length;
}

function finding(found: Found): ReconcileOptions['find'] {
  return () => Promise.resolve(found);
}

const ABSENT = finding({ kind: 'absent' });
const NO_ACCESS = finding({ kind: 'no-access', error: 'missing_scope' });

/** The one delivery of a message. */
async function deliveryOf(messageId: string): Promise<OutboxRow> {
  const [delivery, ...others] = await outbox(database, messageId);
  expect(others).toEqual([]);
  return delivery!;
}

describe('an ambiguous post', () => {
  it('is settled with its ts where it is found', async () => {
    const id = await ambiguous();
    await resolveAll(finding({ kind: 'found', ts: '17.1' }));
    expect(await deliveryOf(id)).toMatchObject({ state: 'sent', ts: '17.1' });
    expect((await rowOf(database, 'messages', id))['ts']).toBe('17.1');
    expect(log.lines).toEqual(['info ambiguous post found']);
    expect(settled).toEqual(['live done']);
  });

  it('is looked for 0, 1, 3, 7 and 14 s after its first lookup, and to be posted again then', async () => {
    const id = await ambiguous();
    const looked: number[] = [];
    for (; now < NOON + MINUTE; now += SECOND) {
      if ((await resolveAll(ABSENT)) > 0) looked.push((now - NOON) / SECOND);
    }
    expect(looked).toEqual([0, 1, 3, 7, 14]);
    expect(await deliveryOf(id)).toMatchObject({ state: 'pending', dueAt: NOON + 14 * SECOND });
    expect(log.lines).toEqual(['warn ambiguous post not found; reposting']);
  });

  it.each([HOUR, -HOUR])('is looked for as often though the clock was set by %i ms', async (byMs) => {
    const id = await ambiguous();
    now += byMs;
    await database.query(sql`update deliveries set due_at = ${now}`);
    for (let lookup = 1; lookup < 5; lookup += 1, now += 7 * SECOND) {
      await resolveAll(ABSENT);
      expect(await deliveryOf(id)).toMatchObject({ state: 'ambiguous' });
    }
    await resolveAll(ABSENT);
    expect(await deliveryOf(id)).toMatchObject({ state: 'pending' });
  });

  it.each<[Found['kind'], number, number]>([
    ['no-access', 4, 4],
    ['no-access', 40, 30],
    ['absent', 1, 0],
    ['absent', 4, 4],
    ['absent', 40, 30],
  ])('is repeated later and later: with %s, after %i tries by %i s', async (kind, tries, seconds) => {
    const id = await ambiguous();
    await database.query(
      sql`update deliveries set attempts = ${tries}, missed_lookups = 4 where message_id = ${id}`,
    );
    await resolveAll(kind === 'absent' ? ABSENT : NO_ACCESS);
    expect(await deliveryOf(id)).toMatchObject({ state: 'pending', dueAt: NOON + seconds * SECOND });
  });

  it('is to be posted again at once where nobody can look', async () => {
    const id = await ambiguous();
    await resolveAll(NO_ACCESS);
    expect(await deliveryOf(id)).toMatchObject({ state: 'pending', dueAt: NOON, error: 'missing_scope' });
    expect(log.lines).toEqual(['warn history not readable; reposting an ambiguous post']);
  });

  it('is looked for later where looking failed, however old it is', async () => {
    const id = await ambiguous();
    now += 10 * MINUTE;
    await resolveAll(finding({ kind: 'failed', error: 'timeout' }));
    expect(await deliveryOf(id)).toMatchObject({
      state: 'ambiguous',
      dueAt: now + 10 * SECOND,
      error: 'timeout',
    });
  });

  it('is looked for by no process before Slack’s Retry-After is over', async () => {
    const id = await ambiguous();
    await resolveAll(finding({ kind: 'rate-limited', retryAfterMs: 30 * SECOND }));
    expect(await deliveryOf(id)).toMatchObject({ dueAt: NOON + 30 * SECOND });
    await ambiguous('C2');
    now += 30 * SECOND - 1;
    expect(await resolveAll(ABSENT)).toBe(0);
    now += 1;
    expect(await resolveAll(ABSENT)).toBe(2);
  });

  it('may be looked for again only once the pause of all is written down', async () => {
    await ambiguous();
    const [delivery] = await leaseAmbiguousDeliveries(options(ABSENT), 1);
    const order: string[] = [];
    const pause = async () => {
      await nextTurn();
      order.push('paused');
    };
    database.before = (text) => void order.push(text.includes('missed_lookups') ? 'settled' : 'read');
    const found = finding({ kind: 'rate-limited', retryAfterMs: SECOND });
    await reconcileDelivery({ ...options(found), pause }, delivery!);
    expect(order).toEqual(['paused', 'settled']);
  });

  it('is held while it is looked for, and no longer', async () => {
    await ambiguous();
    const [delivery] = await leaseAmbiguousDeliveries(options(ABSENT), 1);
    const held: string[] = [];
    const leases = createLeaseKeeper({
      renew: () => Promise.resolve([]),
      leaseMs: LEASE_MS,
      now: () => now,
      alarm: () => (held.push('taken'), () => held.push('given back')),
    });
    await reconcileDelivery({ ...options(ABSENT), leases }, delivery!);
    expect(held).toEqual(['taken', 'given back']);
  });

  it('is looked for for half an hour where so much is said that nobody can tell, then posted again', async () => {
    const id = await ambiguous();
    const error = 'too many messages to look through';
    for (now of [NOON, NOON + 30 * MINUTE - 10 * SECOND]) {
      await resolveAll(finding({ kind: 'too-many-messages' }));
      expect(await deliveryOf(id)).toMatchObject({ state: 'ambiguous', dueAt: now + 10 * SECOND, error });
    }
    expect(log.lines).toEqual([]);
    now += 10 * SECOND;
    await resolveAll(finding({ kind: 'too-many-messages' }));
    expect(await deliveryOf(id)).toMatchObject({ state: 'pending', dueAt: now, error });
    expect(log.lines).toEqual(['warn history not readable; reposting an ambiguous post']);
  });

  it('stays in doubt, and is looked for after its lease, where looking broke', async () => {
    await ambiguous();
    await resolveAll(() => Promise.reject(new Error('a bug')));
    expect(log.lines).toEqual(['error reconciliation failed']);
    now += LEASE_MS - 1;
    expect(await resolveAll(finding({ kind: 'found', ts: '17.1' }))).toBe(0);
    now += 1;
    expect(await resolveAll(finding({ kind: 'found', ts: '17.1' }))).toBe(1);
  });
});

it.each<Found>([
  { kind: 'found', ts: '17.1' },
  { kind: 'no-access', error: 'missing_scope' },
  { kind: 'absent' },
  { kind: 'too-many-messages' },
  { kind: 'rate-limited', retryAfterMs: SECOND },
  { kind: 'failed', error: 'timeout' },
])('what cannot be recorded is said, and settles nothing: $kind', async (found) => {
  await ambiguous();
  const id = await ambiguous('C2');
  await database.query(
    sql`update deliveries set missed_lookups = 4, attempted_at = ${NOON - HOUR} where message_id = ${id}`,
  );
  const leased = await leaseAmbiguousDeliveries(options(finding(found)), 4);
  database.failOn('update deliveries');
  for (const delivery of leased) await reconcileDelivery(options(finding(found)), delivery);
  expect([log.lines, settled]).toEqual([Array(2).fill('error reconciliation failed'), []]);
});

describe('looking', () => {
  it('is done for as many as asked for', async () => {
    for (let index = 0; index < 6; index += 1) await ambiguous(`C${index}`);
    expect(await leaseAmbiguousDeliveries(options(ABSENT), 4)).toHaveLength(4);
    expect(await leaseAmbiguousDeliveries(options(ABSENT), 0)).toEqual([]);
    expect(await leaseAmbiguousDeliveries(options(ABSENT), 4)).toHaveLength(2);
  });

  it('is done as often as Slack grants it', async () => {
    for (let made = 3; made < LOOKUPS_PER_MINUTE; made += 1)
      await takeCall(database, { id: `look ${made}`, kind: 'look', quota: QUOTAS.lookups, now });
    for (let index = 0; index < 5; index += 1) await ambiguous(`C${index}`);
    expect([await resolveAll(NO_ACCESS), await resolveAll(NO_ACCESS)]).toEqual([3, 0]);
    now += WINDOW_MS;
    expect(await resolveAll(NO_ACCESS)).toBe(2);
  });
});
