/** A day of the program, by its own functions: the statements whose plans are checked are no copies. */

import { targetId } from '../../../../src/scan/target.ts';
import * as inbox from '../../../../src/store/inbox.ts';
import * as names from '../../../../src/store/known-names.ts';
import { QUOTAS } from '../../../../src/store/limits/rate-limits.ts';
import { readOpen } from '../../../../src/store/outbox/lease.ts';
import type { Settling } from '../../../../src/store/outbox/settle.ts';
import { findStart } from '../../../../src/store/scans/scan-requests.ts';
import * as waits from '../../../../src/store/scans/waits.ts';
import { allSubscriptions } from '../../../../src/store/subscriptions.ts';
import * as targets from '../../../../src/store/targets.ts';
import {
  down,
  EMPTY,
  ended,
  IMAGE,
  MINUTE,
  NOON,
  type Reading,
  scanning,
} from '../../../support/observations.ts';
import { CHANNEL, imageNamed, LEASE_MS, settlingOf } from '../../../support/store.ts';
import type { Store } from '../fixture.ts';
import { imageReport, REPORTED } from '../values.ts';

const OWNER = 'me';
const LEASE = { owner: OWNER, now: NOON, leaseMs: LEASE_MS };
const settings = { ...REPORTED, stallAfterMs: MINUTE };
const [A, B, C] = [imageNamed('board-a'), imageNamed('board-b'), imageNamed('board-c')];

export async function work(store: Store): Promise<void> {
  await store.rememberNames(['alpine'], NOON);
  await store.knownNames(['alpine']);
  await followScan(store);
  await followBoard(store);
  await followSubscription(store);
  await sendAll(store);
  await settleEachWay(store);
  await pollTargets(store);
  await askPeople(store);
  await askConsole(store);
  await waitInPipelines(store);
}

/** From its first sign to its end, with notices. */
async function followScan(store: Store): Promise<void> {
  await store.watchingLive();
  await store.watching({ channel: 'C2', userId: 'U2' });
  const read = (reading: Reading, now: number) => store.readNow(reading, { now, settings });
  for (const reading of [EMPTY, down(), scanning(3, 12)]) await read(reading, NOON);
  await read(scanning(3, 12), NOON + MINUTE);
  await read(scanning(4, 12), NOON + MINUTE + 1);
  await read(ended(12, 12), NOON + MINUTE + 2);
  const claim = { now: NOON + 2 * MINUTE, againAt: NOON + 3 * MINUTE, limit: 20 };
  for (const { id } of await store.claimDueReports(claim)) {
    await store.putOffReport({ id, dueAt: NOON });
    await store.saveReport({ id, body: imageReport({ error: 'manifest unknown' }), now: NOON });
    await store.giveUpReport({ id, now: NOON });
  }
  await store.nextReportAt();
}

async function followBoard(store: Store): Promise<void> {
  const boards = [await store.boarding([A, B]), await store.boarding([A, B], { channel: 'C2' })];
  await store.watching({ target: C });
  await store.boarding([A, B, C], { userId: null });
  for (const target of [A, B])
    for (const reading of [scanning(3, 12), ended(12, 12)])
      await store.readNow(reading, { target, settings });
  await store.boardTargets(CHANNEL);
  await store.unboardedTargets(CHANNEL);
  for (const { messageId } of boards)
    await store.stopMessage({ id: messageId!, userId: 'U1', now: NOON, shouldNotify: true });
}

async function followSubscription(store: Store): Promise<void> {
  const target = imageNamed('subscribed');
  for (const channel of ['C1', 'C2']) await store.subscribing({ target, channel });
  await store.readNow(scanning(3, 12), { target });
  await store.readNow(ended(12, 12), { target });
  await store.pauseSubscriptions('C1', NOON);
  await store.resumeSubscriptions('C1', NOON);
  const [subscription] = await store.subscriptionsInChannel('C1');
  await store.findSubscription(subscription!.id);
  await store.unsubscribing({ scanned: 3, stopped: 'subscription' });
}

async function sendAll(store: Store): Promise<void> {
  await readOpen(store);
  await store.recoverExpired({ now: NOON, mayStillApplyMs: LEASE_MS });
  await store.expireFutureLeases({ now: () => NOON, leaseMs: LEASE_MS });
  for (const options of [
    { kinds: ['live', 'notice', 'stopped-by', 'completion'], quota: QUOTAS.posts, channelPauseMs: 1_000 },
    { kinds: ['final', 'update'], quota: QUOTAS.edits },
  ] as const) {
    const leased = await store.leaseAll({ ...options, limit: 9 });
    await store.renewDeliveries({ ids: leased.map(({ id }) => id), owner: OWNER, until: NOON });
    for (const delivery of leased) await store.settleLater(settlingOf(delivery), { dueAt: NOON, error: '' });
  }
  await store.leaseLookups({ quota: QUOTAS.lookups });
}

