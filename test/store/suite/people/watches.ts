import { expect, it } from 'vitest';
import { fingerprint } from '../../../../src/scan/state/fingerprint.ts';
import { targetId } from '../../../../src/scan/target.ts';
import type { Conversation } from '../../../../src/scan/watch.ts';
import {
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  REGULAR,
  scanning,
  SECOND,
} from '../../../support/observations.ts';
import { CHANNEL, saying, settlingOf, tsOf } from '../../../support/store.ts';
import type { WatchRequest } from '../../../support/start.ts';
import { suite, suites } from '../fixture.ts';
import { findings, imageReport, REPORTED } from '../values.ts';

const conversationIn = (channel: string): Conversation => ({ channel, thread: '' });

const starts = suite('starting a watch', (store) => {
  const request = { target: IMAGE, conversation: CHANNEL, userId: 'U1', now: NOON, content: saying(0) };
  const start = (options: Partial<WatchRequest> = {}, by = store) =>
    by.startWatch({ ...request, liveDelayMs: 0, ...options });

  it('records it with its live message and its first follower', async () => {
    const { id, ...started } = await start({ liveDelayMs: 1_500 });
    expect(started).toEqual({ isNew: true, hasJoined: true });
    const live = { messageId: id, kind: 'live', state: 'pending', dueAt: NOON + 1_500 };
    expect(await store.outbox()).toMatchObject([live]);
    const { target, conversation, now: createdAt } = request;
    const made = { isActive: true, conversation, target, followers: ['U1'], createdAt };
    expect(await store.findWatch(id)).toMatchObject({ ...made, messageTs: null, boardId: null });
  });

  it('is planned for in the order in which the watches were made', async () => {
    const ids: string[] = [];
    for (const after of [3, 1, 4, 2, 0]) {
      ids[after] = (
        await start({ conversation: conversationIn(`C${after}`), now: NOON + after * SECOND })
      ).id;
    }
    const planned = await store.watchesOfTarget(targetId(IMAGE));
    expect(planned.map(({ id }) => id)).toEqual(ids);
  });

  it('makes its target due at once', async () => {
    await start();
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBe(NOON);
  });

  it('never puts off a reading that is due earlier', async () => {
    await start();
    await start({ conversation: conversationIn('C2'), now: NOON + HOUR });
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBe(NOON);
  });

  it('joins the watch that is there', async () => {
    const first = await start();
    const second = await start({ userId: 'U2', now: NOON + SECOND });
    expect(second).toEqual({ id: first.id, isNew: false, hasJoined: true });
    expect(await store.outboxLines()).toEqual(['live pending 0']);
    expect((await store.findWatch(first.id))?.followers).toEqual(['U1', 'U2']);
  });

  it('changes nothing for a person who follows already', async () => {
    const first = await start();
    expect(await start()).toEqual({ id: first.id, isNew: false, hasJoined: false });
    expect((await store.findWatch(first.id))?.followers).toEqual(['U1']);
  });

  it('gives one watch where two ask at once', async () => {
    const other = await store.connect();
    const [here, there] = await Promise.all([start(), start({ userId: 'U2' }, other)]);
    expect(here.id).toBe(there.id);
    expect([here.isNew, there.isNew].filter(Boolean)).toHaveLength(1);
    expect(await store.watchesOfTarget(targetId(IMAGE))).toHaveLength(1);
    expect(await store.outboxLines()).toEqual(['live pending 0']);
    expect((await store.findWatch(here.id))?.followers).toHaveLength(2);
  });

  it('takes a thread for another place than its channel, and another thread for yet another', async () => {
    const places = ['', '1700000000.000100', '1700000000.000200'];
    const started = await Promise.all(
      places.map((thread) => start({ conversation: { channel: 'C1', thread } })),
    );
    expect(new Set(started.map(({ id }) => id)).size).toBe(3);
    expect(started.every(({ isNew }) => isNew)).toBe(true);
  });

  it('begins anew where the watch before has ended', async () => {
    const first = await start();
    await store.readNow(ended(12, 12));
    const second = await start({ userId: 'U2', now: NOON + MINUTE });
    expect(second).toMatchObject({ isNew: true, hasJoined: true });
    expect(second.id).not.toBe(first.id);
    expect(await store.outboxLines(second.id)).toEqual(['live pending 0']);
    expect((await store.findWatch(first.id))?.followers).toEqual(['U1']);
  });

  it('keeps what people send as it is', async () => {
    const hostile = { channel: `C'); drop table watches; --`, thread: '$1' };
    const { id } = await start({ conversation: hostile, userId: '<!channel>' });
    const found = await store.findActiveWatch(IMAGE, hostile);
    expect(found).toMatchObject({ id, conversation: hostile, followers: ['<!channel>'] });
  });
});

