/** What is done about one watch, target, board or report leaves all others alone: no condition of a statement is missing. */

import { beforeEach, expect, it } from 'vitest';
import { type Target, targetId } from '../../../../src/scan/target.ts';
import type { LeasedDelivery } from '../../../../src/store/outbox/load.ts';
import type { Settling } from '../../../../src/store/outbox/settle.ts';
import { tryToWrite } from '../../../../src/store/maintenance/inspect.ts';
import { MINUTE, NOON, ended, scanning } from '../../../support/observations.ts';
import { imageNamed, LEASE_MS, type LeaseOptions, saying, settlingOf } from '../../../support/store.ts';
import { type Store, suite } from '../fixture.ts';
import { imageReport, REPORTED, reportOf } from '../values.ts';
import { raw, sql } from '../../../../src/store/sql.ts';

const LATER = NOON + MINUTE;
const RETRY = { dueAt: LATER, error: 'late', mayStillApplyUntil: LATER + MINUTE };
const FAR_MS = 1_000 * MINUTE;

/** One of everything, in a channel of that name, by a person of that name, about images whose names begin with it. */
async function populate(store: Store, name: string) {
  const image = (suffix: string) => imageNamed(`${name}-${suffix}`);
  const [alone, left, over, inThread] = [image('alone'), image('left'), image('over'), image('thread')];
  const [followed, silent] = [image('followed'), image('silent')];
  const by = { channel: name, userId: name };
  const conversation = { channel: name, thread: '' };
  const watch = await store.watchingLive({ ...by, target: alone });
  const board = await store.boardingLive([left, image('right')], by);
  await store.subscribing({ ...by, target: followed });
  const [subscription] = await store.subscriptionsInChannel(name);
  await store.subscribing({ ...by, target: silent });
  const ending = await store.watchingLive({ ...by, target: over });
  const threaded = await store.watchingLive({ ...by, target: inThread, thread: '5.5' });
  await store.saveConversation({ id: name, isShared: false, now: NOON });
  for (const target of [alone, left, followed]) await store.readNow(scanning(3, 12), { target });
  for (const target of [inThread, over]) await store.readNow(ended(12, 12), { target, settings: REPORTED });
  await store.claimEvent({ id: name, body: name, at: NOON });
  const request = await store.requesting({ ...by, target: alone, outcome: 'asked' });
  await store.configuring({}, by);
  const line = (await store.findActiveWatch(left, conversation))!.id;
  const report = reportOf({ target: over });
  const ids = { watch, board, line, ending, threaded, subscription: subscription!.id, request, report };
  return { ids, conversation, alone, left, followed, silent, over };
}

type Subject = Awaited<ReturnType<typeof populate>>;

/** In an order in which they can be deleted. */
const OTHERS = [
  `followers where watch_id in (select id from watches where channel = 'other')`,
  `deliveries where message_id in (select id from messages where channel = 'other')`,
  ...['reports', 'scans', 'scan_requests'].map((table) => `${table} where target_id like 'other%'`),
  ...['watches', 'messages', 'subscriptions', 'channel_settings'].map(
    (table) => `${table} where channel = 'other'`,
  ),
  `events where id = 'other'`,
  `conversations where id = 'other'`,
  `targets where id like 'other%'`,
];

async function rowsOfOthers(store: Store) {
  const tables = await Promise.all(OTHERS.map((rows) => store.query(sql`select * from ${raw(rows)}`)));
  return tables.map((rows) => rows.map((row) => JSON.stringify(row)).toSorted());
}

async function deleteOthers(store: Store): Promise<void> {
  for (const table of ['watches', 'deliveries'])
    await store.query(sql`update ${raw(table)} set report_id = null where report_id like 'other%'`);
  await store.query(sql`update watches set subscription_id = null where channel = 'other'`);
  for (const rows of OTHERS) await store.query(sql`delete from ${raw(rows)}`);
}

/** What the others have to send is not leased together with it. */
async function leaseOfSubject(
  store: Store,
  messageId: string,
  options: LeaseOptions,
): Promise<LeasedDelivery> {
  const shift = (ms: number) =>
    store.query(
      sql`update deliveries set due_at = due_at + ${ms} where message_id in (select id from messages
          where channel = 'other')`,
    );
  await shift(FAR_MS);
  const delivery = await store.leaseOf(messageId, { now: LATER, ...options });
  await shift(-FAR_MS);
  return delivery;
}

