import { expect, it } from 'vitest';
import { sumBoard } from '../../../../src/scan/board.ts';
import { type Target, targetId } from '../../../../src/scan/target.ts';
import { ended, HOUR, IMAGE, NOON, SECOND, SETTINGS } from '../../../support/observations.ts';
import { CHANNEL, imageNamed } from '../../../support/store.ts';
import { suite, suites } from '../fixture.ts';
import { renameSuite } from './renames.ts';

const OTHER = imageNamed('other');

const sharing = suite('a conversation', (store) => {
  it('is not known before Slack told of it, and as it told last then', async () => {
    expect(await store.findConversation('C1')).toBeNull();
    await store.saveConversation({ id: 'C1', isShared: true, now: NOON });
    expect(await store.findConversation('C1')).toEqual({ isShared: true, checkedAt: NOON });
    await store.saveConversation({ id: 'C1', isShared: false, now: NOON + SECOND });
    expect(await store.findConversation('C1')).toEqual({ isShared: false, checkedAt: NOON + SECOND });
  });

  it('that holds nothing back any more gets at once what waited', async () => {
    const retry = { dueAt: NOON + HOUR, error: 'held back' };
    await store.settleLater(await store.settling(await store.watching()), retry);
    // The end of another scan waits for its report.
    await store.watchingLive({ target: OTHER });
    const settings = { ...SETTINGS, reportWaitMs: HOUR };
    await store.readNow(ended(12, 12), { target: OTHER, settings });
    const overdue = await store.settling(await store.watching({ thread: '1.1' }));
    await store.settleLater(overdue, { ...retry, dueAt: NOON - SECOND });
    const due = async () => {
      const rows = await store.outbox();
      const tried = rows.filter(({ state, attempts }) => state === 'pending' && attempts > 0);
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
    const { messageId } = await store.boarding([IMAGE, OTHER], { channel: 'C4', userId: 'U4' });
    const [line] = await store.readLines(messageId!);
    for (const one of [messageId, line?.watchId])
      expect(await store.findOwner(one!)).toEqual({ channel: 'C4', createdBy: 'U4' });
    await store.forgetConversation('C4');
    await store.stopping(await store.watching({ channel: 'C3' }));
    await store.subscribing({ channel: 'C2', userId: 'U7', now: NOON + SECOND });
    const watches = await store.watchesOfTarget(targetId(IMAGE));
    const silent = watches.find((watch) => watch.messageId === null);
    expect(await store.findOwner(silent!.id)).toEqual({ channel: 'C2', createdBy: null });
    const owners = await store.activeOwners([targetId(IMAGE)]);
    expect(owners.map(({ channel, createdBy }) => [channel, createdBy])).toEqual([
      ['C2', null],
      ['C1', 'U7'],
    ]);
  });
});

const stoppedBy = suite('who stopped it', (store) => {
  const STOPPED = { scanned: 7, stoppedBy: 'U9', stopped: 'watch' } as const;
  const said = async () => (await store.leaseAll({ kinds: ['stopped-by'] })).map(({ thread }) => thread);

  it.each([
    ['another’s watch', ['U1'], 1],
    ['a watch of several', ['U9', 'U1'], 1],
    ['one’s own watch', ['U9'], 0],
  ] as const)('is told below the live message of %s', async (_, users, times) => {
    const id = await store.watchingLive({ userId: users[0] });
    for (const userId of users.slice(1)) await store.watching({ userId });
    await store.stopping(id, STOPPED);
    const { messageTs } = (await store.findWatch(id))!;
    expect(await said()).toEqual(Array.from({ length: times }, () => messageTs));
  });

  it('is told the whole channel of a subscription, which has shown nothing', async () => {
    await store.subscribing({ userId: 'U9' });
    await store.unsubscribing({ ...STOPPED, stopped: 'subscription' });
    expect(await said()).toEqual(['']);
  });

  it('is told of a line of a board where others follow that line', async () => {
    await store.boarding([IMAGE, OTHER], { userId: 'U9' });
    await store.boarding([OTHER], { userId: 'U1' });
    const stop = async (target: Target) => {
      await store.stopping((await store.findActiveWatch(target, CHANNEL))!.id, STOPPED);
      return (await store.outbox(undefined, 'stopped-by')).length;
    };
    expect([await stop(IMAGE), await stop(OTHER)]).toEqual([0, 1]);
  });

  it('is told of a board once, with all that it showed', async () => {
    const { messageId } = await store.boarding([IMAGE, OTHER]);
    await store.stopMessage({ id: messageId!, userId: 'U9', now: NOON, shouldNotify: true });
    const [delivery] = await store.leaseAll({ kinds: ['stopped-by'] });
    expect(delivery?.subject.kind).toBe('board');
    expect(delivery?.content).toEqual({ ...sumBoard([]), ...delivery?.content, stoppedBy: 'U9' });
  });
});

export const conversationsSuite = suites(sharing, renameSuite, stoppedBy);
