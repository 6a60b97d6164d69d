import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/scan/plan.ts';
import { targetId } from '../../../src/scan/target.ts';
import { recordPlan } from '../../../src/store/plans.ts';
import { settleEdited, settleLater, settlePosted } from '../../../src/store/settlements.ts';
import { findTarget, leaseTarget } from '../../../src/store/targets.ts';
import {
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  type Reading,
  scanning,
  SECOND,
  SETTINGS,
  TICK,
} from '../../support/observations.ts';
import {
  LEASE_MS,
  leaseAll,
  leaseOf,
  outbox,
  outboxLines,
  planFor,
  readNow,
  rowOf,
  watching,
  watchingLive,
} from '../../support/store.ts';
import { type OpenDatabase, type Opened, useMigrated } from './fixture.ts';

const ID = targetId(IMAGE);

export function plansSuite(openDatabase: OpenDatabase): void {
  refusalSuite(openDatabase);
  updateSuite(openDatabase);
  endSuite(openDatabase);
}

/** A target leased by `me`, and what a reading means for it: everything but the recording. */
async function planned({ database }: Opened, reading: Reading) {
  const leased = await leaseTarget(database, IMAGE, { owner: 'me', now: NOON, leaseMs: LEASE_MS });
  const plan = await planFor(database, leased!, { reading, now: NOON });
  const record = { plan, targetId: leased!.id, owner: 'me', version: leased!.version, now: NOON };
  return {
    plan,
    record: (changes: Partial<typeof record> = {}) => recordPlan(database, { ...record, ...changes }),
  };
}

function refusalSuite(openDatabase: OpenDatabase): void {
  describe('recording a plan', () => {
    const opened = useMigrated(openDatabase);
    const everything = async () => {
      const { database } = opened;
      const targets = await database.query('select state, next_poll_at, lease_owner from targets', []);
      const scans = await database.query('select * from scans', []);
      const watches = await database.query('select * from watches', []);
      return { targets, scans, watches, deliveries: await outbox(database) };
    };

    it('keeps the state, the next reading and the scan, and gives the lease back', async () => {
      await watchingLive(opened.database);
      const { plan, record } = await planned(opened, scanning(7, 12));
      expect(await record()).toBe(true);
      expect((await findTarget(opened.database, IMAGE))?.state).toEqual(plan.state);
      const row = await rowOf(opened.database, 'targets', ID);
      expect(Number(row['next_poll_at'])).toBe(plan.nextReadingAt);
      expect([row['lease_owner'], row['lease_until']]).toEqual([null, null]);
      const [scan] = await opened.database.query('select * from scans', []);
      expect([scan?.['target_id'], Number(scan?.['number']), scan?.['ended_at']]).toEqual([ID, 1, null]);
    });

    it('keeps one row per scan, with its end', async () => {
      await watching(opened.database);
      await readNow(opened.database, scanning(7, 12));
      await readNow(opened.database, scanning(9, 12), { now: NOON + TICK });
      await readNow(opened.database, ended(12, 12), { now: NOON + 2 * TICK });
      await readNow(opened.database, scanning(1, 12), { now: NOON + HOUR });
      const rows = await opened.database.query('select number, ended_at from scans order by number', []);
      expect(rows.map((row) => [Number(row['number']), row['ended_at'] && Number(row['ended_at'])])).toEqual([
        [1, NOON + 2 * TICK],
        [2, null],
      ]);
    });

    it('plans no next reading where nobody watches any more', async () => {
      await watching(opened.database);
      await readNow(opened.database, ended(12, 12));
      expect((await rowOf(opened.database, 'targets', ID))['next_poll_at']).toBeNull();
    });

    it.each<[string, { owner?: string; version?: number; targetId?: string }]>([
      ['by somebody who never had the lease', { owner: 'other' }],
      ['for watches as they were before', { version: 0 }],
      ['for a target that is not there', { targetId: 'debian:12' }],
    ])('changes nothing %s', async (_, changes) => {
      await watchingLive(opened.database);
      const { record } = await planned(opened, ended(12, 12));
      const before = await everything();
      expect(await record(changes)).toBe(false);
      expect(await everything()).toEqual(before);
    });

    it('changes nothing once the lease went to somebody else', async () => {
      await watchingLive(opened.database);
      const { record } = await planned(opened, ended(12, 12));
      await leaseTarget(opened.database, IMAGE, { owner: 'other', now: NOON + LEASE_MS, leaseMs: LEASE_MS });
      const before = await everything();
      expect(await record()).toBe(false);
      expect(await everything()).toEqual(before);
    });

    it('is still possible after the time of a lease that nobody else took', async () => {
      await watchingLive(opened.database);
      const { record } = await planned(opened, ended(12, 12));
      expect(await record({ now: NOON + HOUR })).toBe(true);
    });

    it('changes nothing after a watch was added', async () => {
      await watchingLive(opened.database);
      const { record } = await planned(opened, ended(12, 12));
      await watching(opened.database, { channel: 'C2' });
      expect(await record()).toBe(false);
      expect(await outboxLines(opened.database)).toEqual(['live pending 0', 'live sent 0']);
    });

    it('writes all of it or nothing', async () => {
      await watchingLive(opened.database);
      const { plan, record } = await planned(opened, ended(12, 12));
      const before = await everything();
      // No scan can be kept without the time it began.
      const broken = { ...plan, scan: { ...plan.scan!, startedAt: null } } as unknown as Plan;
      await expect(record({ plan: broken })).rejects.toThrow();
      expect(await everything()).toEqual(before);
    });
  });
}

