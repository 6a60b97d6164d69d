/** What Slack, or somebody who kept a signed request, sends a second time; and words that no field may hide. */

import type { ReceiverEvent } from '@slack/bolt';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createInbox, type Inbox } from '../../../src/slack/incoming/inbox.ts';
import { eventPayload } from '../../../src/slack/incoming/payloads.ts';
import { MINUTE, NOON, SECOND } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { SILENT_LOG } from '../../support/store.ts';
import { sql } from '../../../src/store/sql.ts';

const database = useMemory();
let now: number;
let done: string[];

beforeEach(() => {
  now = NOON;
  done = [];
});

/** A process of its own on the same database. */
function start(more: { readonly isReplayable?: boolean } = {}): Inbox {
  const onAcknowledged = () => undefined;
  return createInbox({ onAcknowledged, database, now: () => now, log: SILENT_LOG, ...more });
}

function saying(body: ReceiverEvent['body']): ReceiverEvent {
  return { body, ack: () => Promise.resolve(void done.push('ack')) };
}

/** A command; those of one text are copies of each other. */
const typed = (text: string) => saying({ command: '/scanprogress', text, trigger_id: `T ${text}` });

async function listen({ ack }: ReceiverEvent): Promise<void> {
  done.push('answered');
  await ack();
}

const MENTION = { type: 'app_mention', channel: 'C1', user: 'U1', text: '<@B> help', ts: '17.1' };
let events = 0;
const mentionEvent = (event: object): ReceiverEvent =>
  saying({ type: 'event_callback', event_id: `Ev${(events += 1)}`, event: { ...MENTION, ...event } });

describe('a request that is sent again', () => {
  it.each([
    ['command', { command: '/scanprogress', trigger_id: 'T1' }],
    ['click', { type: 'block_actions', trigger_id: 'T1' }],
    ['dialog', { type: 'view_submission', trigger_id: 'T1', view: { id: 'V1', callback_id: 'settings' } }],
  ])('a %s is acknowledged and not heeded, by another replica and after minutes', async (_, body) => {
    await start().take(saying(body), listen);
    for (const waitMs of [0, 4 * MINUTE, 5 * MINUTE]) {
      now += waitMs;
      await start().take(saying(body), listen);
    }
    expect(done).toEqual(['answered', 'ack', 'ack', 'ack', 'ack']);
    // A trigger ID can open modals.
    expect(JSON.stringify(await database.query(sql`select * from events`))).not.toContain('T1');
  });

  it('is heeded where the database cannot note it: whoever asks is told what is wrong', async () => {
    database.failOn('insert into events');
    await start().take(typed(''), listen);
    expect(done).toEqual(['answered', 'ack']);
  });

  it('is acknowledged under a second where the database takes long, and once', async () => {
    const noted = Promise.withResolvers<undefined>();
    database.before = (sql) => (sql.includes('insert into events') ? noted.promise : undefined);
    const taking = start().take(typed(''), listen);
    await expect.poll(() => done).toEqual(['ack']);
    noted.resolve(undefined);
    await taking;
    expect(done).toEqual(['ack', 'answered']);
  });
});

describe('what comes over a socket of Slack’s', () => {
  const noted = async (text: string): Promise<boolean> => {
    let isNoted = false;
    database.before = (sql) => {
      isNoted ||= sql.includes('insert into events');
      return undefined;
    };
    await start({ isReplayable: false }).take(typed(text), listen);
    return isNoted;
  };

  it.each(['', 'alpine:3.16', 'help', 'list', 'history alpine:3.16', 'alpine:3.16 alpine:3.17'])(
    '“%s” only asks, and is not written down',
    async (text) => {
      expect(await noted(text)).toBe(false);
      expect(done).toEqual(['answered', 'ack']);
    },
  );

  it.each('watch alpine:3.16,app watch,stop,scan alpine:3.16,unsubscribe all,settings,app'.split(','))(
    '“%s” may change something, and is written down',
    async (text) => {
      expect(await noted(text)).toBe(true);
      expect(done).toEqual(['answered', 'ack']);
    },
  );
});

describe('a command in HTTP mode', () => {
  it.each([
    ['alpine:3.16', true],
    ['watch alpine:3.16', false],
  ])('“%s” may be forgotten by a power cut: %s', async (text, mayBeLost) => {
    const batch = vi.spyOn(database, 'batch');
    await start().take(typed(text), listen);
    expect(batch).toHaveBeenCalledExactlyOnceWith([expect.objectContaining({ mayBeLost })]);
  });
});

it('what another bot says is acknowledged, and neither answered nor written down', async () => {
  await start().take(mentionEvent({ bot_id: 'B1' }), listen);
  expect(done).toEqual(['ack']);
  expect(await database.query(sql`select id from events`)).toEqual([]);
});

describe('an edit of a message', () => {
  it('that adds a mention is answered once, however often it is edited then', async () => {
    for (const edit of [1, 2, 3]) await start().take(mentionEvent({ edited: { ts: `18.${edit}` } }), listen);
    expect(done.filter((line) => line === 'answered')).toHaveLength(1);
  });

  it('is not answered where the message was', async () => {
    await start().take(mentionEvent({}), listen);
    await start().take(mentionEvent({ edited: { ts: '18.1' } }), listen);
    await start().take(mentionEvent({ ts: '19.1' }), listen);
    expect(done.filter((line) => line === 'answered')).toHaveLength(2);
  });
});

describe('words', () => {
  const DIRECT = { type: 'message', channel: 'D1', channel_type: 'im', user: 'U1', text: 'help', ts: '17.1' };
  const payload = (event: object) => eventPayload({ event_id: 'Ev1', event: { ...DIRECT, ...event } });

  it.each(['file_share', 'thread_broadcast', 'me_message', undefined])('of a %s are heard', (subtype) => {
    expect(payload({ subtype, files: [{ id: 'F1' }] })?.text).toBe('help');
  });

  it.each(['message_changed', 'message_deleted', 'bot_message', 'channel_join', 'message_replied'])(
    'of a %s are none of a person',
    (subtype) => expect(payload({ subtype })).toBeNull(),
  );
});

describe('what a killed process left', () => {
  it('is answered within 15 s, all of it at once', async () => {
    for (const ts of ['1.1', '2.1'])
      void start().take(mentionEvent({ ts }), () => new Promise(() => undefined));
    await expect.poll(() => done).toEqual(['ack', 'ack']);
    now += 11 * SECOND;
    void start().recover(() => new Promise(() => void done.push('begun')));
    await expect.poll(() => done).toEqual(['ack', 'ack', 'begun', 'begun']);
  });
});