export const bystandersSuite = suite('what belongs to others', (store) => {
  let subject: Subject;

  beforeEach(async () => {
    await populate(store, 'other');
    subject = await populate(store, 'subject');
  });

  const settles: Readonly<Record<string, (settling: Settling) => Promise<boolean>>> = {
    settlePosted: (settling) => store.settlePosted(settling, '9.9'),
    settleEdited: (settling) => store.settleEdited(settling),
    settleLater: (settling) => store.settleLater(settling, RETRY),
    settleAmbiguous: (settling) => store.settleAmbiguous(settling, RETRY),
    settleSimplified: (settling) => store.settleSimplified(settling, { form: 'text', error: 'late' }),
    settleFailed: (settling) => store.settleFailed(settling, 'late'),
    settleMessageNotFound: (settling) => store.settleMessageNotFound(settling, 'late'),
    settleEditWindowClosed: (settling) => store.settleEditWindowClosed(settling, 'late'),
    settleChannelUnavailable: (settling) => store.settleChannelUnavailable(settling, 'late'),
    renewDeliveries: async ({ delivery: { id } }) =>
      (await store.renewDeliveries({ ids: [id], owner: 'me', until: LATER + MINUTE })).length === 1,
  };

  it.each(
    Object.keys(settles).flatMap((name) =>
      [
        ['watch', 'update'],
        ['board', 'update'],
        ['ending', 'final'],
        ['ending', 'completion'],
        ['threaded', 'completion'],
      ].map(([whose, kind]) => [name, kind, whose] as const),
    ),
  )('is left alone by %s of the %s of a %s', async (name, kind, whose) => {
    const kinds = [kind as LeasedDelivery['kind']];
    const delivery = await leaseOfSubject(store, subject.ids[whose as 'watch'], { kinds });
    const before = await rowsOfOthers(store);
    expect(await settles[name]!(settlingOf(delivery, LATER))).toBe(true);
    expect(await rowsOfOthers(store)).toEqual(before);
  });

  const [now, channel] = [LATER, 'subject'];
  const read = (target: Target, reading = ended(12, 12)) => store.readNow(reading, { target, now });
  const writes: Readonly<Record<string, (subject: Subject) => Promise<unknown>>> = {
    'stopping a watch': ({ ids }) => store.stopping(ids.watch, { now }),
    'stopping an image of a board': ({ ids }) => store.stopping(ids.line, { now }),
    'stopping a board': ({ ids }) => store.stopMessage({ id: ids.board, userId: 'U1', now }),
    'joining a watch': ({ alone }) => store.watching({ channel, target: alone, now }),
    'joining a watch that waits in silence': ({ silent }) => store.watching({ channel, target: silent, now }),
    'a board that takes a watch over': ({ alone }) =>
      store.boarding([alone, imageNamed('new')], { channel, now, scanned: 3 }),
    'a subscription': ({ alone }) => store.subscribing({ target: alone, channel, now }),
    'the end of a subscription': ({ ids }) =>
      store.unsubscribe({ id: ids.subscription, now, toFinal: () => saying(3, 'stopped') }),
    'a channel that is archived and taken up again': async () => {
      await store.pauseSubscriptions(channel, now);
      await store.resumeSubscriptions(channel, now);
    },
    'the end of a scan': ({ alone }) => read(alone),
    'the end of one on a board': ({ left }) => read(left),
    'the end of one that is subscribed': ({ followed }) => read(followed),
    progress: ({ left }) => read(left, scanning(4, 12)),
    'a report': ({ over }) => store.reporting(imageReport({ error: 'denied' }), { target: over, now }),
    'a report that never came': ({ ids }) => store.giveUpReport({ id: ids.report, now }),
    'a report that is put off': ({ ids }) => store.putOffReport({ id: ids.report, dueAt: now }),
    'an answer to an event': () => store.finishEvent(channel),
    'a probe whether anything can be written': () => tryToWrite(store),
    'an event whose answer takes long': () => store.extendClaims({ ids: [channel], now }),
    'an answer of the Console': ({ ids }) => store.settleRequest(ids.request, 'done'),
    'a conversation that is forgotten': () => store.forgetConversation(channel),
    'a person who is forgotten': () => store.forgetPerson(channel),
    'a conversation that gets another id': () =>
      store.renameConversation({ from: channel, to: 'renamed', now }),
    'one that gets the id of one that was known': () =>
      store.renameConversation({ from: channel, to: 'known', now }),
    'a conversation that is shared no more': () => store.sendPostponed(channel, now),
    'settings of a channel': () => store.configuring({ completionIn: 'channel' }, { channel, now }),
  };

  it.each(Object.keys(writes))('is left alone by %s', async (name) => {
    const before = await rowsOfOthers(store);
    await writes[name]!(subject);
    expect(await rowsOfOthers(store)).toEqual(before);
  });

  it('is left alone by a lease of the same owner that is renewed and given back', async () => {
    const lease = { owner: 'me', now: LATER, leaseMs: LEASE_MS };
    const { id } = (await store.leaseTarget(subject.alone, lease))!;
    await store.leaseTarget(imageNamed('other-alone'), lease);
    const before = await rowsOfOthers(store);
    await store.renewTargets({ ids: [id], owner: 'me', until: LATER + 2 * LEASE_MS });
    const { leaseUntil } = (await store.renewLease(id, lease))!;
    await store.releaseTarget({ id, owner: 'me', leaseUntil });
    expect(await rowsOfOthers(store)).toEqual(before);
  });

  it('shows nowhere', async () => {
    const { ids, conversation, alone, over } = subject;
    const update = await leaseOfSubject(store, ids.board, { kinds: ['update'] });
    const reads = () =>
      Promise.all([
        store.findTarget(alone),
        store.watchesOfTarget(targetId(alone)),
        store.findWatch(ids.line),
        store.findActiveWatch(alone, conversation),
        store.watchesInChannel('subject'),
        store.watchesOfPerson('subject'),
        store.findLiveOutcome(ids.watch),
        store.subscriptionsInChannel('subject'),
        store.findSubscription(ids.subscription),
        store.boardTargets(conversation),
        store.unboardedTargets(conversation),
        store.readLines(ids.board),
        store.findRequests(alone, { scan: 1, startedAt: NOON, now: LATER }),
        store.findReport(ids.report),
        store.pastScans(over, 9),
        store.findSettings('subject'),
        store.findConversation('subject'),
        store.currentId('subject'),
      ]);
    const withOthers = await reads();
    expect(update.followers).toEqual(['subject']);
    await deleteOthers(store);
    expect(await reads()).toEqual(withOthers);
    expect(withOthers.map((read) => JSON.stringify(read)).join()).not.toContain('other');
  });
});
