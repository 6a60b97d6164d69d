/** Reads for replies and lists. */

import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { targetId } from '../../../src/scan/target.ts';
import { parseSettings } from '../../../src/store/channel-settings.ts';
import { insertReport } from '../../../src/store/reports.ts';
import { ended, HOUR, IMAGE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { settlingOf } from '../../support/store.ts';
import { suite } from './fixture.ts';
import { sql } from '../../../src/store/sql.ts';

const REPORT = {
  basis: { newerThan: null, before: null },
  waitMs: 0,
  isDecisive: true,
} as const;

export const readsSuite = suite('what is read back', (store) => {
  it('of a history is the newest first', async () => {
    for (const scan of [0, 1, 2]) {
      await store.watching({ now: NOON + scan * HOUR });
      await store.readNow(scanning(1, 12), { now: NOON + scan * HOUR });
      const images = { scanned: 12, total: 12, title: '', error: scan === 2 ? 'no such manifest' : '' };
      await store.readNow(ended(12, 12, { images }), { now: NOON + scan * HOUR + SECOND });
    }
    const body = { kind: 'image', findings: null, before: null, error: 'manifest unknown' } as const;
    const findings = { critical: 1, high: 2, medium: 0, low: 0, compliance: 0 };
    await store.reporting({ ...body, findings, error: '' }, { scan: 2 });
    for (const topic of ['stall', 'end'] as const)
      await store.batch([insertReport(targetId(IMAGE), { ...REPORT, topic, scan: 3 }, NOON)]);
    await store.reporting(body, { scan: 3 });
    const scans = await store.pastScans(IMAGE, 2);
    expect(scans).toMatchObject([
      { number: 3, state: 'failed', hasErrors: false, findings: null },
      { number: 2, state: 'completed', hasErrors: false, findings, requestedBy: null, requestedIn: null },
    ]);
    await store.readNow(scanning(1, 12), { now: NOON + 3 * HOUR });
    expect(await store.latestEndedScan(IMAGE)).toMatchObject({ state: 'failed', findings: null });
  });

  it('of a scan that goes on is what was seen last', async () => {
    const request = { target: IMAGE, kind: 'start', userId: 'U1', channel: 'C1', now: NOON } as const;
    await store.settleRequest(await store.recordRequest(request), 'done');
    await store.watching();
    for (const second of [0, 1, 2, 3])
      await store.readNow(scanning(second, 12), { now: NOON + second * SECOND });
    expect(await store.pastScans(IMAGE, 1)).toMatchObject([
      {
        ...{ state: 'scanning', images: { scanned: 3 }, seenAt: NOON + 3 * SECOND },
        ...{ requestedBy: 'U1', requestedIn: 'C1' },
      },
    ]);
  });

  it('of a channel is what was saved last, and its messages are told so', async () => {
    const settings = { ...DEFAULT_SETTINGS, completionIn: 'channel', showLiveMessages: false } as const;
    expect(await store.findSettings('C1')).toEqual(DEFAULT_SETTINGS);
    await store.saveSettings({ channel: 'C1', settings, userId: 'U1', now: NOON });
    expect(await store.findSettings('C1')).toEqual(settings);
    const [change] = await store.query(sql`select changed_by, changed_at from channel_settings`);
    expect([change?.['changed_by'], Number(change?.['changed_at'])]).toEqual(['U1', NOON]);
    const earlier = { ...DEFAULT_SETTINGS, showLiveMessages: false };
    expect(parseSettings('{"areLivesShown":false}')).toEqual(earlier);
    expect((await store.leaseOf(await store.watching())).settings).toEqual(settings);
  });

  it('of a live message is what became of it', async () => {
    const outcomes = {
      posted: (id: string) => store.leaseOf(id).then((live) => store.settlePosted(settlingOf(live), '1.1')),
      refused: (id: string) =>
        store.leaseOf(id).then((live) => store.settleChannelUnavailable(settlingOf(live), 'x')),
      other: (id: string) => store.leaseOf(id).then((live) => store.settleFailed(settlingOf(live), 'x')),
    };
    for (const [outcome, settle] of Object.entries(outcomes)) {
      const id = await store.watching({ channel: outcome });
      expect(await store.findLiveOutcome(id)).toBeNull();
      await settle(id);
      expect(await store.findLiveOutcome(id)).toBe(outcome);
    }
  });

  it.each(['settleMessageNotFound', 'settleEditWindowClosed'] as const)(
    'of a live message that was edited is that it was posted, also after %s',
    async (settle) => {
      const id = await store.watchingLive();
      await store.readNow(scanning(1, 12));
      const later = NOON + 11 * SECOND;
      await store.settleEdited(await store.settling(id, { now: later }));
      expect(await store.findLiveOutcome(id)).toBe('posted');
      await store.readNow(scanning(2, 12), { now: later });
      expect(await store.findLiveOutcome(id)).toBe('posted');
      await store[settle](await store.settling(id, { now: later }), 'x');
      expect(await store.findLiveOutcome(id)).toBe('posted');
    },
  );
});
