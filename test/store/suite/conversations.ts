import { describe, expect, it } from 'vitest';
import { startBoard, stopBoard } from '../../../src/store/boards.ts';
import { findSettings, saveSettings } from '../../../src/store/channel-settings.ts';
import {
  currentId,
  findConversation,
  saveConversation,
  sendHeldBack,
} from '../../../src/store/conversations.ts';
import { forgetConversation, forgetPerson } from '../../../src/store/forget.ts';
import { activeOwners, findOwner } from '../../../src/store/owners.ts';
import { renameConversation } from '../../../src/store/rename-conversation.ts';
import { settleLater, settlePlaceGone } from '../../../src/store/settlements.ts';
import { recordRequest } from '../../../src/store/scan-requests.ts';
import { subscribe, subscriptionsInChannel, unsubscribe } from '../../../src/store/subscriptions.ts';
import { findWatch, stopWatch, watchesInChannel } from '../../../src/store/watches.ts';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { ended, HOUR, IMAGE, NOON, scanning, SECOND } from '../../support/observations.ts';
import {
  imageNamed,
  leaseAll,
  leaseOf,
  outboxLines,
  readNow,
  rowOf,
  saying,
  watching,
  watchingLive,
} from '../../support/store.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';

export function conversationsSuite(openDatabase: OpenDatabase): void {
  sharingSuite(openDatabase);
  renameSuite(openDatabase);
  stoppedBySuite(openDatabase);
  forgetSuite(openDatabase);
}

function sharingSuite(openDatabase: OpenDatabase): void {
  describe('a conversation', () => {
    const opened = useMigrated(openDatabase);

    it('is not known before Slack told of it, and as it told last then', async () => {
      const { database } = opened;
      expect(await findConversation(database, 'C1')).toBeNull();
      await saveConversation(database, { id: 'C1', isShared: true, now: NOON });
      await saveConversation(database, { id: 'C1', isShared: false, now: NOON + SECOND });
      expect(await findConversation(database, 'C1')).toEqual({ isShared: false, checkedAt: NOON + SECOND });
    });

    it('that holds nothing back any more gets at once what waited', async () => {
      const { database } = opened;
      const delivery = await leaseOf(database, await watching(database));
      const retry = { dueAt: NOON + HOUR, error: 'held back' };
      await settleLater(database, { delivery, owner: 'me', now: NOON }, retry);
      await sendHeldBack(database, 'C2', NOON);
      expect(await leaseAll(database)).toEqual([]);
      await sendHeldBack(database, 'C1', NOON);
      expect(await leaseAll(database)).toHaveLength(1);
    });

    it('has an owner of what is in it: who asked first', async () => {
      const { database } = opened;
      const id = await watching(database, { userId: 'U7' });
      await watching(database, { userId: 'U8', now: NOON + SECOND });
      expect(await findOwner(database, id)).toEqual({ channel: 'C1', createdBy: 'U7' });
      expect(await findOwner(database, 'nobody')).toBeNull();
      await subscribe(database, { target: IMAGE, channel: 'C2', userId: 'U7', now: NOON + SECOND });
      const owners = await activeOwners(database);
      expect(owners.map(({ channel, createdBy }) => [channel, createdBy])).toEqual([
        ['C2', null],
        ['C1', 'U7'],
      ]);
    });
  });
}

