import { describe, expect, it } from 'vitest';
import { saveReport } from '../../../src/store/reports.ts';
import { settleAmbiguous, settleGivenUp, settleLater } from '../../../src/store/settlements.ts';
import { ended, MINUTE, NOON, type Reading, scanning, SETTINGS } from '../../support/observations.ts';
import { leaseAll, leaseOf, outbox, readNow, watching, watchingLive } from '../../support/store.ts';
import { type OpenDatabase, type Opened, useMigrated } from './fixture.ts';

const settings = { ...SETTINGS, stallAfterMs: MINUTE, reportWaitMs: 20_000 };
const STALLED = NOON + MINUTE;
const MOVES = STALLED + MINUTE;

const read = ({ database }: Opened, reading: Reading, now: number) =>
  readNow(database, reading, { now, settings });

/** A scan that stands still; the notice waits for its cause. */
async function standStill(opened: Opened): Promise<void> {
  await read(opened, scanning(3, 12), NOON);
  await read(opened, scanning(3, 12), STALLED);
}

async function noticesOf({ database }: Opened, watchId: string): Promise<string[]> {
  const rows = await outbox(database, watchId);
  return rows
    .filter(({ kind }) => kind === 'notice')
    .map(({ state, content }) => `${String(content.notice)} ${state}`)
    .sort();
}

const leaseNotice = ({ database }: Opened, watchId: string, now: number) =>
  leaseOf(database, watchId, { kinds: ['notice'], now });

export function noticesSuite(openDatabase: OpenDatabase): void {
  describe('a notice that a scan stands still', () => {
    const opened = useMigrated(openDatabase);

    it('is not sent any more, nor that it moves again, where it moved before anybody tried to', async () => {
      const id = await watchingLive(opened.database);
      await standStill(opened);
      expect(await noticesOf(opened, id)).toEqual(['stalled pending']);
      await read(opened, scanning(4, 12), STALLED + 5_000);
      expect(await noticesOf(opened, id)).toEqual([]);
    });

    it('is known to the live message, which says the same once the Console has told', async () => {
      const { database } = opened;
      const id = await watchingLive(database);
      const drawn = async (now: number) => (await leaseOf(database, id, { kinds: ['update'], now })).subject;
      await standStill(opened);
      expect(await drawn(STALLED)).toMatchObject({ standstill: { isTold: true, diagnosis: null } });
      const body = { kind: 'diagnosis', causes: [{ kind: 'no-defender' }], isHidden: false } as const;
      await saveReport(database, { id: 'alpine:3.16 1 stall', body, now: STALLED });
      const later = await watchingLive(database, { channel: 'C9', now: STALLED });
      await read(opened, scanning(3, 12), STALLED + 5_000);
      const { subject } = await leaseOf(database, later, { kinds: ['update'], now: STALLED + 5_000 });
      expect(subject).toMatchObject({ standstill: { isTold: false, diagnosis: body } });
    });

    it('comes before the one that it moves again, also where it is in doubt', async () => {
      const { database } = opened;
      const id = await watchingLive(database);
      await standStill(opened);
      const delivery = await leaseNotice(opened, id, STALLED + 20_000);
      const settling = { delivery, owner: 'me', now: STALLED + 21_000 };
      await settleAmbiguous(database, settling, { dueAt: STALLED + 23_000, error: 'timeout' });
      await read(opened, scanning(4, 12), MOVES);
      expect(await noticesOf(opened, id)).toEqual(['moves pending', 'stalled ambiguous']);
      expect(await leaseAll(database, { kinds: ['notice'], now: MOVES })).toEqual([]);
    });

    it('that was given up has none after it', async () => {
      const { database } = opened;
      const id = await watchingLive(database);
      await standStill(opened);
      const delivery = await leaseNotice(opened, id, STALLED + 20_000);
      await settleGivenUp(database, { delivery, owner: 'me', now: STALLED + 21_000 }, 'no_text');
      await read(opened, scanning(4, 12), MOVES);
      expect(await noticesOf(opened, id)).toEqual(['stalled given-up']);
    });

    it('is not tried again after the end, also where there is no live message', async () => {
      const { database } = opened;
      const id = await watching(database);
      await database.query(`delete from deliveries where kind = 'live'`, []);
      await standStill(opened);
      const delivery = await leaseNotice(opened, id, STALLED + 20_000);
      await read(opened, ended(12, 12), MOVES);
      await settleLater(database, { delivery, owner: 'me', now: MOVES }, { dueAt: MOVES, error: '429' });
      expect(await noticesOf(opened, id)).toEqual([]);
    });
  });
}
