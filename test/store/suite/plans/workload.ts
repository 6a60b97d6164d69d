/** A day of the program, by its own functions: the statements whose plans are checked are no copies. */

import { type Target, targetId } from '../../../../src/scan/target.ts';
import { boardTargets, unboardedTargets } from '../../../../src/store/start.ts';
import { findSettings } from '../../../../src/store/channel-settings.ts';
import {
  currentId,
  findConversation,
  saveConversation,
  sendPostponed,
} from '../../../../src/store/conversations.ts';
import type { Database } from '../../../../src/store/database.ts';
import * as inbox from '../../../../src/store/inbox.ts';
import { readStats } from '../../../../src/store/maintenance/stats.ts';
import * as lease from '../../../../src/store/outbox/lease.ts';
import { findLiveOutcome } from '../../../../src/store/outbox/live-outcome.ts';
import * as settle from '../../../../src/store/outbox/settle.ts';
import { consoleHealth, runningScans } from '../../../../src/store/overview.ts';
import { activeOwners, findOwner } from '../../../../src/store/owners.ts';
import * as names from '../../../../src/store/known-names.ts';
import * as limits from '../../../../src/store/limits/rate-limits.ts';
import * as reports from '../../../../src/store/reports.ts';
import * as requests from '../../../../src/store/limits/requests.ts';
import { findStart, recordRequest, settleRequest } from '../../../../src/store/scans/scan-requests.ts';
import { pastScans } from '../../../../src/store/scans/scans.ts';
import { noticeSilentStarts } from '../../../../src/store/scans/silent-starts.ts';
import * as waits from '../../../../src/store/scans/waits.ts';
import { stopMessage, stopWatch } from '../../../../src/store/stop.ts';
import * as subscriptions from '../../../../src/store/subscriptions.ts';
import * as targets from '../../../../src/store/targets.ts';
import * as watches from '../../../../src/store/watches.ts';
import {
  CHANNEL,
  imageNamed,
  LEASE_MS,
  leaseAll,
  leaseOf,
  readNow,
  saying,
  settlingOf,
  watching,
  watchingLive,
} from '../../../support/store.ts';
import {
  down,
  EMPTY,
  ended,
  IMAGE,
  MINUTE,
  NOON,
  scanning,
  SETTINGS,
} from '../../../support/observations.ts';
import { startBoard } from '../../../support/start.ts';

const OWNER = 'me';
const LEASE = { owner: OWNER, now: NOON, leaseMs: LEASE_MS };
const settings = { ...SETTINGS, stallAfterMs: MINUTE, reportWaitMs: 20_000 };
const images = ['board-a', 'board-b'].map((name) => ({ target: imageNamed(name), content: saying(0) }));

export async function work(database: Database): Promise<void> {
  await names.rememberNames(database, ['alpine'], NOON);
  await names.knownNames(database, ['alpine']);
  await followScan(database);
  await followBoard(database);
  await followSubscription(database);
  await sendAll(database);
  await settleEachWay(database);
  await pollTargets(database);
  await askPeople(database);
  await askConsole(database);
  await waitInPipelines(database);
}

/** From its first sign to its end, with notices. */
async function followScan(database: Database, target: Target = IMAGE): Promise<void> {
  await watchingLive(database, { target });
  await watching(database, { target, channel: 'C2', userId: 'U2' });
  const read = (reading: Parameters<typeof readNow>[1], now: number) =>
    readNow(database, reading, { target, now, settings });
  await read(EMPTY, NOON);
  await read(down(), NOON);
  await read(scanning(3, 12), NOON);
  await read(scanning(3, 12), NOON + MINUTE);
  await read(scanning(4, 12), NOON + MINUTE + 1);
  await read(ended(12, 12), NOON + MINUTE + 2);
  const due = await reports.claimDueReports(database, {
    now: NOON + 2 * MINUTE,
    againAt: NOON + 3 * MINUTE,
    limit: 20,
  });
  const body = { kind: 'image', findings: null, before: null, error: 'manifest unknown' } as const;
  for (const { id } of due) {
    await reports.putOffReport(database, { id, dueAt: NOON });
    await reports.saveReport(database, { id, body, now: NOON });
    await reports.giveUpReport(database, { id, now: NOON });
  }
  await reports.nextReportAt(database);
}

