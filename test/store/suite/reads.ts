/** Reads for replies and lists. */

import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { targetId } from '../../../src/scan/target.ts';
import { parseSettings } from '../../../src/store/channel-settings.ts';
import type { Settling } from '../../../src/store/outbox/settle.ts';
import { insertReport } from '../../../src/store/reports.ts';
import { ended, HOUR, IMAGE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { suite } from './fixture.ts';
import { FAILED_END, findings, imageReport } from './values.ts';
import { sql } from '../../../src/store/sql.ts';

const REPORT = {
  basis: { newerThan: null, before: null },
  waitMs: 0,
  isDecisive: true,
} as const;

export const readsSuite = suite('what is read back', (store) => {
  it('of a history is the newest first', async () => {
    for (const [hours, end] of [ended(12, 12), ended(12, 12), FAILED_END].entries()) {
      const now = NOON + hours * HOUR;
      await store.watching({ now });
      await store.readNow(scanning(1, 12), { now });
      await store.readNow(end, { now: now + SECOND });
    }
    const found = findings({ critical: 1, high: 2 });
    await store.reporting(imageReport({ findings: found }), { scan: 2 });
    for (const topic of ['stall', 'end'] as const)
      await store.batch([insertReport(targetId(IMAGE), { ...REPORT, topic, scan: 3 }, NOON)]);
    await store.reporting(imageReport({ error: 'manifest unknown' }), { scan: 3 });
    const nobody = { requestedBy: null, requestedIn: null };
    expect(await store.pastScans(IMAGE, 2)).toMatchObject([
      { number: 3, state: 'failed', hasErrors: false, findings: null },
      { number: 2, state: 'completed', hasErrors: false, findings: found, ...nobody },
    ]);
    await store.readNow(scanning(1, 12), { now: NOON + 3 * HOUR });
    expect(await store.latestEndedScan(IMAGE)).toMatchObject({ state: 'failed', findings: null });
  });

  it('of a scan that goes on is what was seen last', async () => {
    await store.requesting();
    await store.watching();
    for (const second of [0, 1, 2, 3])
      await store.readNow(scanning(second, 12), { now: NOON + second * SECOND });
    const seen = { state: 'scanning', images: { scanned: 3 }, seenAt: NOON + 3 * SECOND };
    const requested = { requestedBy: 'U1', requestedIn: 'C1' };
    expect(await store.pastScans(IMAGE, 1)).toMatchObject([{ ...seen, ...requested }]);
  });

  it('of a channel is what was saved last, and its messages are told so', async () => {
    const changes = { completionIn: 'channel', showLiveMessages: false } as const;
    const settings = { ...DEFAULT_SETTINGS, ...changes };
    expect(await store.findSettings('C1')).toEqual(DEFAULT_SETTINGS);
    await store.configuring({ areMentionsOn: false }, { userId: 'U2', now: NOON - SECOND });
    await store.configuring(changes);
    expect(await store.findSettings('C1')).toEqual(settings);
    const change = sql`select changed_by, changed_at from channel_settings`;
    expect(await store.valuesOf(change)).toEqual([['U1', NOON]]);
    const earlier = { ...DEFAULT_SETTINGS, showLiveMessages: false };
    expect(parseSettings('{"areLivesShown":false}')).toEqual(earlier);
    expect((await store.leaseOf(await store.watching())).settings).toEqual(settings);
  });

  it('of a live message is what became of it', async () => {
    const outcomes = {
      posted: (live: Settling) => store.settlePosted(live, '1.1'),
      refused: (live: Settling) => store.settleChannelUnavailable(live, 'x'),
      archived: (live: Settling) => store.settleChannelUnavailable(live, 'is_archived'),
      other: (live: Settling) => store.settleFailed(live, 'x'),
    };
    for (const [outcome, settle] of Object.entries(outcomes)) {
      const id = await store.watching({ channel: outcome });
      expect(await store.findLiveOutcome(id)).toBeNull();
      await settle(await store.settling(id));
      expect(await store.findLiveOutcome(id)).toBe(outcome);
    }
    const id = await store.watching({ channel: 'stopped before' });
    await store.stopping(id);
    expect(await store.findLiveOutcome(id)).toBeNull();
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
