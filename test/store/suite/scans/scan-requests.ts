import { expect, it } from 'vitest';
import type { RequestOutcome } from '../../../../src/scan/scan-request.ts';
import { IMAGE, MINUTE, NOON, SECOND, scanning } from '../../../support/observations.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { sql } from '../../../../src/store/sql.ts';
import { suite } from '../fixture.ts';

const NOBODY = { startedBy: null, stoppedBy: null, requestedBy: null };
const STARTED = { ...NOBODY, startedBy: 'U1' };
const asked = (isAmbiguous: boolean) => ({ ...NOBODY, requestedBy: { userId: 'U1', isAmbiguous } });

export const scanRequestsSuite = suite('who asked for a scan that is waited for', (store) => {
  const waiting = (now = NOON + MINUTE) => store.findRequests(IMAGE, { scan: 0, startedAt: null, now });
  const first = { scan: 1, startedAt: NOON, now: NOON + MINUTE };

  it.each<[string, string, number, object]>([
    ['started it where the Console took it', 'done', MINUTE, STARTED],
    ['only asked where nobody knows', 'unclear', MINUTE, asked(true)],
    ['only asked before it has answered', 'asked', MINUTE, asked(false)],
    ['only asked a moment before it is taken for never answered', 'asked', 5 * MINUTE - 1, asked(false)],
    ['only asked where it never answered', 'asked', 5 * MINUTE, asked(true)],
    ['only asked where a newer replica wrote another word', 'of-a-newer-version', MINUTE, asked(true)],
    ['is nobody where it was not taken', 'failed', MINUTE, NOBODY],
    ['is nobody any more after a quarter of an hour', 'done', 18 * MINUTE, NOBODY],
    ['is nobody where the clock was set back since', 'done', -18 * MINUTE, NOBODY],
    ['only asked where the clock was set back before the answer', 'asked', -6 * MINUTE, asked(true)],
  ])('%s', async (_, outcome, afterMs, found) => {
    await store.requesting({ outcome: outcome as RequestOutcome });
    expect(await waiting(NOON + afterMs)).toEqual(found);
  });

  it('started the scan after an end that was seen before and confirmed since', async () => {
    const insertScan = (number: number, startedAt: number, endedAt: number | null) =>
      store.query(
        sql`insert into scans (target_id, number, started_at, ended_at, snapshot)
          values (${targetId(IMAGE)}, ${number}, ${startedAt}, ${endedAt}, '{}')`,
      );
    await store.watchingLive();
    await insertScan(1, NOON - SECOND, NOON - SECOND);
    await store.requesting();
    await store.query(sql`update scan_requests set scans = 0`);
    expect(await waiting()).toEqual(STARTED);
    await insertScan(2, NOON + SECOND, null);
    const next = { scan: 2, startedAt: NOON + SECOND, now: NOON + MINUTE };
    expect(await store.findRequests(IMAGE, next)).toMatchObject({ startedBy: 'U1' });
    expect(await waiting()).toEqual(NOBODY);
  });

  it('is nobody where it was stopped since', async () => {
    await store.requesting();
    await store.requesting({ kind: 'stop', now: NOON + SECOND });
    expect(await waiting()).toEqual(NOBODY);
  });

  it('is who started that scan, where the next one was started soon after', async () => {
    await store.requesting({ now: NOON - SECOND });
    await store.watching();
    await store.readNow(scanning(1, 3));
    await store.requesting({ userId: 'U2' });
    const started = async (scan: number) =>
      (await store.findRequests(IMAGE, { scan, startedAt: NOON, now: NOON })).startedBy;
    expect([await started(1), await started(2)]).toEqual(['U1', 'U2']);
  });

  it('is not who stopped the scan before', async () => {
    await store.requesting({ kind: 'stop', now: NOON - SECOND });
    expect(await store.findRequests(IMAGE, first)).toEqual(NOBODY);
  });

  it('is nobody where that scan was seen already', async () => {
    await store.requesting({ now: NOON - SECOND });
    await store.watchingLive();
    await store.readNow(scanning(1, 3), { now: NOON });
    expect(await waiting()).toEqual(NOBODY);
    expect(await store.findRequests(IMAGE, first)).toEqual(STARTED);
  });
});