const lists = suite('the watch list', (store) => {
  it('of a channel has its threads, the newest first, and no other channel', async () => {
    const first = await store.watching();
    const second = await store.watching({ target: REGULAR, thread: '17.1', now: NOON + SECOND });
    await store.watching({ channel: 'C2' });
    const listed = await store.watchesInChannel('C1');
    expect(listed.map(({ id }) => id)).toEqual([second, first]);
    expect(listed.map(({ target }) => target)).toEqual([REGULAR, IMAGE]);
    expect(await store.watchesInChannel('C3')).toEqual([]);
  });

  it('has its followers each, and what was last seen', async () => {
    await store.watching();
    await store.watching({ userId: 'U2', now: NOON + SECOND });
    await store.watching({ target: REGULAR, userId: 'U3' });
    await store.readNow(scanning(7, 12));
    const listed = await store.watchesInChannel('C1');
    const image = listed.find(({ target }) => target.kind === 'image');
    expect(image?.followers).toEqual(['U1', 'U2']);
    expect(image?.snapshot.images.scanned).toBe(7);
    expect(listed.find(({ target }) => target.kind === 'regular')?.followers).toEqual(['U3']);
  });

  it('forgets a watch that is over, which is still found by its id', async () => {
    const id = await store.watching();
    await store.readNow(ended(12, 12));
    expect(await store.watchesInChannel('C1')).toEqual([]);
    expect(await store.watchesOfTarget(targetId(IMAGE))).toEqual([]);
    expect(await store.findActiveWatch(IMAGE, CHANNEL)).toBeNull();
    expect(await store.findWatch(id)).toMatchObject({ id, isActive: false });
  });

  it('has one of each thread of a channel', async () => {
    const threads = ['17.1', '17.2'];
    const ids = [];
    for (const thread of threads) ids.push(await store.watching({ thread }));
    const found = threads.map((thread) => store.findActiveWatch(IMAGE, { ...CHANNEL, thread }));
    expect((await Promise.all(found)).map((watch) => watch?.id)).toEqual(ids);
    expect(await store.findActiveWatch(IMAGE, CHANNEL)).toBeNull();
  });

  it('has nothing of a watch that never was', async () => {
    expect(await store.findWatch('nobody')).toBeNull();
    expect(await store.findActiveWatch(IMAGE, CHANNEL)).toBeNull();
  });

  it('shows an answer what is watched where it is asked, and what the scan found', async () => {
    const place = (conversation = CHANNEL, scan = 1) =>
      store.readReplyContext({ target: IMAGE, scan, conversation });
    await store.watching({ target: REGULAR });
    const unknown = { report: null, isReportPending: false, diagnosis: null };
    const nothing = { ...unknown, isWatched: false, messageTs: null };
    expect(await place()).toEqual(nothing);
    await store.watching();
    expect(await place()).toMatchObject({ isWatched: true, messageTs: null });
    expect(await place({ ...CHANNEL, thread: '17.5' })).toEqual(nothing);
    await store.readNow(ended(12, 12));
    expect(await place()).toEqual({ ...nothing, isReportPending: true });
    const body = imageReport({ findings: findings({ critical: 1, high: 2 }), scannedAt: NOON });
    await store.reporting(body);
    expect(await place()).toEqual({ ...nothing, report: body });
    expect(await place(CHANNEL, 2)).toEqual(nothing);
  });

  it('shows a reply below a live message that it is watched there, and why its scan stalls', async () => {
    const ts = tsOf(await store.watchingLive());
    await store.stalling({ settings: REPORTED });
    const body = { kind: 'diagnosis', causes: [{ kind: 'no-defender' }], isHidden: false } as const;
    await store.reporting(body, { topic: 'stall' });
    const request = { target: IMAGE, scan: 1, conversation: { ...CHANNEL, thread: ts } };
    const context = { isWatched: true, messageTs: ts, diagnosis: body };
    expect(await store.readReplyContext(request)).toMatchObject(context);
  });

  it('tells planning what was last queued for each watch', async () => {
    const id = await store.watching();
    const before = await store.watchesOfTarget(targetId(IMAGE));
    const notificationRule = { threshold: 'every-end', areRegistryEndsPosted: true };
    expect(before).toEqual([
      { id, createdAt: NOON, lastFingerprint: '', subscription: null, messageId: id, notificationRule },
    ]);
    await store.readNow(scanning(7, 12));
    const [after] = await store.watchesOfTarget(targetId(IMAGE));
    expect(after?.lastFingerprint).toBe(fingerprint((await store.findTarget(IMAGE))!.state.snapshot));
  });
});

