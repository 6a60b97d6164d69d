import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceiverEvent } from '@slack/bolt';
import { beforeEach, describe, expect, it } from 'vitest';
import { createInbox, type Inbox, RECOVERED } from '../../../src/slack/incoming/inbox.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { createDelayedCalls } from '../../support/delayed-calls.ts';
import { recordingLog } from '../../support/store.ts';
import { sql } from '../../../src/store/sql.ts';

const database = useMemory();
let now: number;
let log: ReturnType<typeof recordingLog>;
let done: string[];
const { delayed, delayWrites, underWay } = createDelayedCalls();

beforeEach(() => {
  now = NOON;
  log = recordingLog();
  done = [];
});

/** Each is a process of its own on the same database. */
function start(more: { readonly isReplayable?: boolean } = {}): Inbox {
  const onAcknowledged = () => undefined;
  const slow = delayWrites(database);
  return createInbox({ onAcknowledged, database: slow, now: () => now, log: log.log, ...more });
}

function mention(id: string): ReceiverEvent {
  return { body: { type: 'event_callback', event_id: id }, ack: note(`ack ${id}`) };
}

function command(trigger: string): ReceiverEvent {
  return { body: { command: '/scanprogress', trigger_id: trigger }, ack: note(`ack ${trigger}`) };
}

function note(line: string): () => Promise<void> {
  return delayed(() => void done.push(line));
}

/** A listener that acknowledges and replies. */
async function listen({ ack, retryReason }: ReceiverEvent): Promise<void> {
  await ack();
  done.push(retryReason === RECOVERED ? 'answered again' : 'answered');
}

/** A listener that acknowledges after something else. */
const listenAfter =
  (line: string) =>
  async ({ ack }: ReceiverEvent): Promise<void> => {
    done.push(line);
    await ack();
  };

const never = (): Promise<never> => new Promise(() => undefined);
const fail = (): Promise<never> => Promise.reject(new Error('a bug'));

/** Takes it in a process that is killed once it has acknowledged it. */
async function leave(event: ReceiverEvent): Promise<void> {
  void start().take(event, never);
  await expect.poll(() => done).toEqual([expect.stringMatching(/^ack/)]);
}

async function recoverAfter(ms: number, inbox = start()): Promise<void> {
  now += ms;
  await inbox.recover(listen);
  expect(underWay()).toBe(0);
}

const failedMarks = () => log.lines.filter((line) => line.includes('marked as finished'));

describe('an event', () => {
  it('is written down, acknowledged, and then answered', async () => {
    database.before = (sql) => {
      if (sql.startsWith('insert into events')) done.push('written');
      return undefined;
    };
    await start().take(mention('Ev1'), listen);
    expect(done).toEqual(['written', 'ack Ev1', 'answered']);
  });

  it('is answered once, however often it comes, also at once and on another socket', async () => {
    const inbox = start();
    await Promise.all([inbox.take(mention('Ev1'), listen), inbox.take(mention('Ev1'), listen)]);
    await start().take(mention('Ev1'), listen);
    expect(done.filter((line) => line === 'answered')).toHaveLength(1);
    expect(done.filter((line) => line === 'ack Ev1')).toHaveLength(3);
  });

  it('is not acknowledged where it cannot be written down: Slack sends it again', async () => {
    const inbox = start();
    database.failOn('insert into events');
    await expect(inbox.take(mention('Ev1'), listen)).rejects.toThrow('disk I/O error');
    expect(done).toEqual([]);
    database.failOn(null);
    await inbox.take(mention('Ev1'), listen);
    expect(done).toEqual(['ack Ev1', 'answered']);
  });

  it('is answered though its acknowledgement was lost', async () => {
    const ack = () => Promise.reject(new Error('the socket is gone'));
    await start().take({ ...mention('Ev1'), ack }, listen);
    expect(done).toEqual(['answered']);
  });

  it('that a killed process took is answered by the next, and said to be repeated', async () => {
    await leave(mention('Ev1'));
    await start().recover(listen);
    expect(done).toEqual(['ack Ev1']);
    await recoverAfter(11 * SECOND);
    await start().recover(listen);
    expect(done).toEqual(['ack Ev1', 'answered again']);
  });

  it('whose answer takes its time is left to the process that is at it', async () => {
    const inbox = start();
    const answer = Promise.withResolvers<undefined>();
    const taking = inbox.take(mention('Ev1'), () => answer.promise);
    await expect.poll(() => done).toEqual(['ack Ev1']);
    for (let times = 0; times < 6; times += 1) {
      await recoverAfter(8 * SECOND, inbox);
      await recoverAfter(8 * SECOND);
    }
    answer.resolve(undefined);
    await taking;
    await recoverAfter(HOUR);
    expect(done).toEqual(['ack Ev1']);
  });

  it('that was answered is not answered again, and its words are forgotten', async () => {
    await start().take(mention('Ev1'), listen);
    await recoverAfter(HOUR);
    expect(done).toEqual(['ack Ev1', 'answered']);
    expect(await database.query(sql`select body from events`)).toEqual([{ body: null }]);
  });

  it('that is a quarter of an hour old is answered still', async () => {
    await leave(mention('Ev1'));
    await recoverAfter(15 * MINUTE);
    expect(done).toEqual(['ack Ev1', 'answered again']);
  });

  it('lies there without Slack’s token, and without credentials that were said in it', async () => {
    const body = { ...mention('Ev1').body, token: 'from-slack', event: { text: 'https://me:secret@reg/a' } };
    await leave({ ...mention('Ev1'), body });
    const [row] = await database.query(sql`select body from events`);
    expect(row?.['body']).toContain('reg/a');
    expect(row?.['body']).not.toMatch(/from-slack|secret/);
  });

  it.each([HOUR, -HOUR])('that is %i ms old by the clock is dropped, and that is logged', async (ageMs) => {
    void start().take(mention('Ev1'), never);
    await start().recover(listen);
    await recoverAfter(ageMs);
    expect(done).toEqual(['ack Ev1']);
    expect(log.lines).toContain('warn unfinished event expired; dropped');
    await recoverAfter(HOUR);
    expect(log.lines.filter((line) => line.startsWith('warn'))).toHaveLength(1);
  });

  it('that is answered while the database is locked is marked so later, and not answered again', async () => {
    let locked = 3;
    database.before = (sql) => {
      if (!sql.startsWith('update events set body') || locked === 0) return undefined;
      locked -= 1;
      throw new Error('database is locked');
    };
    await start().take(mention('Ev1'), listen);
    expect(failedMarks()).toHaveLength(3);
    await recoverAfter(MINUTE);
    expect(done).toEqual(['ack Ev1', 'answered']);
  });

  it('whose listener fails is answered later, also by the same process', async () => {
    const inbox = start();
    await expect(inbox.take(mention('Ev1'), fail)).rejects.toThrow('a bug');
    await recoverAfter(11 * SECOND, inbox);
    expect(done).toEqual(['ack Ev1', 'answered again']);
  });

  it('is marked in twenty tries, and then left to the next process', async () => {
    database.failOn('update events set body');
    await start().take(mention('Ev1'), listen);
    expect(failedMarks()).toHaveLength(20);
  });

  it('that cannot be taken up now is taken up later', async () => {
    void start().take(mention('Ev1'), never);
    await start().recover(listen);
    now += MINUTE;
    database.failOn('update events');
    await start().recover(listen);
    expect(log.lines).toContain('warn unfinished events could not be resumed');
    database.failOn(null);
    await start().recover(listen);
    expect(done).toContain('answered again');
  });
});

