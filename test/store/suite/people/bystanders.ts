/** What is done about one watch, target, board or report leaves all others alone: no condition of a statement is missing. */

import { beforeEach, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../src/scan/channel-settings.ts';
import { targetId } from '../../../../src/scan/target.ts';
import type { LeasedDelivery } from '../../../../src/store/outbox/load.ts';
import { MINUTE, NOON, ended, scanning, SETTINGS } from '../../../support/observations.ts';
import { imageNamed, LEASE_MS, type LeaseOptions, saying, settlingOf } from '../../../support/store.ts';
import { type Store, suite } from '../fixture.ts';
import { raw, sql } from '../../../../src/store/sql.ts';

const LATER = NOON + MINUTE;
const REPORTED = { ...SETTINGS, reportWaitMs: MINUTE };
const STOPPED = { ...saying(3), end: 'stopped' } as const;
const FOUND = { kind: 'image', findings: null, before: null, error: 'denied' } as const;
const RETRY = { dueAt: LATER, error: 'late', mayStillApplyUntil: LATER + MINUTE };
const FAR_MS = 1_000 * MINUTE;

/** One of everything, in a channel of that name, by a person of that name, about images whose names begin with it. */
async function populate(store: Store, name: string) {
  const image = (suffix: string) => imageNamed(`${name}-${suffix}`);
  const [alone, left, over] = [image('alone'), image('left'), image('over')];
  const inThread = image('thread');
  const [followed, silent] = [image('followed'), image('silent')];
  const by = { channel: name, userId: name };
  const conversation = { channel: name, thread: '' };
  const watch = await store.watchingLive({ ...by, target: alone });
  const lines = [left, image('right')].map((target) => ({ target, content: saying(0) }));
  const { messageId: boardId } = await store.startBoard({
    conversation,
    userId: name,
    images: lines,
    now: NOON,
    liveDelayMs: 0,
  });
  const live = await store.leaseOf(boardId!, { kinds: ['live'] });
  await store.settlePosted(settlingOf(live), '1.1');
  await store.subscribe({ ...by, target: followed, now: NOON });
  const [subscription] = await store.subscriptionsInChannel(name);
  await store.subscribe({ ...by, target: silent, now: NOON });
  const ending = await store.watchingLive({ ...by, target: over });
  const threaded = await store.watchingLive({ ...by, target: inThread, thread: '5.5' });
  await store.saveConversation({ id: name, isShared: false, now: NOON });
  for (const target of [alone, left, followed]) await store.readNow(scanning(3, 12), { target });
  await store.readNow(ended(12, 12), { target: inThread, settings: REPORTED });
  await store.readNow(ended(12, 12), { target: over, settings: REPORTED });
  await store.claimEvent({ id: name, body: name, at: NOON });
  const ask = { target: alone, kind: 'start', userId: name, channel: name, now: NOON } as const;
  const request = await store.recordRequest(ask);
  await store.saveSettings({ channel: name, settings: DEFAULT_SETTINGS, userId: name, now: NOON });
  const line = (await store.findActiveWatch(left, conversation))!.id;
  const report = `${targetId(over)} 1 end`;
  const ids = {
    watch,
    board: boardId!,
    line,
    ending,
    threaded,
    subscription: subscription!.id,
    request,
    report,
  };
  return { ids, conversation, alone, left, followed, silent, over };
}

type Subject = Awaited<ReturnType<typeof populate>>;

/** In an order in which they can be deleted. */
const OTHERS = [
  ...['followers'].map(
    (table) => `${table} where watch_id in (select id from watches where channel = 'other')`,
  ),
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

  const settles: Readonly<Record<string, (delivery: LeasedDelivery) => Promise<boolean>>> = {
    settlePosted: (delivery) => store.settlePosted(settlingOf(delivery, LATER), '9.9'),
    settleEdited: (delivery) => store.settleEdited(settlingOf(delivery, LATER)),
    settleLater: (delivery) => store.settleLater(settlingOf(delivery, LATER), RETRY),
    settleAmbiguous: (delivery) => store.settleAmbiguous(settlingOf(delivery, LATER), RETRY),
    settleSimplified: (delivery) =>
      store.settleSimplified(settlingOf(delivery, LATER), { form: 'text', error: 'late' }),
    settleFailed: (delivery) => store.settleFailed(settlingOf(delivery, LATER), 'late'),
    settleMessageNotFound: (delivery) => store.settleMessageNotFound(settlingOf(delivery, LATER), 'late'),
    settleEditWindowClosed: (delivery) => store.settleEditWindowClosed(settlingOf(delivery, LATER), 'late'),
    settleChannelUnavailable: (delivery) =>
      store.settleChannelUnavailable(settlingOf(delivery, LATER), 'late'),
    renewDeliveries: async ({ id }) =>
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
    expect(await settles[name]!(delivery)).toBe(true);
    expect(await rowsOfOthers(store)).toEqual(before);
  });

  const writes: Readonly<Record<string, () => Promise<unknown>>> = {
    'stopping a watch': () => store.stopWatch({ id: subject.ids.watch, now: LATER, content: STOPPED }),
    'stopping an image of a board': () =>
      store.stopWatch({ id: subject.ids.line, now: LATER, content: STOPPED }),
    'stopping a board': () => store.stopMessage({ id: subject.ids.board, userId: 'U1', now: LATER }),
    'joining a watch': () => store.watching({ ...subject.conversation, target: subject.alone, now: LATER }),
    'joining a watch that waits in silence': () =>
      store.watching({ ...subject.conversation, target: subject.silent, now: LATER }),
    'a board that takes a watch over': () => {
      const images = [subject.alone, imageNamed('new')].map((target) => ({ target, content: saying(3) }));
      const { conversation } = subject;
      return store.startBoard({ conversation, userId: 'U1', images, now: LATER, liveDelayMs: 0 });
    },
    'a subscription': () =>
      store.subscribe({ target: subject.alone, channel: 'subject', userId: 'U1', now: LATER }),
    'the end of a subscription': () =>
      store.unsubscribe({ id: subject.ids.subscription, now: LATER, content: STOPPED }),
    'a channel that is archived and taken up again': async () => {
      await store.pauseSubscriptions('subject', LATER);
      await store.resumeSubscriptions('subject', LATER);
    },
    'the end of a scan': () => store.readNow(ended(12, 12), { target: subject.alone, now: LATER }),
    'the end of one on a board': () => store.readNow(ended(12, 12), { target: subject.left, now: LATER }),
    'the end of one that is subscribed': () =>
      store.readNow(ended(12, 12), { target: subject.followed, now: LATER }),
    progress: () => store.readNow(scanning(4, 12), { target: subject.left, now: LATER }),
    'a report': () => store.saveReport({ id: subject.ids.report, body: FOUND, now: LATER }),
    'a report that never came': () => store.giveUpReport({ id: subject.ids.report, now: LATER }),
    'a report that is put off': () => store.putOffReport({ id: subject.ids.report, dueAt: LATER }),
    'an answer to an event': () => store.finishEvent('subject'),
    'an event whose answer takes long': () => store.extendClaims({ ids: ['subject'], now: LATER }),
    'an answer of the Console': () => store.settleRequest(subject.ids.request, 'done'),
    'a conversation that is forgotten': () => store.forgetConversation('subject'),
    'a person who is forgotten': () => store.forgetPerson('subject'),
    'a conversation that gets another id': () =>
      store.renameConversation({ from: 'subject', to: 'renamed', now: LATER }),
    'one that gets the id of one that was known': () =>
      store.renameConversation({ from: 'subject', to: 'known', now: LATER }),
    'a conversation that is shared no more': () => store.sendPostponed('subject', LATER),
    'settings of a channel': () => {
      const settings = { ...DEFAULT_SETTINGS, completionIn: 'channel' } as const;
      return store.saveSettings({ channel: 'subject', settings, userId: 'U1', now: LATER });
    },
  };

  it.each(Object.keys(writes))('is left alone by %s', async (name) => {
    const before = await rowsOfOthers(store);
    await writes[name]!();
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
