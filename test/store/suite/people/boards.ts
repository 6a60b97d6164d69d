import { expect, it } from 'vitest';
import { type Target, targetId } from '../../../../src/scan/target.ts';
import type { LeasedDelivery } from '../../../../src/store/outbox/load.ts';
import { ended, HOUR, NOON, scanning, SECOND, SETTINGS } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, saying, tsOf, settlingOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';
import { numberOf } from '../../../../src/store/targets.ts';

// Changes within two seconds are rendered together.
const LATER = NOON + 2 * SECOND;
const [A, B, C] = [imageNamed('a'), imageNamed('b'), imageNamed('c')];
const FAILED = { images: { scanned: 3, total: 12, title: '', error: 'no such manifest' } };
const REPORTED = { ...SETTINGS, reportWaitMs: 20 * SECOND };
const DENIED = { kind: 'image', findings: null, before: null, error: 'denied' } as const;
const FOUND = { critical: 2, high: 0, medium: 0, low: 0, compliance: 0 };

export const boardsSuite = suite('a board', (store) => {
  const begin = async (targets: readonly Target[], userId = 'U1', conversation = CHANNEL) => {
    const images = targets.map((target) => ({ target, content: saying(0) }));
    return store.startBoard({ conversation, userId, images, now: NOON, liveDelayMs: 0 });
  };

  /** Its message is there; returns its id. */
  const live = async (targets: readonly Target[]): Promise<string> => {
    const id = (await begin(targets)).messageId!;
    await store.settlePosted(settlingOf(await store.leaseOf(id, { kinds: ['live'] })), tsOf(id));
    return id;
  };
  const lines = async (boardId: string) =>
    (await store.outbox(boardId)).map(({ kind, state }) => `${kind} ${state}`).sort();

  const endOf = async (messageId: string) => {
    const { state, ended_at: at } = await store.rowOf('messages', messageId);
    return [state, Number(at)];
  };
  const end = (target: Target, now = NOON) => store.readNow(ended(12, 12), { target, now });
  const watchOf = async (target: Target) => (await store.findActiveWatch(target, CHANNEL))!;
  const drawn = ({ subject }: LeasedDelivery) =>
    subject.kind === 'board'
      ? subject.lines.map(({ content: { snapshot, end: how } }) => `${snapshot.images.scanned} ${how ?? '-'}`)
      : [];

  it('has one message for all its images, which are followed by themselves', async () => {
    const { messageId: boardId, shown, before } = await begin([A, B, C]);
    expect([shown, before]).toEqual([[A, B, C], []]);
    expect(await store.outboxLines()).toEqual(['live pending 0']);
    const [leased] = await store.leaseAll();
    expect(leased).toMatchObject({ messageId: boardId, followers: ['U1'], conversation: CHANNEL });
    expect(leased?.subject).toMatchObject({
      kind: 'board',
      lines: [{ target: A }, { target: B }, { target: C }],
    });
    expect((await store.watchesInChannel('C1')).map(({ target }) => target)).toEqual([A, B, C]);
    expect(await store.boardTargets(CHANNEL)).toEqual(new Set([A, B, C].map(targetId)));
  });

  it('is edited once for what happened to any of them, with all as they are by then', async () => {
    const board = await live([A, B]);
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

  it('tells the end once, when the last of its images has ended', async () => {
    const board = await live([A, B]);
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
    const board = await live([A, B]);
    await store.readNow(ended(3, 12, FAILED), { target: A, settings: REPORTED });
    expect(await lines(board)).toEqual(['live sent', 'notice pending', 'update pending']);
    const [notice] = await store.leaseAll({ kinds: ['notice'] });
    expect(notice).toMatchObject({ messageId: board, thread: tsOf(board), content: { notice: 'failed' } });
    expect(notice?.subject).toMatchObject({ kind: 'scan', target: A });
    await store.saveReport({ id: `${targetId(A)} 1 end`, body: DENIED, now: NOON });
    expect((await lines(board)).filter((line) => line.startsWith('notice'))).toHaveLength(1);
  });

  it('tells a failure that only the result tells', async () => {
    const board = await live([A, B]);
    await store.readNow(ended(12, 12), { target: A, settings: REPORTED });
    expect(await lines(board)).toEqual(['live sent', 'update pending']);
    await store.saveReport({ id: `${targetId(A)} 1 end`, body: DENIED, now: NOON });
    const [notice] = await store.leaseAll({ kinds: ['notice'] });
    expect(notice?.subject).toMatchObject({ target: A, report: DENIED });
  });

  it('lets its end wait until what the scans found is known of all of them', async () => {
    const board = await live([A, B]);
    for (const target of [A, B]) await store.readNow(ended(12, 12), { target, settings: REPORTED });
    const kinds = ['final', 'completion'] as const;
    const due = () => store.leaseAll({ now: NOON + SECOND, kinds });
    const body = { kind: 'image', findings: FOUND, before: null, error: '' } as const;
    await store.saveReport({ id: `${targetId(A)} 1 end`, body, now: NOON });
    expect(await due()).toEqual([]);
    await store.giveUpReport({ id: `${targetId(B)} 1 end`, now: NOON + SECOND });
    const leased = [...(await due()), ...(await due())];
    expect(leased.map(({ kind }) => kind)).toEqual(['completion', 'final']);
    expect(leased[0]?.subject).toMatchObject({ lines: [{ report: body }, { report: null }] });
    expect(await lines(board)).not.toContain('update pending');
  });

  it('waits for the result of one that ended before somebody stopped the last', async () => {
    await live([A, B]);
    await store.readNow(ended(12, 12), { target: A, settings: REPORTED });
    const { id } = await watchOf(B);
    await store.stopWatch({ id, now: NOON + SECOND, content: saying(4, 'stopped') });
    const due = () => store.leaseAll({ now: NOON + 2 * SECOND, kinds: ['completion'] });
    expect(await due()).toEqual([]);
    await store.saveReport({ id: `${targetId(A)} 1 end`, body: DENIED, now: NOON + 2 * SECOND });
    expect((await due())[0]?.subject).toMatchObject({ lines: [{ report: DENIED }, {}] });
  });

  it('waits for no result of another board', async () => {
    const other = imageNamed('other');
    await begin([other, imageNamed('more')], 'U1', { channel: 'C2', thread: '' });
    await store.readNow(ended(12, 12), { target: other, settings: REPORTED });
    await live([A, B]);
    for (const target of [A, B]) await end(target, NOON + SECOND);
    expect(await store.leaseAll({ now: NOON + SECOND, kinds: ['completion'] })).toHaveLength(1);
  });

  it('waits for no result longer than any message does', async () => {
    await live([A, B]);
    for (const [target, now] of [[A, LATER] as const, [B, NOON] as const])
      await store.readNow(ended(12, 12), { target, now, settings: REPORTED });
    const due = (at: number) => store.leaseAll({ now: at + REPORTED.reportWaitMs, kinds: ['completion'] });
    expect([await due(LATER - 1), await due(LATER)]).toMatchObject([[], [{ kind: 'completion' }]]);
  });

  it('draws what a scan found as soon as it is known', async () => {
    const board = await live([A, B]);
    await store.readNow(ended(12, 12), { target: A, settings: REPORTED });
    const update = await store.leaseOf(board, { now: LATER });
    await store.settleEdited(settlingOf(update, LATER));
    const body = { kind: 'image', findings: FOUND, before: null, error: '' } as const;
    await store.saveReport({ id: `${targetId(A)} 1 end`, body, now: NOON });
    const { subject } = await store.leaseOf(board, { now: LATER });
    expect(subject).toMatchObject({ lines: [{ report: body }, {}] });
  });

  it('goes on without an image that somebody stopped, and then tells the end of the others', async () => {
    const board = await live([A, B]);
    await end(A);
    const { id } = await watchOf(B);
    const content = { ...saying(4), end: 'stopped', stoppedBy: 'U2' } as const;
    expect(await store.stopWatch({ id, now: NOON, content })).toBe(true);
    expect(await store.stopWatch({ id, now: NOON, content })).toBe(false);
    expect(await lines(board)).toEqual(['completion pending', 'final pending', 'live sent']);
    const [completion] = await store.leaseAll({ kinds: ['completion'] });
    expect(drawn(completion!)).toEqual(['12 scan-ended', '4 stopped']);
    expect((await store.findTarget(B))?.nextPollAt).toBeNull();
  });

  it('of which every image was stopped gets its final state and no post', async () => {
    const board = await live([A, B]);
    for (const target of [A, B]) {
      const { id } = await watchOf(target);
      await store.stopWatch({ id, now: NOON, content: { ...saying(0, 'stopped'), stoppedBy: 'U2' } });
    }
    expect(await lines(board)).toEqual(['final pending', 'live sent']);
    expect((await store.leaseOf(board)).content).toMatchObject({ end: 'stopped', stoppedBy: 'U2' });
  });

  it('posts that a scan was not started, also where people stopped all others', async () => {
    const board = await live([A, B]);
    for (const [target, how] of [[A, 'stopped'] as const, [B, 'not-started'] as const])
      await store.stopWatch({ id: (await watchOf(target)).id, now: NOON, content: saying(0, how) });
    expect(await lines(board)).toEqual(['completion pending', 'final pending', 'live sent']);
  });

  it('can be stopped as a whole: after that nothing but the final state is sent', async () => {
    const board = await live([A, B]);
    await end(A);
    const stop = () => store.stopMessage({ id: board, userId: 'U2', now: NOON });
    expect(await stop()).toBe(true);
    expect(await stop()).toBe(false);
    expect(await endOf(board)).toEqual(['stopped', NOON]);
    expect(await lines(board)).toEqual(['final pending', 'live sent']);
    const [final] = await store.leaseAll({ kinds: ['final'] });
    expect(drawn(final!)).toEqual(['12 scan-ended', '0 stopped']);
    await store.readNow(scanning(5, 12), { target: B });
    expect(await lines(board)).toEqual(['final sending', 'live sent']);
    expect((await store.findTarget(B))?.nextPollAt).toBeNull();
  });

  it('that was stopped before it was posted is never posted', async () => {
    const { messageId: boardId } = await begin([A, B]);
    await store.stopMessage({ id: boardId!, userId: 'U2', now: NOON });
    expect(await store.outboxLines()).toEqual([]);
  });

  it('takes over an image that is watched there by itself, whose message says so', async () => {
    const alone = await store.watchingLive({ target: A, userId: 'U7' });
    const { messageId: boardId } = await begin([B, A]);
    expect(await store.outboxLines(alone)).toEqual(['final pending 0', 'live sent 0']);
    expect(await endOf(alone)).toEqual(['moved-to-board', NOON]);
    const [final] = await store.leaseAll({ kinds: ['final'] });
    expect(final).toMatchObject({ messageId: alone, messageTs: tsOf(alone), content: { end: 'folded' } });
    const [board] = await store.leaseAll({ kinds: ['live'] });
    expect(board).toMatchObject({ messageId: boardId, followers: ['U1', 'U7'] });
    expect(board?.subject).toMatchObject({ lines: [{ target: B }, { target: A }] });
    await end(A);
    expect((await store.outbox(alone)).map(({ kind }) => kind)).toEqual(['final', 'live']);
  });

  it('takes over one whose message was not posted yet, which then is not', async () => {
    const alone = await store.watching({ target: A });
    await begin([A, B]);
    expect(await store.outboxLines(alone)).toEqual([]);
  });

  it('leaves what another board there shows where it is, and tells who joined it', async () => {
    const first = await live([A, B]);
    const second = await begin([B, C, imageNamed('d')], 'U2');
    expect(second.shown).toEqual([C, imageNamed('d')]);
    expect(second.before).toMatchObject([{ target: B, hasJoined: true }]);
    expect((await watchOf(B)).boardId).toBe(first);
    expect(await begin([A, B], 'U1')).toMatchObject({
      messageId: null,
      before: [{ hasJoined: false }, { hasJoined: false }],
    });
  });

  it('made twice at the same instant is one', async () => {
    const both = await Promise.all([begin([A, B], 'U1'), begin([A, B], 'U2')]);
    expect(both.map(({ messageId }) => messageId === null).sort()).toEqual([false, true]);
    expect(await store.outboxLines()).toEqual(['live pending 0']);
  });

  it('shows a subscription’s image, and leaves it its next scan', async () => {
    await store.subscribe({ target: A, channel: 'C1', userId: 'U9', now: NOON });
    const board = await live([B, A]);
    expect((await store.readLines(board)).map(({ target }) => target)).toEqual([B, A]);
    await end(A);
    const rows = await store.query(
      sql`select message_id from watches where target_number = ${numberOf(targetId(A))} and state = 'active'`,
    );
    expect(rows).toEqual([{ message_id: null }]);
    expect(await lines(board)).toEqual(['live sent', 'update pending']);
  });

  it('keeps an image for those who asked when its subscription ends', async () => {
    await store.subscribe({ target: A, channel: 'C1', userId: 'U9', now: NOON });
    await live([A, B]);
    const [row] = await store.query(sql`select id from subscriptions`);
    await store.unsubscribe({ id: String(row?.['id']), now: NOON, content: saying(0, 'stopped') });
    expect((await store.watchesInChannel('C1')).map(({ target }) => target)).toEqual([A, B]);
  });

  it('ends with all that is on it where the place takes no messages', async () => {
    const { messageId: boardId } = await begin([A, B]);
    const delivery = await store.leaseOf(boardId!);
    await store.settleChannelUnavailable(settlingOf(delivery), 'is_archived');
    expect(await store.watchesInChannel('C1')).toEqual([]);
    expect(await lines(boardId!)).toEqual(['live given-up']);
  });

  it('is forgotten as a whole, and not before it is over', async () => {
    const board = await live([A, B]);
    await end(A);
    await store.forgetBefore(NOON + HOUR);
    expect(await store.query(sql`select 1 from watches`)).toHaveLength(2);
    await end(B);
    for (const kinds of [['completion'], ['final']] as const) {
      const delivery = await store.leaseOf(board, { kinds });
      const settling = settlingOf(delivery);
      if (delivery.kind === 'final') await store.settleEdited(settling);
      else await store.settlePosted(settling, '1');
    }
    await store.forgetBefore(NOON + HOUR);
    expect(await store.query(sql`select 1 from watches`)).toEqual([]);
    expect(await store.query(sql`select 1 from messages`)).toEqual([]);
  });
});
