import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import type { Findings } from '../../../../src/scan/results/findings.ts';
import type { ImageReport, ReportTopic } from '../../../../src/scan/results/report.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { NO_VULNERABILITIES, type Vulnerabilities } from '../../../../src/scan/results/vulnerabilities.ts';
import { insertReport } from '../../../../src/store/reports.ts';
import { ended, IMAGE, MINUTE, NOON, REGULAR, scanning, SECOND } from '../../../support/observations.ts';
import { imageNamed } from '../../../support/store.ts';
import { suite, suites } from '../fixture.ts';
import { FAILED_END, findings, imageReport, REPORTED, reportOf, WAIT_MS } from '../values.ts';
import { sql } from '../../../../src/store/sql.ts';

const ID = targetId(IMAGE);
const KEYS = { ...NO_VULNERABILITIES, critical: ['CVE-2025-1 zlib'] };
const DUE = { now: NOON, againAt: NOON + 1, limit: 9 };
const settings = REPORTED;

/** The report of a scan of which nothing else is known. */
const insert = (scan: number, { topic = 'end', before = null, at = NOON }: Partial<Requested> = {}) =>
  insertReport(
    ID,
    { topic, scan, basis: { newerThan: null, before }, waitMs: 0, isDecisive: topic === 'end' },
    at,
  );

interface Requested {
  readonly topic: ReportTopic;
  readonly before: Findings | null;
  readonly at: number;
}