const abandonments = suite('abandoning a watch', (store) => {
  /** Slack says of one of its deliveries that the place takes no messages any more. */
  const abandon = async (id: string) => {
    const leased = await store.leaseAll();
    const delivery = leased.find(({ messageId }) => messageId === id)!;
    const settling = settlingOf(delivery, NOON + SECOND);
    expect(await store.settleChannelUnavailable(settling, 'is_archived')).toBe(true);
    return settling;
  };

  it('ends it and gives up all that was to be sent', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    await store.readNow(ended(12, 12));
    await abandon(id);
    const open = (await store.outbox(id)).filter(({ kind }) => kind !== 'live');
    expect(open.map(({ state, error, settledAt }) => [state, error, settledAt])).toEqual([
      ['given-up', 'is_archived', NOON + SECOND],
      ['given-up', 'is_archived', NOON + SECOND],
    ]);
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
  });

  it('keeps what was sent', async () => {
    const id = await store.watchingLive();
    await store.readNow(scanning(7, 12));
    await abandon(id);
    expect(await store.outboxLines(id)).toEqual(['live sent 0', 'update given-up 7']);
    for (const table of ['watches', 'messages'] as const)
      expect(await store.endOf(table, id)).toEqual(['undeliverable', NOON + SECOND]);
  });

  it('tells planning that the watches have changed', async () => {
    const id = await store.watching();
    const before = await store.findTarget(IMAGE);
    await abandon(id);
    expect((await store.findTarget(IMAGE))?.version).toBeGreaterThan(before?.version ?? 0);
  });

  it('does not rename the end of a watch that is over', async () => {
    const id = await store.watching();
    await store.readNow(ended(12, 12));
    await abandon(id);
    expect((await store.rowOf('watches', id))['state']).toBe('scan-ended');
  });

  it('lets the place be watched anew', async () => {
    const id = await store.watching();
    await abandon(id);
    expect(await store.watching()).not.toBe(id);
  });

  it('stands, whatever comes of a message that was under way', async () => {
    const id = await store.watching();
    await store.settlePosted(await abandon(id), '17.1');
    expect(await store.outboxLines(id)).toEqual(['live given-up 0']);
  });
});

export const watchesSuite = suites(starts, lists, abandonments);