describe('a dialog that starts everybody’s scan', () => {
  const confirmation = (callback_id: string): ReceiverEvent => ({
    body: { type: 'view_submission', trigger_id: 'T1', view: { id: 'V1', callback_id } },
    ack: note('ack'),
  });

  it('is written down before it is acknowledged, and answered by the next process after a kill', async () => {
    database.failOn('insert into events');
    await expect(start().take(confirmation('start-regular'), listen)).rejects.toThrow();
    expect(done).toEqual([]);
    database.failOn(null);
    await leave(confirmation('start-regular'));
    await recoverAfter(MINUTE);
    expect(done).toEqual(['ack', 'answered again']);
  });

  it('is answered once where it comes twice', async () => {
    const inbox = start();
    await Promise.all([1, 2].map(() => inbox.take(confirmation('stop-regular'), listen)));
    expect(done.toSorted()).toEqual(['ack', 'ack', 'answered']);
  });

  it('is not mistaken for one that saves settings, whose listener answers it', async () => {
    await start().take(confirmation('settings'), listenAfter('saved'));
    expect(done).toEqual(['saved', 'ack']);
  });
});

describe('a command or a click', () => {
  it('is acknowledged by its listener, after whatever that commits', async () => {
    await start().take(command('T1'), listenAfter('committed'));
    expect(done).toEqual(['committed', 'ack T1']);
  });

  it('that comes on both sockets is done once, and acknowledged on both after the commit', async () => {
    const inbox = start();
    const commit = Promise.withResolvers<undefined>();
    const slow = (event: ReceiverEvent) => commit.promise.then(() => listenAfter('committed')(event));
    const both = [inbox.take(command('T1'), slow), inbox.take(command('T1'), slow)];
    // By then the database knows the second copy for one.
    await sleep(100);
    expect(done).toEqual([]);
    commit.resolve(undefined);
    await Promise.all(both);
    expect(done.toSorted()).toEqual(['ack T1', 'ack T1', 'committed']);
    expect(done[0]).toBe('committed');
  });

  it('that only reads is answered once over sockets of Slack, though its copy comes later', async () => {
    const inbox = start({ isReplayable: false });
    const { body, ack } = command('T1');
    const reading = { body: { ...body, text: 'status' }, ack };
    await inbox.take(reading, listen);
    await sleep(30 * SECOND);
    await inbox.take(reading, listen);
    expect(done).toEqual(['ack T1', 'answered', 'ack T1']);
    expect(await database.query(sql`select id from events`)).toEqual([]);
  });

  it('is not taken for another one', async () => {
    const inbox = start();
    await Promise.all([inbox.take(command('T1'), listen), inbox.take(command('T2'), listen)]);
    expect(done.filter((line) => line === 'answered')).toHaveLength(2);
  });

  it('whose first copy breaks leaves the second acknowledged', async () => {
    const inbox = start();
    await expect(inbox.take(command('T1'), fail)).rejects.toThrow('a bug');
    now += SECOND;
    await inbox.take(command('T1'), listen);
    expect(done).toEqual(['ack T1']);
  });

  it('without a trigger goes through as it is', async () => {
    const event = { body: { ssl_check: '1' }, ack: note('ack') };
    await start().take(event, listen);
    await start().take(event, listen);
    expect(done.filter((line) => line === 'answered')).toHaveLength(2);
  });
});
