import { expect, it } from 'vitest';
import { sumBoard } from '../../../../src/scan/board.ts';
import { type Target, targetId } from '../../../../src/scan/target.ts';
import { ended, HOUR, IMAGE, NOON, SECOND, SETTINGS } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, saying, settlingOf } from '../../../support/store.ts';
import { suite, suites } from '../fixture.ts';
import { renameSuite } from './renames.ts';

const sharing = suite('a conversation', (store) => {
  it('is not known before Slack told of it, and as it told last then', async () => {
    expect(await store.findConversation('C1')).toBeNull();
    await store.saveConversation({ id: 'C1', isShared: true, now: NOON });
    expect(await store.findConversation('C1')).toEqual({ isShared: true, checkedAt: NOON });
    await store.saveConversation({ id: 'C1', isShared: false, now: NOON + SECOND });
    expect(await store.findConversation('C1')).toEqual({ isShared: false, checkedAt: NOON + SECOND });
  });

  it('that holds nothing back any more gets at once what waited', async () => {
    const delivery = await store.leaseOf(await store.watching());
    const retry = { dueAt: NOON + HOUR, error: 'held back' };
    await store.settleLater(settlingOf(delivery), retry);
    // The end of another scan waits for its report.
    const target = imageNamed('other');
    await store.watchingLive({ target });
    await store.readNow(ended(12, 12), { target, settings: { ...SETTINGS, reportWaitMs: HOUR } });
    const overdue = await store.watching({ thread: '1.1' });
    const late = { ...retry, dueAt: NOON - SECOND };
    await store.settleLater(settlingOf(await store.leaseOf(overdue)), late);
    const due = async () => {
      const tried = (await store.outbox()).filter(
        ({ state, attempts }) => state === 'pending' && attempts > 0,
      );
      return tried.map(({ dueAt }) => dueAt).toSorted();
    };
    await store.sendPostponed('C2', NOON);
    expect(await due()).toEqual([NOON - SECOND, NOON + HOUR]);
    await store.sendPostponed('C1', NOON);
    expect(await due()).toEqual([NOON - SECOND, NOON]);
    expect(await store.leaseAll()).toHaveLength(2);
  });

  it('has an owner of what is in it: who asked first', async () => {
    const id = await store.watching({ userId: 'U7' });
    await store.watching({ userId: 'U8', now: NOON + SECOND });
    expect(await store.findOwner(id)).toEqual({ channel: 'C1', createdBy: 'U7' });
    expect(await store.findOwner('nobody')).toBeNull();
    const images = [IMAGE, imageNamed('b')].map((target) => ({ target, content: saying(0) }));
    const board = { conversation: { channel: 'C4', thread: '' }, images, now: NOON, liveDelayMs: 0 };
    const { messageId } = await store.startBoard({ ...board, userId: 'U4' });
    expect(await store.findOwner(messageId!)).toEqual({ channel: 'C4', createdBy: 'U4' });
    await store.forgetConversation('C4');
    await store.stopWatch({ id: await store.watching({ channel: 'C3' }), now: NOON, content: saying(0) });
    await store.subscribe({ target: IMAGE, channel: 'C2', userId: 'U7', now: NOON + SECOND });
    const [silent] = (await store.watchesOfTarget(targetId(IMAGE))).filter(
      ({ messageId: at }) => at === null,
    );
    expect(await store.findOwner(silent!.id)).toEqual({ channel: 'C2', createdBy: null });
    const owners = await store.activeOwners([targetId(IMAGE)]);
    expect(owners.map(({ channel, createdBy }) => [channel, createdBy])).toEqual([
      ['C2', null],
      ['C1', 'U7'],
    ]);
  });
});

const stoppedBy = suite('who stopped it', (store) => {
  const content = { ...saying(7), end: 'stopped', stoppedBy: 'U9', stopped: 'watch' } as const;
  const said = async () =>
    (await store.leaseAll({ kinds: ['stopped-by'] })).map((delivery) => delivery.thread);

  it.each([
    ['another’s watch', ['U1'], 1],
    ['a watch of several', ['U9', 'U1'], 1],
    ['one’s own watch', ['U9'], 0],
  ] as const)('is told below the live message of %s', async (_, users, times) => {
    const id = await store.watchingLive({ userId: users[0] });
    for (const userId of users.slice(1)) await store.watching({ userId });
    await store.stopWatch({ id, now: NOON, content });
    const { messageTs } = (await store.findWatch(id))!;
    expect(await said()).toEqual(Array.from({ length: times }, () => messageTs));
  });

  it('is told the whole channel of a subscription, which has shown nothing', async () => {
    await store.subscribe({ target: IMAGE, channel: 'C1', userId: 'U9', now: NOON });
    const [subscription] = await store.subscriptionsInChannel('C1');
    const ending = { id: subscription!.id, now: NOON };
    await store.unsubscribe({ ...ending, content: { ...content, stopped: 'subscription' } });
    expect(await said()).toEqual(['']);
  });

  it('is told of a line of a board where others follow that line', async () => {
    const images = [IMAGE, imageNamed('other')].map((target) => ({ target, content: saying(0) }));
    const board = { conversation: CHANNEL, now: NOON, liveDelayMs: 0 };
    await store.startBoard({ ...board, userId: 'U9', images });
    await store.startBoard({ ...board, userId: 'U1', images: images.slice(1) });
    const shown = await store.watchesInChannel('C1');
    const stop = async (target: Target) => {
      const watch = shown.find((line) => targetId(line.target) === targetId(target));
      await store.stopWatch({ id: watch!.id, now: NOON, content });
      return (await store.outbox()).filter(({ kind }) => kind === 'stopped-by').length;
    };
    expect([await stop(IMAGE), await stop(imageNamed('other'))]).toEqual([0, 1]);
  });

  it('is told of a board once, with all that it showed', async () => {
    const conversation = { channel: 'C1', thread: '' };
    const images = [IMAGE, imageNamed('acme/other')].map((target) => ({ target, content: saying(0) }));
    const request = { conversation, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
    const { messageId: boardId } = await store.startBoard(request);
    await store.stopMessage({ id: boardId!, userId: 'U9', now: NOON, shouldNotify: true });
    const [delivery] = await store.leaseAll({ kinds: ['stopped-by'] });
    expect(delivery?.subject.kind).toBe('board');
    expect(delivery?.content).toEqual({ ...sumBoard([]), ...delivery?.content, stoppedBy: 'U9' });
  });
});

export const conversationsSuite = suites(sharing, renameSuite, stoppedBy);
