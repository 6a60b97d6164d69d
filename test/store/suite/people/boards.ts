import { expect, it } from 'vitest';
import { type Target, targetId } from '../../../../src/scan/target.ts';
import type { LeasedDelivery } from '../../../../src/store/outbox/load.ts';
import { EMPTY, ended, HOUR, NOON, scanning, SECOND } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, tsOf, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';
import { numberOf } from '../../../../src/store/targets.ts';
import { FAILED_END, findings, imageReport, REPORTED, reportOf, WAIT_MS } from '../values.ts';

// Changes within two seconds are rendered together.
const LATER = NOON + 2 * SECOND;
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map(imageNamed) as [Target, Target, Target, Target];
const DENIED = imageReport({ error: 'denied' });
const FOUND = imageReport({ findings: findings({ critical: 2 }) });

export const boardsSuite = suite('a board', (store) => {
  const lines = async (boardId: string) =>
    (await store.outbox(boardId)).map(({ kind, state }) => `${kind} ${state}`).sort();

  const end = (target: Target, now = NOON) => store.readNow(ended(12, 12), { target, now });
  /** Its end waits for what it found. */
  const endReported = (target: Target, now = NOON) =>
    store.readNow(ended(12, 12), { target, now, settings: REPORTED });
  const idOf = async (target: Target) => (await store.findActiveWatch(target, CHANNEL))!.id;
  const drawn = ({ subject }: LeasedDelivery) =>
    subject.kind === 'board'
      ? subject.lines.map(({ content: { snapshot, end: how } }) => `${snapshot.images.scanned} ${how ?? '-'}`)
      : [];

  it('has one message for all its images, which are followed by themselves', async () => {
    const { messageId, shown, before } = await store.boarding([A, B, C]);
    expect([shown, before]).toEqual([[A, B, C], []]);
    expect(await store.outboxLines()).toEqual(['live pending 0']);
    const [leased] = await store.leaseAll();
    expect(leased).toMatchObject({ messageId, followers: ['U1'], conversation: CHANNEL });
    const board = { kind: 'board', lines: [{ target: A }, { target: B }, { target: C }] };
    expect(leased?.subject).toMatchObject(board);
    expect((await store.watchesInChannel('C1')).map(({ target }) => target)).toEqual([A, B, C]);
    expect(await store.boardTargets(CHANNEL)).toEqual(new Set([A, B, C].map(targetId)));
  });

  it('is edited once for what happened to any of them, with all as they are by then', async () => {
    const board = await store.boardingLive([A, B]);
    await store.readNow(scanning(3, 12), { target: A });
    await store.readNow(scanning(5, 12), { target: B });
    expect(await lines(board)).toEqual(['live sent', 'update pending']);
    expect(await store.leaseAll()).toEqual([]);
    const update = await store.leaseOf(board, { now: LATER });
    expect(drawn(update)).toEqual(['3 -', '5 -']);
    // A change while it is being sent is rendered after it.
    await store.readNow(scanning(6, 12), { target: B });
    await store.settleEdited(settlingOf(update, LATER));
    expect(await store.leaseAll({ now: LATER })).toEqual([]);
    expect(drawn(await store.leaseOf(board, { now: LATER + 2 * SECOND }))).toEqual(['3 -', '6 -']);
  });

  it('knows the scan before of each image that waits for the next one, and of no other', async () => {
    for (const [target, critical] of [[A, 1] as const, [B, 2] as const, [C, 3] as const]) {
      await store.watching({ target });
      await store.readNow(scanning(1, 12), { target });
      await end(target);
      await store.reporting(imageReport({ findings: findings({ critical }) }), { target });
    }
    const board = await store.boardingLive([A, B, C, D]);
    for (const target of [A, C, D]) await store.readNow(EMPTY, { target });
    await store.readNow(scanning(1, 12), { target: B });
    const { content } = (await store.readLines(board))[2]!;
    await store.stopping(await idOf(C), { snapshot: content.snapshot });
    const { subject } = await store.leaseOf(board, { now: LATER });
    const before = { state: 'completed', endedAt: NOON, findings: { critical: 1 } };
    expect(subject).toMatchObject({
      lines: [{ before }, { before: null }, { before: null }, { before: null }],
    });
  });

  it('tells the end once, when the last of its images has ended', async () => {
    const board = await store.boardingLive([A, B]);
    await store.readNow(scanning(1, 12), { target: A });
    await end(A);
    expect(await lines(board)).toEqual(['live sent', 'update pending']);
    await store.readNow(scanning(1, 12), { target: B });
    await end(B);
    expect(await lines(board)).toEqual(['completion pending', 'final pending', 'live sent']);
    expect((await store.rowOf('messages', board))['state']).toBe('scan-ended');
    const [completion] = await store.leaseAll({ kinds: ['completion'] });
    expect(completion).toMatchObject({ messageTs: tsOf(board), thread: tsOf(board) });
    expect(drawn(completion!)).toEqual(['12 scan-ended', '12 scan-ended']);
  });

  it('tells a failure at once, below it, and once', async () => {
    const board = await store.boardingLive([A, B]);
    await store.readNow(FAILED_END, { target: A, settings: REPORTED });
    expect(await lines(board)).toEqual(['live sent', 'notice pending', 'update pending']);
    const [notice] = await store.leaseAll({ kinds: ['notice'] });
    expect(notice).toMatchObject({ messageId: board, thread: tsOf(board), content: { notice: 'failed' } });
    expect(notice?.subject).toMatchObject({ kind: 'scan', target: A });
    await store.reporting(DENIED, { target: A });
    expect(await store.outbox(board, 'notice')).toHaveLength(1);
  });

  it('tells a failure that only the result tells', async () => {
    const board = await store.boardingLive([A, B]);
    await endReported(A);
    expect(await lines(board)).toEqual(['live sent', 'update pending']);
    await store.reporting(DENIED, { target: A });
    const [notice] = await store.leaseAll({ kinds: ['notice'] });
    expect(notice?.subject).toMatchObject({ target: A, report: DENIED });
  });

  it('lets its end wait until what the scans found is known of all of them', async () => {
    const board = await store.boardingLive([A, B]);
    for (const target of [A, B]) await endReported(target);
    const due = () => store.leaseAll({ now: NOON + SECOND, kinds: ['final', 'completion', 'notice'] });
    await store.reporting(FOUND, { target: A });
    expect(await due()).toEqual([]);
    await store.giveUpReport({ id: reportOf({ target: B }), now: NOON + SECOND });
    const leased = [...(await due()), ...(await due())];
    expect(leased.map(({ kind }) => kind)).toEqual(['completion', 'final']);
    expect(leased[0]?.subject).toMatchObject({ lines: [{ report: FOUND }, { report: null }] });
    expect(await lines(board)).not.toContain('update pending');
  });

  it('waits for the result of one that ended before somebody stopped the last', async () => {
    const board = await store.boardingLive([A, B]);
    await endReported(A);
    await store.stopping(await idOf(B), { scanned: 4, now: NOON + SECOND });
    const due = () => store.leaseAll({ now: LATER, kinds: ['completion'] });
    expect(await due()).toEqual([]);
    await store.reporting(DENIED, { target: A, now: LATER });
    expect((await due())[0]?.subject).toMatchObject({ lines: [{ report: DENIED }, {}] });
    expect(await store.outbox(board, 'notice')).toEqual([]);
  });

  it('waits for no result of another board', async () => {
    await store.boarding([C, D], { channel: 'C2' });
    await endReported(C);
    await store.boardingLive([A, B]);
    for (const target of [A, B]) await end(target, NOON + SECOND);
    expect(await store.leaseAll({ now: NOON + SECOND, kinds: ['completion'] })).toHaveLength(1);
  });

  it('waits for no result longer than any message does', async () => {
    await store.boardingLive([A, B]);
    await endReported(A, LATER);
    await endReported(B, NOON);
    const due = (at: number) => store.leaseAll({ now: at + WAIT_MS, kinds: ['completion'] });
    expect([await due(LATER - 1), await due(LATER)]).toMatchObject([[], [{ kind: 'completion' }]]);
  });

  it('draws what a scan found as soon as it is known', async () => {
    const board = await store.boardingLive([A, B]);
    await endReported(A);
    await store.settleEdited(await store.settling(board, { now: LATER }));
    await store.reporting(FOUND, { target: A });
    const { subject } = await store.leaseOf(board, { now: LATER });
    expect(subject).toMatchObject({ lines: [{ report: FOUND }, {}] });
    expect(await store.outbox(board, 'notice')).toEqual([]);
  });

  it('goes on without an image that somebody stopped, and then tells the end of the others', async () => {
    const board = await store.boardingLive([A, B]);
    await end(A);
    const id = await idOf(B);
    expect(await store.stopping(id, { scanned: 4, stoppedBy: 'U2' })).toBe(true);
    expect(await store.stopping(id, { scanned: 4, stoppedBy: 'U2' })).toBe(false);
    expect(await lines(board)).toEqual(['completion pending', 'final pending', 'live sent']);
    const [completion] = await store.leaseAll({ kinds: ['completion'] });
    expect(drawn(completion!)).toEqual(['12 scan-ended', '4 stopped']);
    expect((await store.findTarget(B))?.nextPollAt).toBeNull();
  });

  it('of which every image was stopped gets its final state and no post', async () => {
    const board = await store.boardingLive([A, B]);
    for (const target of [A, B]) await store.stopping(await idOf(target), { stoppedBy: 'U2' });
    expect(await lines(board)).toEqual(['final pending', 'live sent']);
    expect((await store.leaseOf(board)).content).toMatchObject({ end: 'stopped', stoppedBy: 'U2' });
  });

  it('posts that a scan was not started, also where people stopped all others', async () => {
    const board = await store.boardingLive([A, B]);
    await store.stopping(await idOf(A));
    await store.stopping(await idOf(B), { end: 'not-started' });
    expect(await lines(board)).toEqual(['completion pending', 'final pending', 'live sent']);
  });

  it('can be stopped as a whole: after that nothing but the final state is sent', async () => {
    const board = await store.boardingLive([A, B]);
    await end(A);
    const stop = () => store.stopMessage({ id: board, userId: 'U2', now: NOON });
    expect(await stop()).toBe(true);
    expect(await stop()).toBe(false);
    expect(await store.endOf('messages', board)).toEqual(['stopped', NOON]);
    expect(await lines(board)).toEqual(['final pending', 'live sent']);
    const [final] = await store.leaseAll({ kinds: ['final'] });
    expect(drawn(final!)).toEqual(['12 scan-ended', '0 stopped']);
    await store.readNow(scanning(5, 12), { target: B });
    expect(await lines(board)).toEqual(['final sending', 'live sent']);
    expect((await store.findTarget(B))?.nextPollAt).toBeNull();
  });

  it('that was stopped before it was posted is never posted', async () => {
    const { messageId } = await store.boarding([A, B]);
    await store.stopMessage({ id: messageId!, userId: 'U2', now: NOON });
    expect(await store.outboxLines()).toEqual([]);
  });

  it('takes over an image that is watched there by itself, whose message says so', async () => {
    const alone = await store.watchingLive({ target: A, userId: 'U7' });
    const { messageId } = await store.boarding([B, C, A]);
    expect(await store.outboxLines(alone)).toEqual(['final pending 0', 'live sent 0']);
    expect(await store.endOf('messages', alone)).toEqual(['moved-to-board', NOON]);
    const [final] = await store.leaseAll({ kinds: ['final'] });
    expect(final).toMatchObject({ messageId: alone, messageTs: tsOf(alone), content: { end: 'folded' } });
    const [board] = await store.leaseAll({ kinds: ['live'] });
    expect(board).toMatchObject({ messageId, followers: ['U1', 'U7'] });
    expect(board?.subject).toMatchObject({ lines: [{ target: B }, { target: C }, { target: A }] });
    await end(A);
    expect((await store.outbox(alone)).map(({ kind }) => kind)).toEqual(['final', 'live']);
  });

  it('takes over one whose message was not posted yet, which then is not', async () => {
    const alone = await store.watching({ target: A });
    await store.boarding([A, B]);
    expect(await store.outboxLines(alone)).toEqual([]);
  });

  it('leaves what another board there shows where it is, and tells who joined it', async () => {
    const first = await store.boardingLive([A, B]);
    const second = await store.boarding([B, C, D], { userId: 'U2' });
    expect(second.shown).toEqual([C, D]);
    expect(second.before).toMatchObject([{ target: B, hasJoined: true }]);
    expect((await store.findActiveWatch(B, CHANNEL))!.boardId).toBe(first);
    const none = { messageId: null, before: [{ hasJoined: false }, { hasJoined: false }] };
    expect(await store.boarding([A, B])).toMatchObject(none);
  });

  it('made twice at the same instant is one', async () => {
    const begun = ['U1', 'U2'].map((userId) => store.boarding([A, B], { userId }));
    const both = await Promise.all(begun);
    expect(both.map(({ messageId }) => messageId === null).sort()).toEqual([false, true]);
    expect(await store.outboxLines()).toEqual(['live pending 0']);
  });

  it('shows a subscription’s image, and leaves it its next scan', async () => {
    await store.subscribing({ target: A, userId: 'U9' });
    const board = await store.boardingLive([B, A]);
    expect((await store.readLines(board)).map(({ target }) => target)).toEqual([B, A]);
    await end(A);
    const rows = await store.query(
      sql`select message_id from watches where target_number = ${numberOf(targetId(A))} and state = 'active'`,
    );
    expect(rows).toEqual([{ message_id: null }]);
    expect(await lines(board)).toEqual(['live sent', 'update pending']);
  });

  it('keeps an image for those who asked when its subscription ends', async () => {
    await store.subscribing({ target: A, userId: 'U9' });
    await store.boardingLive([A, B]);
    await store.unsubscribing();
    expect((await store.watchesInChannel('C1')).map(({ target }) => target)).toEqual([A, B]);
  });

  it('ends with all that is on it where the place takes no messages', async () => {
    const board = (await store.boarding([A, B])).messageId!;
    await store.settleChannelUnavailable(await store.settling(board), 'is_archived');
    expect(await store.watchesInChannel('C1')).toEqual([]);
    expect(await lines(board)).toEqual(['live given-up']);
  });

  it('is forgotten as a whole, and not before it is over', async () => {
    const board = await store.boardingLive([A, B]);
    await end(A);
    await store.forgetBefore(NOON + HOUR);
    expect(await store.query(sql`select 1 from watches`)).toHaveLength(2);
    await end(B);
    await store.settlePosted(await store.settling(board, { kinds: ['completion'] }), '1');
    await store.settleEdited(await store.settling(board, { kinds: ['final'] }));
    await store.forgetBefore(NOON + HOUR);
    expect(await store.query(sql`select 1 from watches`)).toEqual([]);
    expect(await store.query(sql`select 1 from messages`)).toEqual([]);
  });
});
