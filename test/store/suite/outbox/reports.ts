import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import type { Findings } from '../../../../src/scan/results/findings.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { NO_VULNERABILITIES, type Vulnerabilities } from '../../../../src/scan/results/vulnerabilities.ts';
import { insertReport } from '../../../../src/store/reports.ts';
import {
  ended,
  IMAGE,
  MINUTE,
  NOON,
  REGULAR,
  scanning,
  SECOND,
  SETTINGS,
} from '../../../support/observations.ts';
import { CHANNEL, imageNamed, saying, settlingOf } from '../../../support/store.ts';
import { suite, suites } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const ID = targetId(IMAGE);
const WAIT_MS = 20 * SECOND;
const settings = { ...SETTINGS, reportWaitMs: WAIT_MS };
const KEYS = { ...NO_VULNERABILITIES, critical: ['CVE-2025-1 zlib'] };
const found = (critical: number): Findings => ({ critical, high: 0, medium: 0, low: 0, compliance: 0 });

const reports = suite('a report', (store) => {
  /** What the report of a scan compares its findings with. */
  const beforeOf = async (scan: number, before: Findings | null = null) => {
    const planned = { topic: 'end', scan, basis: { newerThan: null, before }, waitMs: 0 } as const;
    await store.batch([insertReport(ID, { ...planned, isDecisive: true }, NOON)]);
    const due = await store.claimDueReports({ now: NOON, againAt: NOON + MINUTE, limit: 9 });
    const report = due.find(({ id }) => id.startsWith(`${ID} ${scan} `));
    const save = (
      findings: Findings | null,
      {
        error = '',
        vulnerabilities = KEYS,
      }: { error?: string; vulnerabilities?: Vulnerabilities | null } = {},
    ) =>
      store.saveReport({
        id: report!.id,
        body: { kind: 'image', findings, before, error, scannedAt: NOON + scan },
        vulnerabilities,
        now: NOON,
      });
    return { before: report?.basis.before, ids: report?.vulnerabilitiesBefore, save };
  };

  it('is compared with that of the scan before, where nobody looked since', async () => {
    await store.watching();
    const first = await beforeOf(1);
    expect(first.before).toBeNull();
    await first.save(found(4));
    const second = await beforeOf(2);
    expect(second.before).toEqual(found(4));
    expect(second.ids).toEqual({ scannedAt: NOON + 1, keys: KEYS });
    await second.save(found(7), { vulnerabilities: null });
    // Those of the first are compared with nothing any more.
    expect(await store.query(sql`select id from reports where vulnerabilities is not null`)).toEqual([]);
    expect(await beforeOf(3)).toMatchObject({ before: found(7), ids: null });
    expect((await beforeOf(4, found(9))).before).toEqual(found(9));
  });

  it('is compared by ids although the scan stalled in between', async () => {
    await store.watching();
    await (await beforeOf(1)).save(found(4));
    const stall = { topic: 'stall', scan: 2, basis: { newerThan: null, before: null }, waitMs: 0 } as const;
    await store.batch([insertReport(ID, { ...stall, isDecisive: false }, NOON)]);
    const body = { kind: 'diagnosis', causes: [], isHidden: false } as const;
    await store.saveReport({ id: `${ID} 2 stall`, body, now: NOON });
    expect((await beforeOf(2)).ids).toEqual({ scannedAt: NOON + 1, keys: KEYS });
  });

  it('is null where it was never asked for', async () => {
    expect(await store.findReport('none')).toBeNull();
  });

  it('is asked for by one, the first that is due first, as many as asked for', async () => {
    await store.watching();
    for (const scan of [1, 2, 3]) {
      const planned = { topic: 'end', scan, basis: { newerThan: null, before: null }, waitMs: 0 } as const;
      await store.batch([insertReport(ID, { ...planned, isDecisive: true }, NOON - scan)]);
    }
    const claim = async (now: number) =>
      (await store.claimDueReports({ now, againAt: NOON + 1, limit: 2 })).map(({ id }) => id).toSorted();
    expect(await claim(NOON - 3)).toEqual([`${ID} 3 end`]);
    expect(await claim(NOON - 1)).toEqual([`${ID} 1 end`, `${ID} 2 end`]);
    expect(await claim(NOON)).toEqual([]);
    expect(await store.nextReportAt()).toBe(NOON + 1);
  });

  it('is compared with none where the scan before could not be made', async () => {
    await store.watching();
    await (await beforeOf(1)).save(found(4));
    await (await beforeOf(2)).save(null, { error: 'manifest unknown' });
    expect((await beforeOf(3)).before).toBeNull();
  });

  it('keeps back every word of an end that it may turn, and all goes once it is there', async () => {
    const live = await store.watchingLive();
    const unsent = await store.watching({ channel: 'C2', liveDelayMs: MINUTE });
    await store.readNow(scanning(7, 12), { settings });
    await store.readNow(ended(12, 12), { settings });
    for (const id of [live, unsent]) expect(await store.outboxLines(id)).toContain('final pending 12');
    expect(await store.leaseAll()).toEqual([]);
    const [report] = await store.claimDueReports({ now: NOON, againAt: NOON + 1, limit: 9 });
    const body = { kind: 'image', findings: null, before: null, error: 'manifest unknown' } as const;
    await store.saveReport({ id: report!.id, body, now: NOON });
    const leased = await store.leaseAll();
    expect(leased.map(({ kind }) => kind).sort()).toEqual(['completion', 'live']);
    for (const { subject } of leased) expect(subject).toMatchObject({ report: body });
  });

  it('is not part of the post that a line of a board has failed', async () => {
    const other = imageNamed('other');
    const images = [IMAGE, other].map((target) => ({ target, content: saying(0) }));
    const request = { conversation: CHANNEL, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
    const id = (await store.startBoard(request)).messageId ?? '';
    await store.settlePosted(settlingOf(await store.leaseOf(id, { kinds: ['live'] })), '1.1');
    const failed = { images: { scanned: 3, total: 12, title: '', error: 'no such manifest' } };
    await store.readNow(ended(3, 12, failed), { settings });
    const body = { kind: 'image', findings: null, before: null, error: '' } as const;
    await store.saveReport({ id: `${ID} 1 end`, body, now: NOON });
    const { subject } = await store.leaseOf(id, { kinds: ['notice'] });
    expect(subject).toMatchObject({ kind: 'scan', report: null });
  });

  it('of the registry scan is no failure on a board', async () => {
    const images = [REGULAR, IMAGE].map((target) => ({ target, content: saying(0) }));
    await store.startBoard({ conversation: CHANNEL, userId: 'U1', images, now: NOON, liveDelayMs: 0 });
    for (const reading of [scanning(3, 12), ended(12, 12), ended(12, 12)])
      await store.readNow(reading, { target: REGULAR, settings });
    const [due] = await store.claimDueReports({ now: NOON, againAt: NOON + 1, limit: 9 });
    const body = { kind: 'regular', errors: [], failed: [], specifications: 1, worst: [] } as const;
    await store.saveReport({ id: due!.id, body, now: NOON });
    expect((await store.outbox()).map(({ kind }) => kind)).toEqual(['live']);
  });

  it('that is there is not asked for again by whoever was late to put it off', async () => {
    await store.watchingLive();
    await store.readNow(ended(12, 12), { settings });
    const id = `${ID} 1 end`;
    const body = { kind: 'image', findings: found(1), before: null, error: '' } as const;
    await store.saveReport({ id, body, now: NOON });
    await store.putOffReport({ id, dueAt: NOON + SECOND });
    expect(await store.nextReportAt()).toBeNull();
  });

  it('sends no end before Slack wants to hear of it again', async () => {
    const id = await store.watchingLive();
    await store.readNow(ended(12, 12), { settings });
    const completion = await store.leaseOf(id, { now: NOON + WAIT_MS });
    const retry = { dueAt: NOON + MINUTE, error: 'rate limited' };
    await store.settleLater(settlingOf(completion, NOON + WAIT_MS), retry);
    const body = { kind: 'image', findings: null, before: null, error: '' } as const;
    await store.saveReport({ id: `${ID} 1 end`, body, now: NOON + WAIT_MS });
    expect(await store.leaseAll({ now: NOON + MINUTE - 1, kinds: ['completion'] })).toEqual([]);
    expect(await store.leaseAll({ now: NOON + MINUTE, kinds: ['completion'] })).toHaveLength(1);
  });

  it('that never comes keeps an end back for no longer than it may', async () => {
    await store.watchingLive();
    await store.readNow(ended(12, 12), { settings });
    expect(await store.leaseAll({ now: NOON + WAIT_MS - 1 })).toEqual([]);
    const leased = await store.leaseAll({ now: NOON + WAIT_MS });
    expect(leased).toMatchObject([
      { kind: 'completion', subject: { report: null }, settings: DEFAULT_SETTINGS },
    ]);
  });
});

const failedStarts = suite('a watch whose scan could not be started', (store) => {
  const content = { ...saying(0), end: 'not-started', stoppedBy: null } as const;

  it('has its final state, and is told once', async () => {
    const id = await store.watchingLive();
    expect(await store.stopWatch({ id, now: NOON, content })).toBe(true);
    expect(await store.stopWatch({ id, now: NOON, content })).toBe(false);
    expect(await store.outboxLines(id)).toEqual(['completion pending 0', 'final pending 0', 'live sent 0']);
  });

  it('is told also where its live message was not sent yet', async () => {
    const id = await store.watching({ liveDelayMs: MINUTE });
    await store.stopWatch({ id, now: NOON, content });
    expect(await store.outboxLines(id)).toEqual(['completion pending 0']);
  });
});

export const reportsSuite = suites(reports, failedStarts);