function renameSuite(openDatabase: OpenDatabase): void {
  describe('a conversation with another ID', () => {
    const opened = useMigrated(openDatabase);
    const rename = (from = 'C1', to = 'C2') =>
      renameConversation(opened.database, { from, to, now: NOON + SECOND });
    const refuse = async (kinds: Parameters<typeof leaseAll>[1] = {}) => {
      for (const delivery of await leaseAll(opened.database, kinds)) {
        const settling = { delivery, owner: 'me', now: NOON };
        await settlePlaceGone(opened.database, settling, 'channel_not_found');
      }
    };

    it('keeps its watches, subscriptions, settings and what waits to be sent', async () => {
      const { database } = opened;
      const id = await watchingLive(database);
      await subscribe(database, { target: IMAGE, channel: 'C1', userId: 'U1', now: NOON });
      const settings = { ...DEFAULT_SETTINGS, areMentionsOn: false };
      await saveSettings(database, { channel: 'C1', settings, userId: 'U1', now: NOON });
      await readNow(database, ended(12, 12));
      await rename();
      expect((await findWatch(database, id))?.place.channel).toBe('C2');
      expect(await subscriptionsInChannel(database, 'C2')).toHaveLength(1);
      expect(await findSettings(database, 'C2')).toEqual(settings);
      const sent = await leaseAll(database, { now: NOON + HOUR });
      expect(sent.map(({ kind, place }) => [kind, place.channel])).toContainEqual(['completion', 'C2']);
      expect([await currentId(database, 'C1'), await currentId(database, 'C2')]).toEqual(['C2', 'C2']);
    });

    it('is known by all that it had, the last one again, too', async () => {
      await rename('C1', 'C2');
      await rename('C2', 'C3');
      expect(await currentId(opened.database, 'C1')).toBe('C3');
      await rename('C3', 'C2');
      expect(await currentId(opened.database, 'C2')).toBe('C2');
    });

    it('goes on where Slack had refused the old ID before it told the new one', async () => {
      const { database } = opened;
      const id = await watching(database);
      await subscribe(database, { target: IMAGE, channel: 'C1', userId: 'U1', now: NOON });
      await refuse();
      expect((await rowOf(database, 'watches', id))['state']).toBe('undeliverable');
      await rename();
      expect((await watchesInChannel(database, 'C2')).map((watch) => watch.id)).toEqual([id]);
      expect(await outboxLines(database, id)).toEqual(['live pending 0']);
      expect((await subscriptionsInChannel(database, 'C2')).map(({ isResting }) => isResting)).toEqual([
        false,
      ]);
    });

    it('is told the end that was refused under the old ID', async () => {
      const { database } = opened;
      const id = await watchingLive(database);
      await readNow(database, ended(12, 12));
      await refuse({ now: NOON + HOUR });
      await rename();
      const lines = await outboxLines(database, id);
      expect(lines.filter((line) => line.startsWith('completion'))).toEqual(['completion pending 12']);
    });

    it('keeps what was refused while it was being sent under the old one', async () => {
      const { database } = opened;
      const id = await watching(database);
      const delivery = await leaseOf(database, id);
      await rename();
      const settling = { delivery, owner: 'me', now: NOON };
      await settlePlaceGone(database, settling, 'channel_not_found');
      expect((await rowOf(database, 'watches', id))['state']).toBe('active');
      expect(await outboxLines(database, id)).toEqual(['live pending 0']);
    });

    it('joins what was asked for under the new one already', async () => {
      const { database } = opened;
      await watchingLive(database, { userId: 'U1' });
      await subscribe(database, { target: IMAGE, channel: 'C1', userId: 'U1', now: NOON });
      const id = await watchingLive(database, { channel: 'C2', userId: 'U2' });
      await subscribe(database, { target: IMAGE, channel: 'C2', userId: 'U2', now: NOON });
      await rename();
      const [watch, ...more] = await watchesInChannel(database, 'C2');
      expect([watch?.id, more.length]).toEqual([id, 0]);
      expect(watch?.followers.toSorted()).toEqual(['U1', 'U2']);
      expect(await subscriptionsInChannel(database, 'C2')).toHaveLength(1);
    });
  });
}