async function settleEachWay(store: Store): Promise<void> {
  const ways: readonly ((settling: Settling) => Promise<boolean>)[] = [
    (settling) => store.settleEdited(settling),
    (settling) => store.settleAmbiguous(settling, { dueAt: NOON, error: '' }),
    (settling) => store.settleSimplified(settling, { form: 'text', error: '' }),
    (settling) => store.settleFailed(settling, ''),
    (settling) => store.settleMessageNotFound(settling, ''),
    (settling) => store.settleEditWindowClosed(settling, ''),
    (settling) => store.settleChannelUnavailable(settling, 'channel_not_found'),
  ];
  for (const [index, way] of ways.entries()) {
    const target = imageNamed(`settled-${index}`);
    const id = await store.watchingLive({ target, channel: `S${index}` });
    await store.readNow(scanning(7, 12), { target });
    await way(await store.settling(id, { kinds: ['update'] }));
    await store.findLiveOutcome(id);
    await store.stopping(id, { scanned: 7 });
  }
}

async function pollTargets(store: Store): Promise<void> {
  const leased = await store.leaseDueTargets({ ...LEASE, limit: 8, dueBy: NOON });
  const ids = leased.map(({ id }) => id);
  await store.renewTargets({ ids, owner: OWNER, until: NOON });
  for (const { id, leaseUntil } of leased) {
    await store.renewLease(id, LEASE);
    await store.releaseTarget({ id, owner: OWNER, leaseUntil });
  }
  await store.findTarget(IMAGE);
  await targets.findPolled(store, ids);
  await targets.countPolled(store);
  await targets.knownTargets(store, ids, { channel: 'C1', userId: 'U1' });
  await targets.firstResultsCheckAt(store);
  await store.claimDueResultChecks({ now: NOON, againAt: NOON + MINUTE, limit: 20 });
}

/** What commands, lists, buttons and App Home read. */
async function askPeople(store: Store): Promise<void> {
  const id = await store.watching({ target: imageNamed('listed') });
  await store.watchesInChannel('C1');
  await store.watchesOfPerson('U1');
  await store.findWatch(id);
  await store.findActiveWatch(IMAGE, CHANNEL);
  await store.findOwner(id);
  await store.activeOwners([targetId(IMAGE)]);
  await store.runningScans();
  await store.consoleHealth({ isReachable: null, answeredAt: null, failure: null });
  await allSubscriptions(store);
  await store.findSettings('C1');
  await store.findConversation('C1');
  await store.saveConversation({ id: 'C1', isShared: false, now: NOON });
  await store.currentId('C1');
  await store.sendPostponed('C1', NOON);
  await store.pastScans(IMAGE, 10);
  await store.latestEndedScan(IMAGE);
  await names.imagesKnownTo(store, { channel: 'C1', userId: 'U1' });
  await names.imagesWatchedBefore(store, { channel: 'C1', userId: 'U1' });
  await names.namesLike(store, 'alpine');
  await targets.scannedTargets(store, [targetId(IMAGE)]);
  await store.readStats(NOON);
  await store.claimEvent({ id: 'E', body: '{}', at: NOON });
  await inbox.claimRequest(store, { id: 'R', at: NOON });
  await store.extendClaims({ ids: ['E'], now: NOON });
  await store.claimUnfinished({ before: NOON, now: NOON });
  await store.finishEvent('E');
}

async function askConsole(store: Store): Promise<void> {
  await store.requesting();
  await findStart(store, IMAGE, { scan: 1, startedAt: NOON });
  await store.noticeSilentStarts({ now: NOON + 2 * MINUTE, waitMs: 0, tickMs: 5_000 });
  const wanted = { now: NOON, countsMs: 32_000, limits: [30, 27], late: [], lateAt: NOON };
  const { taken } = await store.takeRequests(wanted);
  await store.takeRequests({ ...wanted, limits: [1], late: taken });
  await store.releaseRequest('R1');
  await store.recountRequests({ now: NOON, after: NOON + MINUTE, until: NOON + 2 * MINUTE });
  await store.takeCall({ id: 'call', kind: 'update', quota: QUOTAS.edits, now: NOON });
  await store.savePause({ method: 'edits', now: NOON, until: NOON });
  await store.nextCallAt(QUOTAS.edits, NOON);
  await store.rescheduleLimits({ backMs: MINUTE, now: NOON + MINUTE });
  await store.claimInterval('newest', { now: NOON, forMs: 5_000 });
}

async function waitInPipelines(store: Store): Promise<void> {
  const target = imageNamed('pipeline');
  const id = 'f0b8e3c4-98a6-4c0f-9f8e-2b5f0a7d1c11';
  await waits.openWait(store, { id, target, now: NOON, giveUpAt: NOON + MINUTE });
  await store.readNow(scanning(3, 12), { target });
  await store.readNow(scanning(3, 12), { target, now: NOON + MINUTE });
  await store.readNow(ended(12, 12), { target });
  await waits.endedWaits(store, [id]);
  await waits.findWaitEnd(store, id);
}
