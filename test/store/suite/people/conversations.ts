import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { ended, HOUR, IMAGE, NOON, scanning, SECOND, SETTINGS } from '../../../support/observations.ts';
import { CHANNEL, imageNamed, type LeaseOptions, saying, settlingOf } from '../../../support/store.ts';
import { type OpenDatabase, useMigrated } from '../fixture.ts';
import { raw, sql } from '../../../../src/store/sql.ts';

export function conversationsSuite(openDatabase: OpenDatabase): void {
  sharingSuite(openDatabase);
  renameSuite(openDatabase);
  stoppedBySuite(openDatabase);
  forgetSuite(openDatabase);
}

function sharingSuite(openDatabase: OpenDatabase): void {
  describe('a conversation', () => {
    const store = useMigrated(openDatabase);

    it('is not known before Slack told of it, and as it told last then', async () => {
      expect(await store.findConversation('C1')).toBeNull();
      await store.saveConversation({ id: 'C1', isShared: true, now: NOON });
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
      await store.sendHeldBack('C2', NOON);
      expect(await store.leaseAll()).toEqual([]);
      await store.sendHeldBack('C1', NOON);
      expect(await store.leaseAll()).toHaveLength(1);
    });

    it('has an owner of what is in it: who asked first', async () => {
      const id = await store.watching({ userId: 'U7' });
      await store.watching({ userId: 'U8', now: NOON + SECOND });
      expect(await store.findOwner(id)).toEqual({ channel: 'C1', createdBy: 'U7' });
      expect(await store.findOwner('nobody')).toBeNull();
      await store.subscribe({ target: IMAGE, channel: 'C2', userId: 'U7', now: NOON + SECOND });
      const owners = await store.activeOwners([targetId(IMAGE)]);
      expect(owners.map(({ channel, createdBy }) => [channel, createdBy])).toEqual([
        ['C2', null],
        ['C1', 'U7'],
      ]);
    });
  });
}

function renameSuite(openDatabase: OpenDatabase): void {
  describe('a conversation with another ID', () => {
    const store = useMigrated(openDatabase);
    const rename = (from = 'C1', to = 'C2') => store.renameConversation({ from, to, now: NOON + SECOND });
    const refuse = async (kinds: LeaseOptions = {}) => {
      for (const delivery of await store.leaseAll(kinds))
        await store.settleChannelUnavailable(settlingOf(delivery), 'channel_not_found');
    };

    it('keeps its watches, subscriptions, settings and what waits to be sent', async () => {
      const id = await store.watchingLive();
      await store.subscribe({ target: IMAGE, channel: 'C1', userId: 'U1', now: NOON });
      const settings = { ...DEFAULT_SETTINGS, areMentionsOn: false };
      await store.saveSettings({ channel: 'C1', settings, userId: 'U1', now: NOON });
      await store.readNow(ended(12, 12));
      await rename();
      expect((await store.findWatch(id))?.conversation.channel).toBe('C2');
      expect(await store.subscriptionsInChannel('C2')).toHaveLength(1);
      expect(await store.findSettings('C2')).toEqual(settings);
      const sent = await store.leaseAll({ now: NOON + HOUR });
      expect(sent.map(({ kind, conversation }) => [kind, conversation.channel])).toContainEqual([
        'completion',
        'C2',
      ]);
      expect([await store.currentId('C1'), await store.currentId('C2')]).toEqual(['C2', 'C2']);
    });

    it('is known by all that it had, the last one again, too', async () => {
      await rename('C1', 'C2');
      await rename('C2', 'C3');
      expect(await store.currentId('C1')).toBe('C3');
      await rename('C3', 'C2');
      expect(await store.currentId('C2')).toBe('C2');
    });

    it('goes on where Slack had refused the old ID before it told the new one', async () => {
      const id = await store.watching();
      await store.subscribe({ target: IMAGE, channel: 'C1', userId: 'U1', now: NOON });
      await refuse();
      expect((await store.rowOf('watches', id))['state']).toBe('undeliverable');
      await rename();
      expect((await store.watchesInChannel('C2')).map((watch) => watch.id)).toEqual([id]);
      expect(await store.outboxLines(id)).toEqual(['live pending 0']);
      expect((await store.subscriptionsInChannel('C2')).map(({ isPaused }) => isPaused)).toEqual([false]);
    });

    it('is told the end that was refused under the old ID', async () => {
      const id = await store.watchingLive();
      await store.readNow(ended(12, 12));
      await refuse({ now: NOON + HOUR });
      await rename();
      const lines = await store.outboxLines(id);
      expect(lines.filter((line) => line.startsWith('completion'))).toEqual(['completion pending 12']);
    });

    it('keeps what was refused while it was being sent under the old one', async () => {
      const id = await store.watching();
      const delivery = await store.leaseOf(id);
      await rename();
      await store.settleChannelUnavailable(settlingOf(delivery), 'channel_not_found');
      expect((await store.rowOf('watches', id))['state']).toBe('active');
      expect(await store.outboxLines(id)).toEqual(['live pending 0']);
    });

    it('joins what was asked for under the new one already', async () => {
      await store.watchingLive({ userId: 'U1' });
      const other = await store.watchingLive({ target: imageNamed('other'), userId: 'U3' });
      await store.subscribe({ target: IMAGE, channel: 'C1', userId: 'U1', now: NOON });
      const id = await store.watchingLive({ channel: 'C2', userId: 'U2' });
      await store.subscribe({ target: IMAGE, channel: 'C2', userId: 'U2', now: NOON });
      await rename();
      const watches = await store.watchesInChannel('C2');
      const followers = watches.map((watch) => [watch.id, watch.followers.toSorted()]);
      expect(new Map(followers as [string, string[]][])).toEqual(
        new Map([
          [id, ['U1', 'U2']],
          [other, ['U3']],
        ]),
      );
      expect(await store.subscriptionsInChannel('C2')).toHaveLength(1);
    });
  });
}