function stoppedBySuite(openDatabase: OpenDatabase): void {
  describe('who stopped it', () => {
    const opened = useMigrated(openDatabase);
    const content = { ...saying(7), end: 'stopped', stoppedBy: 'U9', stopped: 'watch' } as const;
    const said = async () =>
      (await leaseAll(opened.database, { kinds: ['stopped-by'] })).map((delivery) => delivery.thread);

    it.each([
      ['another’s watch', ['U1'], 1],
      ['a watch of several', ['U9', 'U1'], 1],
      ['one’s own watch', ['U9'], 0],
    ] as const)('is told below the live message of %s', async (_, users, times) => {
      const id = await watchingLive(opened.database, { userId: users[0] });
      for (const userId of users.slice(1)) await watching(opened.database, { userId });
      await stopWatch(opened.database, { id, now: NOON, content });
      const { messageTs } = (await findWatch(opened.database, id))!;
      expect(await said()).toEqual(Array.from({ length: times }, () => messageTs));
    });

    it('is told the whole channel of a subscription, which has shown nothing', async () => {
      const { database } = opened;
      await subscribe(database, { target: IMAGE, channel: 'C1', userId: 'U9', now: NOON });
      const [subscription] = await subscriptionsInChannel(database, 'C1');
      const ending = { id: subscription!.id, now: NOON };
      await unsubscribe(database, { ...ending, content: { ...content, stopped: 'subscription' } });
      expect(await said()).toEqual(['']);
    });

    it('is told of a board once, with all that it showed', async () => {
      const { database } = opened;
      const place = { channel: 'C1', thread: '' };
      const images = [IMAGE, imageNamed('acme/other')].map((target) => ({ target, content: saying(0) }));
      const request = { place, userId: 'U1', images, now: NOON, liveDelayMs: 0 };
      const { boardId } = await startBoard(database, request);
      await stopBoard(database, { id: boardId!, userId: 'U9', now: NOON, isTold: true });
      const [told] = await leaseAll(database, { kinds: ['stopped-by'] });
      expect(told).toMatchObject({ subject: { kind: 'board' }, content: { stoppedBy: 'U9' } });
    });
  });
}

function forgetSuite(openDatabase: OpenDatabase): void {
  describe('forgetting', () => {
    const opened = useMigrated(openDatabase);
    /** Every value of every table but the schema's own. */
    const everything = async (): Promise<string> => {
      const tables = [
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
      const rows = await Promise.all(
        tables.map((table) => opened.database.query(`select * from ${table}`, [])),
      );
      return JSON.stringify(rows);
    };
    const populate = async (): Promise<string> => {
      const { database } = opened;
      const id = await watchingLive(database, { channel: 'C0GONE', userId: 'U0GONE' });
      await watchingLive(database, { userId: 'U1' });
      await watching(database, { userId: 'U0GONE', now: NOON + SECOND });
      for (const channel of ['C0GONE', 'C1']) {
        const userId = 'U0GONE';
        await subscribe(database, { target: IMAGE, channel, userId, now: NOON });
        await saveSettings(database, { channel, settings: DEFAULT_SETTINGS, userId, now: NOON });
        await recordRequest(database, { target: IMAGE, kind: 'start', channel, userId, now: NOON });
      }
      await saveConversation(database, { id: 'C0GONE', isShared: false, now: NOON });
      const body = JSON.stringify({ channel: 'C0GONE', user: 'U0GONE' });
      await database.query('insert into events (id, at, body) values ($1, $2, $3)', ['Ev1', NOON, body]);
      const content = { ...saying(3), end: 'stopped', stoppedBy: 'U0GONE' } as const;
      const stopped = await watchingLive(database, { channel: 'C3', userId: 'U1' });
      await stopWatch(database, { id: stopped, now: NOON, content });
      return id;
    };

    it('a conversation leaves no trace of it, and the others as they were', async () => {
      await populate();
      await forgetConversation(opened.database, 'C0GONE');
      const left = await everything();
      expect(left).not.toContain('C0GONE');
      expect(await watchesInChannel(opened.database, 'C1')).toHaveLength(1);
      expect(await subscriptionsInChannel(opened.database, 'C1')).toHaveLength(1);
    });

    it('a person leaves no trace of them, and what others see goes on', async () => {
      await populate();
      await forgetPerson(opened.database, 'U0GONE');
      expect(await everything()).not.toContain('U0GONE');
      const [watch] = await watchesInChannel(opened.database, 'C1');
      expect(watch?.followers).toEqual(['U1']);
      expect(await subscriptionsInChannel(opened.database, 'C0GONE')).toHaveLength(1);
    });

    it('ends what nobody else follows', async () => {
      const { database } = opened;
      const id = await watchingLive(database, { userId: 'U0GONE' });
      await readNow(database, scanning(3, 12));
      expect(await forgetPerson(database, 'U0GONE')).toMatchObject({ watches: 1 });
      expect(await findWatch(database, id)).toBeNull();
      expect(await database.query('select id from targets where next_poll_at is not null', [])).toEqual([]);
    });
  });
}
