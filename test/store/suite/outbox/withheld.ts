import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import type { Report } from '../../../../src/scan/results/report.ts';
import type { Threshold } from '../../../../src/scan/threshold.ts';
import { type Target, targetId } from '../../../../src/scan/target.ts';
import { ended, IMAGE, NOON, scanning, SECOND, SETTINGS } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, saying, settlingOf, tsOf } from '../../../support/store.ts';
import { suite, suites } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';
import { numberOf } from '../../../../src/store/targets.ts';

const FAILED = { images: { scanned: 3, total: 12, title: '', error: 'no such manifest' } };
const WAIT_MS = 20 * SECOND;
const settings = { ...SETTINGS, reportWaitMs: WAIT_MS };
const found = (critical: number): Report => ({
  kind: 'image',
  findings: { critical, high: 0, medium: 3, low: 0, compliance: 0 },
  before: null,
  error: '',
});

const ends = suite('an end of which the channel wants to hear only from a severity on', (store) => {
  const want = (threshold: Threshold, channel = 'C1') =>
    store.saveSettings({
      ...{ channel, userId: 'U1', now: NOON },
      settings: { ...DEFAULT_SETTINGS, threshold },
    });
  const end = (target: Target = IMAGE) => store.readNow(ended(12, 12), { target, settings });
  const tell = (body: Report, target: Target = IMAGE) =>
    store.saveReport({ id: `${targetId(target)} 1 end`, body, now: NOON });
  const completion = async (id: string) =>
    (await store.outboxLines(id)).find((line) => line.startsWith('completion'));

  it('is shown by an edit and not posted where it found less', async () => {
    await want('critical');
    const id = await store.watchingLive();
    await end();
    expect(await completion(id)).toBe('completion pending 12');
    await tell(found(0));
    expect(await completion(id)).toBe('completion withheld 12');
    const leased = await store.leaseAll({ now: NOON + WAIT_MS });
    expect(leased).toMatchObject([{ kind: 'final', isQuiet: true, messageTs: tsOf(id) }]);
  });

  it('is posted where it found as much', async () => {
    await want('critical');
    const id = await store.watchingLive();
    await end();
    await tell(found(1));
    expect(await completion(id)).toBe('completion pending 12');
    expect(await store.leaseAll()).toMatchObject([{ kind: 'completion', isQuiet: false }]);
  });

  it('is posted where nothing came of the question what it found', async () => {
    await want('critical');
    const id = await store.watchingLive();
    await end();
    await store.giveUpReport({ id: `${targetId(IMAGE)} 1 end`, now: NOON });
    expect(await completion(id)).toBe('completion pending 12');
  });

  it('is posted where it was tried before that was known: Slack may have it', async () => {
    await want('critical');
    const id = await store.watchingLive();
    await end();
    const tried = await store.leaseOf(id, { kinds: ['completion'], now: NOON + WAIT_MS });
    await store.settleLater(settlingOf(tried), { dueAt: NOON + WAIT_MS, error: 'rate limited' });
    await tell(found(0));
    expect(await completion(id)).toBe('completion pending 12');
  });

  it('is posted where it failed', async () => {
    await want('new-critical');
    const id = await store.watchingLive();
    await store.readNow(ended(3, 12, FAILED), { settings });
    await tell(found(0));
    expect(await completion(id)).toBe('completion pending 3');
  });

  it('is what its channel wanted when the scan ended, and no other channel', async () => {
    await want('critical');
    const quiet = await store.watchingLive();
    const other = await store.watchingLive({ channel: 'C2' });
    await end();
    await want('every-end');
    await want('critical', 'C2');
    await tell(found(0));
    expect(await completion(quiet)).toBe('completion withheld 12');
    expect(await completion(other)).toBe('completion pending 12');
  });

  it('that is being sent already is told', async () => {
    await want('critical');
    const id = await store.watchingLive();
    await end();
    await store.leaseAll({ now: NOON + WAIT_MS, kinds: ['completion'] });
    await tell(found(0));
    expect(await completion(id)).toBe('completion sending 12');
  });
});

const boards = suite('a board in a channel that wants to hear only from a severity on', (store) => {
  const [A, B] = [imageNamed('a'), imageNamed('b')];

  const begin = async () => {
    await store.saveSettings({
      ...{ channel: 'C1', userId: 'U1', now: NOON },
      settings: { ...DEFAULT_SETTINGS, threshold: 'critical' },
    });
    const images = [A, B].map((target) => ({ target, content: saying(0) }));
    const request = { conversation: CHANNEL, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
    const { messageId: boardId } = await store.startBoard(request);
    for (const target of [A, B]) await store.readNow(scanning(3, 12), { target, settings });
    return boardId ?? '';
  };
  const end = (target: Target) => store.readNow(ended(12, 12), { target, settings });
  const tell = (target: Target, critical: number) =>
    store.saveReport({ id: `${targetId(target)} 1 end`, body: found(critical), now: NOON });
  const completion = async (id: string) =>
    (await store.outbox(id)).find(({ kind }) => kind === 'completion')?.state;
  const watchOf = async (target: Target) =>
    String(
      (
        await store.query(sql`select id from watches where target_number = ${numberOf(targetId(target))}`)
      )[0]?.['id'],
    );

  it('posts nothing where all of its scans found less', async () => {
    const board = await begin();
    await end(A);
    await tell(A, 0);
    expect(await completion(board)).toBeUndefined();
    await end(B);
    expect(await completion(board)).toBe('pending');
    await tell(B, 0);
    expect(await completion(board)).toBe('withheld');
  });

  it.each([
    ['the first', 1, 0],
    ['the last', 0, 1],
  ])('posts where %s found as much', async (_, first, last) => {
    const board = await begin();
    for (const target of [A, B]) await end(target);
    await tell(A, first);
    await tell(B, last);
    expect(await completion(board)).toBe('pending');
  });

  it('posts where nothing is known of one', async () => {
    const board = await begin();
    for (const target of [A, B]) await end(target);
    await tell(A, 0);
    await store.giveUpReport({ id: `${targetId(B)} 1 end`, now: NOON });
    expect(await completion(board)).toBe('pending');
  });

  it.each([
    ['posts nothing where people stopped the rest', 'stopped', 'withheld'],
    ['posts where the Console did not take the rest', 'not-started', 'pending'],
  ] as const)('%s', async (_, how, state) => {
    const board = await begin();
    await end(A);
    await tell(A, 0);
    const content = { ...saying(4), end: how };
    await store.stopWatch({ id: await watchOf(B), now: NOON, content });
    expect(await completion(board)).toBe(state);
  });
});

export const withheldSuite = suites(ends, boards);