async function followBoard(database: Database): Promise<void> {
  const begin = (channel: string) =>
    startBoard(database, {
      conversation: { channel, thread: '' },
      userId: 'U1',
      images,
      now: NOON,
      liveDelayMs: 0,
    });
  const { messageId: boardId } = await begin('C1');
  const other = await begin('C2');
  await watching(database, { target: imageNamed('board-c'), channel: 'C1' });
  await startBoard(database, {
    ...{ conversation: CHANNEL, userId: null, now: NOON, liveDelayMs: 0 },
    images: [...images, { target: imageNamed('board-c'), content: saying(0) }],
  });
  for (const { target } of images) {
    await readNow(database, scanning(3, 12), { target, settings });
    await readNow(database, ended(12, 12), { target, settings });
  }
  await boardTargets(database, CHANNEL);
  await unboardedTargets(database, CHANNEL);
  for (const id of [boardId, other.messageId]) {
    if (id === null) throw new Error('no board was begun');
    await stopMessage(database, { id, userId: 'U1', now: NOON, shouldNotify: true });
  }
}

async function followSubscription(database: Database): Promise<void> {
  const target = imageNamed('subscribed');
  for (const channel of ['C1', 'C2'])
    await subscriptions.subscribe(database, { target, channel, userId: 'U1', now: NOON });
  await readNow(database, scanning(3, 12), { target });
  await readNow(database, ended(12, 12), { target });
  await subscriptions.pauseSubscriptions(database, 'C1', NOON);
  await subscriptions.resumeSubscriptions(database, 'C1', NOON);
  const [subscription] = await subscriptions.subscriptionsInChannel(database, 'C1');
  const content = { ...saying(3, 'stopped'), stopped: 'subscription' } as const;
  const { id } = subscription ?? { id: '' };
  await subscriptions.findSubscription(database, id);
  await subscriptions.unsubscribe(database, { id, now: NOON, content });
}

async function sendAll(database: Database): Promise<void> {
  await lease.readOpen(database);
  await lease.recoverExpired(database, { now: NOON, mayStillApplyMs: LEASE_MS });
  await lease.expireFutureLeases(database, { now: () => NOON, leaseMs: LEASE_MS });
  const kinds = {
    posts: ['live', 'notice', 'stopped-by', 'completion'],
    edits: ['final', 'update'],
  } as const;
  for (const [name, of] of Object.entries(kinds)) {
    const quota = limits.QUOTAS[name as keyof typeof kinds];
    const leased = await leaseAll(database, {
      kinds: of,
      quota,
      limit: 9,
      channelPauseMs: name === 'posts' ? 1_000 : 0,
    });
    await lease.renewDeliveries(database, { ids: leased.map(({ id }) => id), owner: OWNER, until: NOON });
    for (const delivery of leased)
      await settle.settleLater(database, settlingOf(delivery), { dueAt: NOON, error: '' });
  }
  await lease.leaseAmbiguous(database, { ...LEASE, limit: 9, quota: limits.QUOTAS.lookups });
}

async function settleEachWay(database: Database): Promise<void> {
  const later = { dueAt: NOON, error: '' };
  const ways: readonly ((settling: settle.Settling) => Promise<boolean>)[] = [
    (settling) => settle.settleEdited(database, settling),
    (settling) => settle.settleAmbiguous(database, settling, later),
    (settling) => settle.settleSimplified(database, settling, { form: 'text', error: '' }),
    (settling) => settle.settleFailed(database, settling, ''),
    (settling) => settle.settleMessageNotFound(database, settling, ''),
    (settling) => settle.settleEditWindowClosed(database, settling, ''),
    (settling) => settle.settleChannelUnavailable(database, settling, 'channel_not_found'),
  ];
  for (const [index, way] of ways.entries()) {
    const target = imageNamed(`settled-${index}`);
    const id = await watchingLive(database, { target, channel: `S${index}` });
    await readNow(database, scanning(7, 12), { target });
    await way(settlingOf(await leaseOf(database, id, { kinds: ['update'] })));
    await findLiveOutcome(database, id);
    await stopWatch(database, { id, now: NOON, content: saying(7, 'stopped') });
  }
}

