import { expect, it } from 'vitest';
import type { ImageReport } from '../../../../src/scan/results/report.ts';
import type { Target } from '../../../../src/scan/target.ts';
import { ended, NOON, scanning } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, tsOf } from '../../../support/store.ts';
import { suite, suites } from '../fixture.ts';
import { FAILED_END, findings, imageReport, REPORTED, reportOf, WAIT_MS } from '../values.ts';

const found = (critical: number): ImageReport => imageReport({ findings: findings({ critical, medium: 3 }) });

const ends = suite('an end of which the channel wants to hear only from a severity on', (store) => {
  const wantCritical = (channel = 'C1') => store.configuring({ threshold: 'critical' }, { channel });
  /** The end of a scan in a channel that wants to hear of what is critical. */
  const endCritical = async (): Promise<string> => {
    await wantCritical();
    return store.endingLive({ settings: REPORTED });
  };
  const completion = async (id: string) =>
    (await store.outboxLines(id)).find((line) => line.startsWith('completion'));

  it('is shown by an edit and not posted where it found less', async () => {
    const id = await endCritical();
    expect(await completion(id)).toBe('completion pending 12');
    await store.reporting(found(0));
    expect(await completion(id)).toBe('completion withheld 12');
    const leased = await store.leaseAll({ now: NOON + WAIT_MS });
    expect(leased).toMatchObject([{ kind: 'final', isQuiet: true, messageTs: tsOf(id) }]);
  });

  it('is posted where it found as much', async () => {
    const id = await endCritical();
    await store.reporting(found(1));
    expect(await completion(id)).toBe('completion pending 12');
    expect(await store.leaseAll()).toMatchObject([{ kind: 'completion', isQuiet: false }]);
  });

  it('is posted where nothing came of the question what it found', async () => {
    const id = await endCritical();
    await store.giveUpReport({ id: reportOf(), now: NOON });
    expect(await completion(id)).toBe('completion pending 12');
  });

  it('is posted where it was tried before that was known: Slack may have it', async () => {
    const id = await endCritical();
    const tried = await store.settling(id, { kinds: ['completion'], now: NOON + WAIT_MS });
    await store.settleLater(tried, { dueAt: NOON + WAIT_MS, error: 'rate limited' });
    await store.reporting(found(0));
    expect(await completion(id)).toBe('completion pending 12');
  });

  it('is posted where it failed', async () => {
    await store.configuring({ threshold: 'new-critical' });
    const id = await store.watchingLive();
    await store.readNow(FAILED_END, { settings: REPORTED });
    await store.reporting(found(0));
    expect(await completion(id)).toBe('completion pending 3');
  });

  it('is what its channel wanted when the scan ended, and no other channel', async () => {
    const other = await store.watchingLive({ channel: 'C2' });
    const quiet = await endCritical();
    await store.configuring({ threshold: 'every-end' });
    await wantCritical('C2');
    await store.reporting(found(0));
    expect(await completion(quiet)).toBe('completion withheld 12');
    expect(await completion(other)).toBe('completion pending 12');
  });

  it('that is being sent already is told', async () => {
    const id = await endCritical();
    await store.leaseAll({ now: NOON + WAIT_MS, kinds: ['completion'] });
    await store.reporting(found(0));
    expect(await completion(id)).toBe('completion sending 12');
  });
});

const boards = suite('a board in a channel that wants to hear only from a severity on', (store) => {
  const [A, B] = [imageNamed('a'), imageNamed('b')];

  const begin = async (): Promise<string> => {
    await store.configuring({ threshold: 'critical' });
    const { messageId } = await store.boarding([A, B]);
    for (const target of [A, B]) await store.readNow(scanning(3, 12), { target, settings: REPORTED });
    return messageId!;
  };
  const end = (target: Target) => store.readNow(ended(12, 12), { target, settings: REPORTED });
  const tell = (target: Target, critical: number) => store.reporting(found(critical), { target });
  const completion = async (id: string) => (await store.outbox(id, 'completion'))[0]?.state;

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

  it('posts where one was not started, and the other found less', async () => {
    const board = await begin();
    await end(A);
    const [, other] = await store.readLines(board);
    await store.stopping(other!.watchId, { end: 'not-started' });
    await tell(A, 0);
    expect(await completion(board)).toBe('pending');
  });

  it('posts where nothing is known of one', async () => {
    const board = await begin();
    for (const target of [A, B]) await end(target);
    await tell(A, 0);
    await store.giveUpReport({ id: reportOf({ target: B }), now: NOON });
    expect(await completion(board)).toBe('pending');
  });

  it.each([
    ['posts nothing where people stopped the rest', 'stopped', 'withheld'],
    ['posts where the Console did not take the rest', 'not-started', 'pending'],
  ] as const)('%s', async (_, how, state) => {
    const board = await begin();
    await end(A);
    await tell(A, 0);
    await store.stopping((await store.findActiveWatch(B, CHANNEL))!.id, { scanned: 4, end: how });
    expect(await completion(board)).toBe(state);
  });
});

export const withheldSuite = suites(ends, boards);