function updateSuite(openDatabase: OpenDatabase): void {
  describe('an update', () => {
    const opened = useMigrated(openDatabase);
    const lines = (id: string) => outboxLines(opened.database, id);
    const leased = async (id: string, now = NOON) => {
      const delivery = await leaseOf(opened.database, id, { now });
      return { delivery, owner: 'me', now };
    };

    it('overwrites the one that is not sent yet', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(3, 12));
      await readNow(opened.database, scanning(7, 12));
      expect(await lines(id)).toEqual(['live sent 0', 'update pending 7']);
      expect((await leaseOf(opened.database, id)).content.snapshot.images.scanned).toBe(7);
    });

    it('overwrites an unsent live message instead, which then goes at once', async () => {
      const id = await watching(opened.database, { liveDelayMs: MINUTE });
      expect(await leaseAll(opened.database)).toEqual([]);
      await readNow(opened.database, scanning(7, 12));
      expect(await lines(id)).toEqual(['live pending 7']);
      expect(await leaseAll(opened.database)).toMatchObject([{ kind: 'live', watchId: id }]);
    });

    it('does not send an unsent live message before Slack wants to hear of it again', async () => {
      const id = await watching(opened.database);
      const sending = await leased(id);
      await settleLater(opened.database, sending, { dueAt: NOON + MINUTE, error: 'rate limited' });
      await readNow(opened.database, scanning(7, 12));
      expect(await lines(id)).toEqual(['live pending 7']);
      expect(await leaseAll(opened.database)).toEqual([]);
      expect(await leaseAll(opened.database, { now: NOON + MINUTE })).toHaveLength(1);
    });

    it('waits while the live message is being sent', async () => {
      const id = await watching(opened.database);
      const sending = await leased(id);
      await readNow(opened.database, scanning(7, 12));
      expect(await lines(id)).toEqual(['live sending 0', 'update pending 7']);
      expect(await leaseAll(opened.database)).toEqual([]);
      await settlePosted(opened.database, sending, '17.1');
      expect(await leaseAll(opened.database)).toMatchObject([{ kind: 'update', messageTs: '17.1' }]);
    });

    it('never shows less than a live message that took longer and was overwritten meanwhile', async () => {
      const id = await watching(opened.database);
      const sending = await leased(id);
      await readNow(opened.database, scanning(3, 12));
      await settleLater(opened.database, sending, { dueAt: NOON, error: 'refused connection' });
      await readNow(opened.database, scanning(7, 12), { now: NOON + TICK });
      const shown: number[] = [];
      for (let turn = 0; turn < 3; turn += 1) {
        for (const delivery of await leaseAll(opened.database, { now: NOON + TICK })) {
          shown.push(delivery.content.snapshot.images.scanned);
          const settling = { delivery, owner: 'me', now: NOON + TICK };
          if (delivery.kind === 'live') await settlePosted(opened.database, settling, '17.1');
          else await settleEdited(opened.database, settling);
        }
      }
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
      expect(shown.at(-1)).toBe(7);
      expect(await lines(id)).toEqual(['live sent 7']);
    });

    it('keeps its place while a newer one overwrites it in flight, and is due again with the newest', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(3, 12));
      const sending = await leased(id);
      await readNow(opened.database, scanning(7, 12));
      expect(await lines(id)).toEqual(['live sent 0', 'update sending 7']);
      expect(await leaseAll(opened.database)).toEqual([]);
      await settleEdited(opened.database, sending);
      expect(await lines(id)).toEqual(['live sent 0', 'update pending 7']);
      await settleEdited(opened.database, await leased(id));
      expect(await lines(id)).toEqual(['live sent 0']);
    });

    it('is not made where nothing changed that a person can see', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      await settleEdited(opened.database, await leased(id));
      await readNow(opened.database, scanning(7, 12), { now: NOON + TICK });
      expect(await lines(id)).toEqual(['live sent 0']);
    });

    it('is made for every watch of the target', async () => {
      const here = await watchingLive(opened.database);
      const there = await watchingLive(opened.database, { channel: 'C2' });
      await readNow(opened.database, scanning(7, 12));
      for (const id of [here, there]) expect(await lines(id)).toEqual(['live sent 0', 'update pending 7']);
    });
  });
}