const reports = suite('a report', (store) => {
  /** What the report of a scan compares its findings with. */
  const beforeOf = async (scan: number, before: Findings | null = null) => {
    await store.batch([insert(scan, { before })]);
    const due = await store.claimDueReports({ ...DUE, againAt: NOON + MINUTE });
    const report = due.find(({ id }) => id === reportOf({ scan }));
    return { before: report?.basis.before, ids: report?.vulnerabilitiesBefore };
  };
  const saveOf = async (
    scan: number,
    body: Partial<ImageReport>,
    vulnerabilities: Vulnerabilities | null = KEYS,
  ) =>
    store.saveReport({
      id: reportOf({ scan }),
      body: imageReport({ ...body, scannedAt: NOON + scan }),
      vulnerabilities,
      now: NOON,
    });
  const found = (critical: number) => findings({ critical });

  it('is compared with that of the scan before, where nobody looked since', async () => {
    await store.watching();
    expect((await beforeOf(1)).before).toBeNull();
    await saveOf(1, { findings: found(4) });
    expect(await beforeOf(2)).toEqual({ before: found(4), ids: { scannedAt: NOON + 1, keys: KEYS } });
    await saveOf(2, { findings: found(7) }, null);
    // Those of the first are compared with nothing any more.
    expect(await store.query(sql`select id from reports where vulnerabilities is not null`)).toEqual([]);
    expect(await beforeOf(3)).toEqual({ before: found(7), ids: null });
    expect((await beforeOf(4, found(9))).before).toEqual(found(9));
  });

  it('is compared by ids although a scan stalled in between, and has no end yet', async () => {
    await store.watching();
    await beforeOf(1);
    await saveOf(1, { findings: found(4) });
    await store.batch([insert(2, { topic: 'stall' })]);
    await store.reporting({ kind: 'diagnosis', causes: [], isHidden: false }, { scan: 2, topic: 'stall' });
    expect((await beforeOf(3)).ids).toEqual({ scannedAt: NOON + 1, keys: KEYS });
  });

  it.each([
    ['found as much', 4, { scannedAt: NOON + 1, keys: KEYS }],
    ['found something else, which comes of a scan that was not seen', 9, null],
  ])(
    'is compared with what was found at its start, by ids where the scan before %s',
    async (_, critical, ids) => {
      await store.watching();
      await beforeOf(1);
      await saveOf(1, { findings: found(4) });
      expect(await beforeOf(2, found(critical))).toEqual({ before: found(critical), ids });
    },
  );

  it('is found by its id, and null where it was never asked for', async () => {
    await store.watching();
    for (const scan of [1, 2]) {
      await beforeOf(scan);
      await saveOf(scan, { findings: found(scan) });
    }
    expect(await store.findReport(`${ID} 2 end`)).toMatchObject({ findings: found(2) });
    expect(await store.findReport('none')).toBeNull();
  });

  it('is asked for by one, the first that is due first, as many as asked for', async () => {
    await store.watching();
    await store.batch([1, 2, 3].map((scan) => insert(scan, { at: NOON - scan })));
    const claim = async (now: number) =>
      (await store.claimDueReports({ ...DUE, now, limit: 2 })).map(({ id }) => id).toSorted();
    expect(await claim(NOON - 3)).toEqual([`${ID} 3 end`]);
    expect(await claim(NOON - 1)).toEqual([`${ID} 1 end`, `${ID} 2 end`]);
    expect(await claim(NOON)).toEqual([]);
    expect(await store.nextReportAt()).toBe(NOON + 1);
  });

  it('is compared with none where the scan before could not be made', async () => {
    await store.watching();
    await beforeOf(1);
    await saveOf(1, { findings: found(4) });
    await beforeOf(2);
    await saveOf(2, { error: 'manifest unknown' });
    expect((await beforeOf(3)).before).toBeNull();
  });

  it('keeps back every word of an end that it may turn, and all goes once it is there', async () => {
    const live = await store.watchingLive();
    const unsent = await store.watching({ channel: 'C2', liveDelayMs: MINUTE });
    await store.readNow(scanning(7, 12), { settings });
    await store.readNow(ended(12, 12), { settings });
    for (const id of [live, unsent]) expect(await store.outboxLines(id)).toContain('final pending 12');
    expect(await store.leaseAll()).toEqual([]);
    const [report] = await store.claimDueReports(DUE);
    const body = imageReport({ error: 'manifest unknown' });
    await store.saveReport({ id: report!.id, body, now: NOON });
    const leased = await store.leaseAll();
    expect(leased.map(({ kind }) => kind).sort()).toEqual(['completion', 'live']);
    for (const { subject } of leased) expect(subject).toMatchObject({ report: body });
  });

  it('is not part of the post that a line of a board has failed', async () => {
    const id = await store.boardingLive([IMAGE, imageNamed('other')]);
    await store.readNow(FAILED_END, { settings });
    await store.reporting(imageReport());
    const { subject } = await store.leaseOf(id, { kinds: ['notice'] });
    expect(subject).toMatchObject({ kind: 'scan', report: null });
  });

  it('of the registry scan is no failure on a board', async () => {
    await store.boarding([REGULAR, IMAGE]);
    for (const reading of [scanning(3, 12), ended(12, 12), ended(12, 12)])
      await store.readNow(reading, { target: REGULAR, settings });
    const [due] = await store.claimDueReports(DUE);
    const body = { kind: 'regular', errors: [], failed: [], specifications: 1, worst: [] } as const;
    await store.saveReport({ id: due!.id, body, now: NOON });
    expect((await store.outbox()).map(({ kind }) => kind)).toEqual(['live']);
  });

  it('that is there is not asked for again by whoever was late to put it off', async () => {
    await store.endingLive({ settings });
    await store.reporting(imageReport({ findings: found(1) }));
    await store.putOffReport({ id: reportOf(), dueAt: NOON + SECOND });
    expect(await store.nextReportAt()).toBeNull();
  });

  it('sends no end before Slack wants to hear of it again', async () => {
    const id = await store.endingLive({ settings });
    const now = NOON + WAIT_MS;
    await store.settleLater(await store.settling(id, { now }), {
      dueAt: NOON + MINUTE,
      error: 'rate limited',
    });
    await store.reporting(imageReport(), { now });
    expect(await store.leaseAll({ now: NOON + MINUTE - 1, kinds: ['completion'] })).toEqual([]);
    expect(await store.leaseAll({ now: NOON + MINUTE, kinds: ['completion'] })).toHaveLength(1);
  });

  it('that never comes keeps an end back for no longer than it may', async () => {
    await store.endingLive({ settings });
    expect(await store.leaseAll({ now: NOON + WAIT_MS - 1 })).toEqual([]);
    const completion = { kind: 'completion', subject: { report: null }, settings: DEFAULT_SETTINGS };
    expect(await store.leaseAll({ now: NOON + WAIT_MS })).toMatchObject([completion]);
  });
});

const failedStarts = suite('a watch whose scan could not be started', (store) => {
  it('has its final state, and is told once', async () => {
    const id = await store.watchingLive();
    expect(await store.stopping(id, { end: 'not-started' })).toBe(true);
    expect(await store.stopping(id, { end: 'not-started' })).toBe(false);
    expect(await store.outboxLines(id)).toEqual(['completion pending 0', 'final pending 0', 'live sent 0']);
  });

  it('is told also where its live message was not sent yet', async () => {
    const id = await store.watching({ liveDelayMs: MINUTE });
    await store.stopping(id, { end: 'not-started' });
    expect(await store.outboxLines(id)).toEqual(['completion pending 0']);
  });
});

export const reportsSuite = suites(reports, failedStarts);