function stoppedBySuite(openDatabase: OpenDatabase): void {
  describe('who stopped it', () => {
    const store = useMigrated(openDatabase);
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

    it('is told of a board once, with all that it showed', async () => {
      const conversation = { channel: 'C1', thread: '' };
      const images = [IMAGE, imageNamed('acme/other')].map((target) => ({ target, content: saying(0) }));
      const request = { conversation, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
      const { messageId: boardId } = await store.startBoard(request);
      await store.stopMessage({ id: boardId!, userId: 'U9', now: NOON, shouldNotify: true });
      const [delivery] = await store.leaseAll({ kinds: ['stopped-by'] });
      expect(delivery).toMatchObject({ subject: { kind: 'board' }, content: { stoppedBy: 'U9' } });
    });
  });
}

function forgetSuite(openDatabase: OpenDatabase): void {
  describe('forgetting', () => {
    const store = useMigrated(openDatabase);
    /** Every value of every table but the schema's own. */
    const everything = async (): Promise<string> => {
      const tables = [
        'messages',
        'watches',
        'followers',
        'deliveries',
        'subscriptions',
        'channel_settings',
        'scan_requests',
        'conversations',
        'events',
        'targets',
      ];
      const rows = await Promise.all(tables.map((table) => store.query(sql`select * from ${raw(table)}`)));
      return JSON.stringify(rows);
    };
    const populate = async (): Promise<string> => {
      const id = await store.watchingLive({ channel: 'C0GONE', userId: 'U0GONE' });
      await store.watchingLive({ userId: 'U1' });
      await store.watching({ userId: 'U0GONE', now: NOON + SECOND });
      for (const channel of ['C0GONE', 'C1']) {
        const userId = 'U0GONE';
        await store.subscribe({ target: IMAGE, channel, userId, now: NOON });
        await store.saveSettings({ channel, settings: DEFAULT_SETTINGS, userId, now: NOON });
        await store.recordRequest({ target: IMAGE, kind: 'start', channel, userId, now: NOON });
      }
      await store.saveConversation({ id: 'C0GONE', isShared: false, now: NOON });
      const body = JSON.stringify({ channel: 'C0GONE', user: 'U0GONE' });
      await store.query(sql`insert into events (id, at, body) values (${'Ev1'}, ${NOON}, ${body})`);
      const content = { ...saying(3), end: 'stopped', stoppedBy: 'U0GONE' } as const;
      const stopped = await store.watchingLive({ channel: 'C3', userId: 'U1' });
      await store.stopWatch({ id: stopped, now: NOON, content });
      return id;
    };

    it('a conversation leaves no trace of it, and the others as they were', async () => {
      await populate();
      const forgotten = await store.forgetConversation('C0GONE');
      expect(forgotten).toEqual({ watches: 1, subscriptions: 1, others: 4 });
      const left = await everything();
      expect(left).not.toContain('C0GONE');
      expect(await store.watchesInChannel('C1')).toHaveLength(1);
      expect(await store.subscriptionsInChannel('C1')).toHaveLength(1);
    });

    it('a person leaves no trace of them, and what others see goes on', async () => {
      await populate();
      const forgotten = await store.forgetPerson('U0GONE');
      expect(forgotten).toEqual({ watches: 0, subscriptions: 2, others: 8 });
      expect(await everything()).not.toContain('U0GONE');
      const [watch] = await store.watchesInChannel('C1');
      expect(watch?.followers).toEqual(['U1']);
      expect(await store.subscriptionsInChannel('C0GONE')).toHaveLength(1);
    });

    it('ends what nobody else follows', async () => {
      const id = await store.watchingLive({ userId: 'U0GONE' });
      await store.readNow(scanning(3, 12));
      expect(await store.forgetPerson('U0GONE')).toEqual({ watches: 1, subscriptions: 0, others: 0 });
      expect(await store.findWatch(id)).toBeNull();
      expect(await store.query(sql`select id from messages`)).toEqual([]);
      expect(await store.query(sql`select id from targets where next_poll_at is not null`)).toEqual([]);
    });

    it('takes their line off a board, with what was to be posted of it', async () => {
      const images = [imageNamed('a'), imageNamed('b')].map((target) => ({ target, content: saying(0) }));
      const board = { conversation: CHANNEL, now: NOON, liveDelayMs: 0 };
      const { messageId } = await store.startBoard({ ...board, userId: 'U0GONE', images });
      await store.startBoard({ ...board, userId: 'U1', images: images.slice(1) });
      const failed = { images: { scanned: 3, total: 12, title: '', error: 'no such manifest' } };
      await store.readNow(ended(3, 12, failed), { target: imageNamed('a') });
      expect((await store.outbox(messageId!)).map(({ kind }) => kind)).toEqual(['live', 'notice']);
      await store.forgetPerson('U0GONE');
      expect((await store.outbox(messageId!)).map(({ kind }) => kind)).toEqual(['live']);
      expect(await store.leaseAll({ kinds: ['live', 'notice'] })).toMatchObject([{ followers: ['U1'] }]);
    });
  });
}