function endSuite(openDatabase: OpenDatabase): void {
  describe('an end', () => {
    const opened = useMigrated(openDatabase);
    const lines = (id: string) => outboxLines(opened.database, id);

    it('gives the final state and one completion, and drops the pending update', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, scanning(7, 12));
      await readNow(opened.database, ended(12, 12), { now: NOON + TICK });
      expect(await lines(id)).toEqual(['completion pending 12', 'final pending 12', 'live sent 0']);
      const ends = (await outbox(opened.database, id)).filter(({ kind }) => kind !== 'live');
      expect(ends.map(({ content, dueAt }) => [content.end, dueAt])).toEqual([
        ['scan-ended', NOON + TICK],
        ['scan-ended', NOON + TICK],
      ]);
      const row = await rowOf(opened.database, 'watches', id);
      expect([row['state'], Number(row['ended_at'])]).toEqual(['scan-ended', NOON + TICK]);
    });

    it('is told once though it is recorded twice', async () => {
      const id = await watchingLive(opened.database);
      const { plan, record } = await planned(opened, ended(12, 12));
      expect(await record()).toBe(true);
      expect(await record()).toBe(false);
      const before = await outbox(opened.database, id);
      const again = await leaseTarget(opened.database, IMAGE, { owner: 'me', now: NOON, leaseMs: LEASE_MS });
      expect(await record({ plan, version: again!.version, now: NOON + TICK })).toBe(true);
      expect(await outbox(opened.database, id)).toEqual(before);
    });

    it('is told once though it is recorded again after it was sent', async () => {
      const id = await watchingLive(opened.database);
      const { record } = await planned(opened, ended(12, 12));
      await record();
      for (const kinds of [['final'], ['completion']] as const) {
        const delivery = await leaseOf(opened.database, id, { kinds });
        await settlePosted(opened.database, { delivery, owner: 'me', now: NOON }, '17.2');
      }
      const again = await leaseTarget(opened.database, IMAGE, { owner: 'me', now: NOON, leaseMs: LEASE_MS });
      await record({ version: again!.version });
      expect(await lines(id)).toEqual(['completion sent 12', 'final sent 12', 'live sent 0']);
    });

    it('is said by an unsent live message too, which goes at once', async () => {
      const id = await watching(opened.database, { liveDelayMs: HOUR });
      await readNow(opened.database, ended(12, 12));
      expect(await lines(id)).toEqual(['completion pending 12', 'final pending 12', 'live pending 12']);
      expect(await leaseAll(opened.database)).toMatchObject([
        { kind: 'live', content: { end: 'scan-ended' } },
      ]);
    });

    it('drops an update that is under way once that is settled, whatever came of it', async () => {
      for (const [channel, settle] of [
        ['C1', settleEdited],
        ['C2', settleLater],
      ] as const) {
        const id = await watchingLive(opened.database, { channel });
        await readNow(opened.database, scanning(7, 12));
        const [delivery] = await leaseAll(opened.database, { kinds: ['update'] });
        await readNow(opened.database, ended(12, 12));
        expect(await lines(id)).toContain('update sending 7');
        await settle(
          opened.database,
          { delivery: delivery!, owner: 'me', now: NOON },
          { dueAt: NOON, error: 'x' },
        );
        expect(await lines(id)).toEqual(['completion pending 12', 'final pending 12', 'live sent 0']);
      }
    });

    it('is told to every watch, and to no watch that was stopped before', async () => {
      const here = await watchingLive(opened.database);
      const there = await watchingLive(opened.database, { channel: 'C2', thread: '17.1' });
      await readNow(opened.database, ended(12, 12));
      const later = await watchingLive(opened.database, { now: NOON + MINUTE });
      for (const id of [here, there]) expect(await lines(id)).toContain('completion pending 12');
      expect(await lines(later)).toEqual(['live sent 0']);
    });

    it('by time tells why, once', async () => {
      const id = await watchingLive(opened.database);
      const at = NOON + SETTINGS.watchTtlMs;
      await readNow(opened.database, EMPTY, { now: at });
      await readNow(opened.database, EMPTY, { now: at + SECOND });
      const ends = (await outbox(opened.database, id)).filter(({ kind }) => kind !== 'live');
      expect(ends.map(({ kind, content }) => [kind, content.end])).toEqual([
        ['completion', 'expired'],
        ['final', 'expired'],
      ]);
      expect((await rowOf(opened.database, 'watches', id))['state']).toBe('expired');
    });
  });
}
