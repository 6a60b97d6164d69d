import { expect, it } from 'vitest';
import type { RequestKind, RequestOutcome } from '../../../../src/scan/scan-request.ts';
import { IMAGE, MINUTE, NOON, SECOND, scanning } from '../../../support/observations.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { sql } from '../../../../src/store/sql.ts';
import { suite } from '../fixture.ts';

export const scanRequestsSuite = suite('who asked for a scan that is waited for', (store) => {
  async function ask(kind: RequestKind, outcome: string, now = NOON): Promise<void> {
    const request = { target: IMAGE, kind, userId: 'UBOB', channel: 'C1', now };
    const id = await store.recordRequest(request);
    await store.settleRequest(id, outcome as RequestOutcome);
  }

  const waiting = (now: number) => store.findRequests(IMAGE, { scan: 0, startedAt: null, now });
  const NOBODY = { startedBy: null, stoppedBy: null, requestedBy: null };

  it.each<[string, string, number, object]>([
    ['started it where the Console took it', 'done', MINUTE, { ...NOBODY, startedBy: 'UBOB' }],
    [
      'only asked where nobody knows',
      'unclear',
      MINUTE,
      { ...NOBODY, requestedBy: { userId: 'UBOB', isAmbiguous: true } },
    ],
    [
      'only asked before it has answered',
      'asked',
      MINUTE,
      { ...NOBODY, requestedBy: { userId: 'UBOB', isAmbiguous: false } },
    ],
    [
      'only asked a moment before it is taken for never answered',
      'asked',
      5 * MINUTE - 1,
      { ...NOBODY, requestedBy: { userId: 'UBOB', isAmbiguous: false } },
    ],
    [
      'only asked where it never answered',
      'asked',
      5 * MINUTE,
      { ...NOBODY, requestedBy: { userId: 'UBOB', isAmbiguous: true } },
    ],
    [
      'only asked where a newer replica wrote another word',
      'of-a-newer-version',
      MINUTE,
      { ...NOBODY, requestedBy: { userId: 'UBOB', isAmbiguous: true } },
    ],
    ['is nobody where it was not taken', 'failed', MINUTE, NOBODY],
    ['is nobody any more after a quarter of an hour', 'done', 18 * MINUTE, NOBODY],
    ['is nobody where the clock was set back since', 'done', -18 * MINUTE, NOBODY],
    [
      'only asked where the clock was set back before the answer',
      'asked',
      -6 * MINUTE,
      { ...NOBODY, requestedBy: { userId: 'UBOB', isAmbiguous: true } },
    ],
  ])('%s', async (_, outcome, afterMs, found) => {
    await ask('start', outcome);
    expect(await waiting(NOON + afterMs)).toEqual(found);
  });

  it('started the scan after an end that was seen before and confirmed since', async () => {
    await store.watchingLive();
    await store.query(
      sql`insert into scans (target_id, number, started_at, ended_at, snapshot)
        values (${targetId(IMAGE)}, 1, ${NOON - SECOND}, ${NOON - SECOND}, '{}')`,
    );
    await ask('start', 'done');
    await store.query(sql`update scan_requests set scans = 0`);
    expect(await waiting(NOON + MINUTE)).toEqual({ ...NOBODY, startedBy: 'UBOB' });
    const next = { scan: 2, startedAt: NOON + SECOND };
    await store.query(
      sql`insert into scans (target_id, number, started_at, ended_at, snapshot)
        values (${targetId(IMAGE)}, 2, ${next.startedAt}, null, '{}')`,
    );
    expect(await store.findRequests(IMAGE, { ...next, now: NOON + MINUTE })).toMatchObject({
      startedBy: 'UBOB',
    });
    expect(await waiting(NOON + MINUTE)).toEqual(NOBODY);
  });

  it('is nobody where it was stopped since', async () => {
    await ask('start', 'done');
    await ask('stop', 'done', NOON + SECOND);
    expect(await waiting(NOON + MINUTE)).toEqual(NOBODY);
  });

  it('is who started that scan, where the next one was started soon after', async () => {
    await ask('start', 'done', NOON - SECOND);
    await store.watching();
    await store.readNow(scanning(1, 3));
    const next = { target: IMAGE, kind: 'start', userId: 'UEVE', channel: 'C1', now: NOON } as const;
    await store.settleRequest(await store.recordRequest(next), 'done');
    const started = async (scan: number) =>
      (await store.findRequests(IMAGE, { scan, startedAt: NOON, now: NOON })).startedBy;
    expect([await started(1), await started(2)]).toEqual(['UBOB', 'UEVE']);
  });

  it('is not who stopped the scan before', async () => {
    await ask('stop', 'done', NOON - SECOND);
    const seen = { scan: 1, startedAt: NOON, now: NOON + MINUTE };
    expect(await store.findRequests(IMAGE, seen)).toEqual(NOBODY);
  });

  it('is nobody where that scan was seen already', async () => {
    await ask('start', 'done', NOON - SECOND);
    await store.watchingLive();
    await store.readNow(scanning(1, 3), { now: NOON });
    expect(await waiting(NOON + MINUTE)).toEqual(NOBODY);
    const seen = { scan: 1, startedAt: NOON, now: NOON + MINUTE };
    expect(await store.findRequests(IMAGE, seen)).toEqual({ ...NOBODY, startedBy: 'UBOB' });
  });
});