async function pollTargets(database: Database): Promise<void> {
  const leased = await targets.leaseDueTargets(database, { ...LEASE, limit: 8, dueBy: NOON });
  const ids = leased.map(({ id }) => id);
  await targets.renewTargets(database, { ids, owner: OWNER, until: NOON });
  for (const { id, leaseUntil } of leased) {
    await targets.renewLease(database, id, LEASE);
    await targets.releaseTarget(database, { id, owner: OWNER, leaseUntil });
  }
  await targets.findTarget(database, IMAGE);
  await targets.findPolled(database, ids);
  await targets.countPolled(database);
  await targets.knownTargets(database, ids);
  await targets.firstResultsCheckAt(database);
  await targets.claimDueResultChecks(database, { now: NOON, againAt: NOON + MINUTE, limit: 20 });
}

/** What commands, lists, buttons and App Home read. */
async function askPeople(database: Database): Promise<void> {
  const id = await watching(database, { target: imageNamed('listed') });
  await watches.watchesInChannel(database, 'C1');
  await watches.watchesOfPerson(database, 'U1');
  await watches.findWatch(database, id);
  await watches.findActiveWatch(database, IMAGE, CHANNEL);
  await findOwner(database, id);
  await activeOwners(database, [targetId(IMAGE)]);
  await runningScans(database);
  await consoleHealth(database, { isReachable: null, answeredAt: null, failure: null });
  await subscriptions.allSubscriptions(database);
  await findSettings(database, 'C1');
  await findConversation(database, 'C1');
  await saveConversation(database, { id: 'C1', isShared: false, now: NOON });
  await currentId(database, 'C1');
  await sendPostponed(database, 'C1', NOON);
  await pastScans(database, IMAGE, 10);
  await names.imagesKnownTo(database, { channel: 'C1', userId: 'U1' });
  await names.namesLike(database, 'alpine');
  await targets.scannedTargets(database, [targetId(IMAGE)]);
  await readStats(database, NOON);
  await inbox.claimEvent(database, { id: 'E', body: '{}', at: NOON });
  await inbox.claimRequest(database, { id: 'R', at: NOON });
  await inbox.extendClaims(database, { ids: ['E'], now: NOON });
  await inbox.claimUnfinished(database, { before: NOON, now: NOON });
  await inbox.finishEvent(database, 'E');
}

async function askConsole(database: Database): Promise<void> {
  const request = await recordRequest(database, {
    target: IMAGE,
    kind: 'start',
    userId: 'U1',
    channel: 'C1',
    now: NOON,
  });
  await settleRequest(database, request, 'done');
  await findStart(database, IMAGE, { scan: 1, startedAt: NOON });
  await noticeSilentStarts(database, { now: NOON + 2 * MINUTE, waitMs: 0, tickMs: 5_000 });
  const wanted = { now: NOON, countsMs: 32_000, limits: [30, 27], late: [], lateAt: NOON };
  const { taken } = await requests.takeRequests(database, wanted);
  await requests.takeRequests(database, { ...wanted, limits: [1], late: taken });
  await requests.releaseRequest(database, 'R1');
  await requests.recountRequests(database, { now: NOON, after: NOON + MINUTE, until: NOON + 2 * MINUTE });
  await limits.takeCall(database, { id: 'call', kind: 'update', quota: limits.QUOTAS.edits, now: NOON });
  await limits.savePause(database, { method: 'edits', now: NOON, until: NOON });
  await limits.nextCallAt(database, limits.QUOTAS.edits, NOON);
  await limits.rescheduleLimits(database, { backMs: MINUTE, now: NOON + MINUTE });
  await limits.claimInterval(database, 'newest', { now: NOON, forMs: 5_000 });
}

async function waitInPipelines(database: Database): Promise<void> {
  const target = imageNamed('pipeline');
  const id = 'f0b8e3c4-98a6-4c0f-9f8e-2b5f0a7d1c11';
  await waits.openWait(database, { id, target, now: NOON, giveUpAt: NOON + MINUTE });
  await readNow(database, scanning(3, 12), { target });
  await readNow(database, scanning(3, 12), { target, now: NOON + MINUTE });
  await readNow(database, ended(12, 12), { target });
  await waits.endedWaits(database, [id]);
  await waits.findWaitEnd(database, id);
}
