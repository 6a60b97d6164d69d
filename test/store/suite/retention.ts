import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { claimEvent, finishEvent, takeUnanswered } from '../../../src/store/events.ts';
import { forgetBefore, forgetHistory } from '../../../src/store/retention.ts';
import { settleEdited, settleGivenUp, settlePosted } from '../../../src/store/settlements.ts';
import { ensureTarget, findTarget } from '../../../src/store/targets.ts';
import { findWatch } from '../../../src/store/watches.ts';
import { targetId } from '../../../src/scan/target.ts';
import { EMPTY, ended, HOUR, MINUTE, IMAGE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { imageNamed, leaseAll, outbox, readNow, watching, watchingLive } from '../../support/store.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';

export function retentionSuite(openDatabase: OpenDatabase): void {
  eventSuite(openDatabase);
  historySuite(openDatabase);
  describe('what is forgotten', () => {
    const opened = useMigrated(openDatabase);
    const count = async (table: string) => {
      const [row] = await opened.database.query(`select count(*) as count from ${table}`, []);
      return Number(row?.['count']);
    };
    const forget = (at = NOON + HOUR) => forgetBefore(opened.database, at);
    const deliverAll = async () => {
      for (const kinds of [['final'], ['completion']] as const) {
        for (const delivery of await leaseAll(opened.database, { kinds })) {
          const settling = { delivery, owner: 'me', now: NOON };
          if (delivery.kind === 'final') await settleEdited(opened.database, settling);
          else await settlePosted(opened.database, settling, '17.2');
        }
      }
    };

    it('is a watch that ended long ago and told all, with its followers and deliveries', async () => {
      const id = await watchingLive(opened.database);
      await readNow(opened.database, ended(12, 12));
      await deliverAll();
      expect(await forget(NOON)).toBe(0);
      expect(await forget(NOON + SECOND)).toBe(1);
      expect(await findWatch(opened.database, id)).toBeNull();
      expect([await count('followers'), await count('deliveries')]).toEqual([0, 0]);
    });

    it('is not a watch that goes on, however old', async () => {
      const id = await watchingLive(opened.database);
      expect(await forget(NOON + 1_000 * HOUR)).toBe(0);
      expect(await findWatch(opened.database, id)).toMatchObject({ isActive: true });
    });

    it('is not a watch with something left to say', async () => {
      await watchingLive(opened.database);
      await readNow(opened.database, ended(12, 12));
      for (const state of ['pending', 'sending', 'ambiguous']) {
        await opened.database.query(`update deliveries set state = $1 where kind = 'completion'`, [state]);
        expect(await forget()).toBe(0);
      }
      expect(await outbox(opened.database)).toHaveLength(3);
    });

    it('is a watch whose completion was given up', async () => {
      await watchingLive(opened.database);
      await readNow(opened.database, ended(12, 12));
      for (const kinds of [['final'], ['completion']] as const) {
        for (const delivery of await leaseAll(opened.database, { kinds })) {
          const settling = { delivery, owner: 'me', now: NOON };
          await settleGivenUp(opened.database, settling, 'restricted_action');
        }
      }
      expect(await forget()).toBe(1);
    });

    it('is a target that nobody has asked for since, but no target with a scan', async () => {
      await opened.database.batch([ensureTarget(imageNamed('idle'), NOON)]);
      await readNow(opened.database, scanning(7, 12));
      await readNow(opened.database, EMPTY, { target: imageNamed('fresh'), now: NOON + 2 * HOUR });
      expect(await forget()).toBe(1);
      expect(await findTarget(opened.database, imageNamed('idle'))).toBeNull();
      expect(await findTarget(opened.database, imageNamed('fresh'))).not.toBeNull();
      expect(await findTarget(opened.database, IMAGE)).not.toBeNull();
      expect(await count('scans')).toBe(1);
    });

    it('is a target together with the last watch of it', async () => {
      const target = imageNamed('once');
      const id = await watchingLive(opened.database, { target });
      await opened.database.query(`update watches set state = 'undeliverable', ended_at = $1`, [NOON]);
      await readNow(opened.database, EMPTY, { target });
      expect(await forget()).toBe(2);
      expect(await findWatch(opened.database, id)).toBeNull();
      expect(await findTarget(opened.database, target)).toBeNull();
    });

    it('leaves a database in which everything refers to something', async () => {
      await expect(opened.database.query(`delete from targets`, [])).resolves.toEqual([]);
      await watching(opened.database);
      await expect(opened.database.query(`delete from targets`, [])).rejects.toThrow();
      await expect(
        opened.database.query(
          `insert into followers (watch_id, user_id, followed_at) values ('nobody', 'U1', 0)`,
          [],
        ),
      ).rejects.toThrow();
    });
  });
}

function historySuite(openDatabase: OpenDatabase): void {
  describe('history', () => {
    const opened = useMigrated(openDatabase);
    const forget = (at: number, atLeast = 2) => forgetHistory(opened.database, { at, atLeast });
    const numbers = async (table: 'scans' | 'reports' | 'scan_requests', column: string) => {
      const rows = await opened.database.query(`select ${column} as n from ${table} order by ${column}`, []);
      return rows.map(({ n }) => Number(n));
    };
    /** Scans of the usual image, an hour each, with a report each, and one asked for after each. */
    const scanTimes = async (times: number) => {
      await opened.database.batch([ensureTarget(IMAGE, NOON)]);
      for (let scan = 1; scan <= times; scan += 1) {
        const at = NOON + scan * HOUR;
        await opened.database.batch([
          {
            sql: `insert into scans (target_id, number, started_at, ended_at, snapshot) values ($1, $2, $3, $4, '{}')`,
            params: [targetId(IMAGE), scan, at - HOUR, scan === 2 ? null : at],
          },
          {
            sql: `insert into reports (id, target_id, scan, topic, basis, until, created_at) values ($1, $2, $3, 'end', '{}', $4, $4)`,
            params: [`report ${String(scan)}`, targetId(IMAGE), scan, at],
          },
          {
            sql: `insert into scan_requests (id, target_id, kind, user_id, channel, scans, outcome, at) values ($1, $2, 'start', 'U1', 'C1', $3, 'done', $4)`,
            params: [`request ${String(scan)}`, targetId(IMAGE), scan, at],
          },
        ]);
      }
    };
    const left = async () =>
      Promise.all([
        numbers('scans', 'number'),
        numbers('reports', 'scan'),
        numbers('scan_requests', 'scans'),
      ]);

    it('of long ago is forgotten, but for the latest scans of what is asked for still', async () => {
      await scanTimes(5);
      await watching(opened.database);
      await forget(NOON + 2 * HOUR);
      // Nobody saw the end of the second: it counts from its start.
      expect(await left()).toEqual([
        [3, 4, 5],
        [2, 3, 4, 5],
        [2, 3, 4, 5],
      ]);
      await forget(NOON + 1_000 * HOUR);
      expect(await left()).toEqual([
        [4, 5],
        [4, 5],
        [4, 5],
      ]);
      expect(await findTarget(opened.database, IMAGE)).not.toBeNull();
    });

    it('is forgotten with its target where nobody has asked for that since', async () => {
      await scanTimes(3);
      expect(await forget(NOON)).toBe(0);
      expect(await findTarget(opened.database, IMAGE)).not.toBeNull();
      await forget(NOON + 1);
      expect(await left()).toEqual([[], [], []]);
      expect(await findTarget(opened.database, IMAGE)).toBeNull();
    });

    it('of a scan that was asked for and never seen stays as long, and does not keep the rest', async () => {
      await opened.database.batch([ensureTarget(IMAGE, NOON)]);
      await opened.database.query(
        `insert into scan_requests (id, target_id, kind, user_id, channel, scans, outcome, at) values ('r', $1, 'start', 'U1', 'C1', 0, 'done', $2)`,
        [targetId(IMAGE), NOON],
      );
      await claimEvent(opened.database, { id: 'Ev1', body: '{}', at: NOON });
      expect(await forgetBefore(opened.database, NOON + HOUR)).toBe(1);
      expect(await numbers('scan_requests', 'scans')).toEqual([0]);
      await forget(NOON + HOUR);
      expect(await findTarget(opened.database, IMAGE)).toBeNull();
    });
  });
}

function eventSuite(openDatabase: OpenDatabase): void {
  describe('an event', () => {
    const opened = useMigrated(openDatabase);
    const claim = (database: Database, id: string, at: number) =>
      claimEvent(database, { id, body: `{"said":"${id}"}`, at });
    const unanswered = async (now: number) =>
      (await takeUnanswered(opened.database, { before: now - MINUTE, now })).map(({ id, body }) => [
        id,
        body,
      ]);

    it('that nobody answered is taken up with its words, by one, and again where that one dies, too', async () => {
      await claim(opened.database, 'Ev1', NOON);
      expect(await unanswered(NOON + MINUTE - 1)).toEqual([]);
      expect(await unanswered(NOON + MINUTE)).toEqual([['Ev1', '{"said":"Ev1"}']]);
      expect(await unanswered(NOON + MINUTE)).toEqual([]);
      expect(await unanswered(NOON + 2 * MINUTE)).toHaveLength(1);
    });

    it('that was answered is known by its id alone', async () => {
      await claim(opened.database, 'Ev1', NOON);
      await finishEvent(opened.database, 'Ev1');
      expect(await unanswered(NOON + HOUR)).toEqual([]);
      expect(await opened.database.query('select id, body from events', [])).toEqual([
        { id: 'Ev1', body: null },
      ]);
      expect(await claim(opened.database, 'Ev1', NOON + HOUR)).toBe(false);
    });

    it('that a replica has just taken whose clock is ahead is left to it', async () => {
      await claim(opened.database, 'Ev1', NOON + 5);
      expect(await unanswered(NOON)).toEqual([]);
      expect(await unanswered(NOON + MINUTE + 5)).toHaveLength(1);
    });

    it('that was taken before the clock was set back is taken up at once', async () => {
      await claim(opened.database, 'Ev1', NOON + HOUR);
      expect(await unanswered(NOON)).toHaveLength(1);
    });

    it('is claimed once', async () => {
      expect(await claim(opened.database, 'Ev1', NOON)).toBe(true);
      expect(await claim(opened.database, 'Ev1', NOON + HOUR)).toBe(false);
      expect(await claim(opened.database, 'Ev2', NOON)).toBe(true);
    });

    it('is claimed by one of two that ask at once', async () => {
      const other = await opened.connect();
      const claims = await Promise.all([claim(opened.database, 'Ev1', NOON), claim(other, 'Ev1', NOON)]);
      expect(claims.sort()).toEqual([false, true]);
    });

    it('is forgotten when Slack has long stopped sending it again', async () => {
      await claim(opened.database, 'Ev1', NOON);
      expect(await forgetBefore(opened.database, NOON)).toBe(0);
      expect(await forgetBefore(opened.database, NOON + 1)).toBe(1);
      expect(await claim(opened.database, 'Ev1', NOON + HOUR)).toBe(true);
    });
  });
}
