/** What tests of the store do again and again, a word each: by default of the usual image, in `C1`, by `U1`, at noon. */

import { type ChannelSettings, DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import type { RequestOutcome } from '../../../src/scan/scan-request.ts';
import type { Target } from '../../../src/scan/target.ts';
import type { Conversation } from '../../../src/scan/watch.ts';
import { saveSettings } from '../../../src/store/channel-settings.ts';
import type { Database, Statement } from '../../../src/store/database.ts';
import { leaseAmbiguous } from '../../../src/store/outbox/lease.ts';
import type { LeasedDelivery } from '../../../src/store/outbox/load.ts';
import { settleAmbiguous, settlePosted, type Settling } from '../../../src/store/outbox/settle.ts';
import { type ReportBody, saveReport } from '../../../src/store/reports.ts';
import { type NewRequest, recordRequest, settleRequest } from '../../../src/store/scans/scan-requests.ts';
import type { Started } from '../../../src/store/start.ts';
import {
  subscribe,
  type SubscriptionRequest,
  subscriptionsInChannel,
  unsubscribe,
} from '../../../src/store/subscriptions.ts';
import { ended, IMAGE, MINUTE, NOON, scanning, SETTINGS } from '../../support/observations.ts';
import { startBoard } from '../../support/start.ts';
import {
  LEASE_MS,
  leaseOf,
  type LeaseOptions,
  readNow,
  type ReadOptions,
  rowOf,
  saying,
  settlingOf,
  stopOf,
  type StopOptions,
  tsOf,
  watchingLive,
  type WatchOptions,
} from '../../support/store.ts';
import { type ReportedScan, reportOf } from './values.ts';

/** A watch with a live message, whose scan has ended since; returns its id. */
export async function endingLive(
  database: Database,
  { settings = SETTINGS, ...watch }: WatchOptions & Pick<ReadOptions, 'settings'> = {},
): Promise<string> {
  const id = await watchingLive(database, watch);
  await readNow(database, ended(12, 12), { target: watch.target ?? IMAGE, now: watch.now ?? NOON, settings });
  return id;
}

/** Leases the one delivery that a message has, to be settled at the same time. */
export async function settling(
  database: Database,
  messageId: string,
  options: LeaseOptions = {},
): Promise<Settling> {
  return settlingOf(await leaseOf(database, messageId, options), options.now);
}

/** Its post timed out, and is searched from `dueAt` on. */
export async function makeAmbiguous(
  database: Database,
  messageId: string,
  { dueAt = NOON, ...options }: LeaseOptions & { readonly dueAt?: number } = {},
): Promise<void> {
  const retry = { dueAt, error: 'timeout' };
  await settleAmbiguous(database, await settling(database, messageId, options), retry);
}

/** Leases what is to be searched in the history. */
export function leaseLookups(
  database: Database,
  options: Partial<Parameters<typeof leaseAmbiguous>[1]> = {},
): Promise<readonly LeasedDelivery[]> {
  return leaseAmbiguous(database, { owner: 'me', now: NOON, leaseMs: LEASE_MS, limit: 10, ...options });
}

export interface BoardOptions extends Partial<Conversation> {
  readonly userId?: string | null;
  readonly scanned?: number;
  readonly now?: number;
  readonly liveDelayMs?: number;
}

/** Starts a board that shows these images. */
export function boarding(
  database: Database,
  targets: readonly Target[],
  options: BoardOptions = {},
): Promise<Started> {
  const { channel = 'C1', thread = '', userId = 'U1', scanned = 0, now = NOON, liveDelayMs = 0 } = options;
  const images = targets.map((target) => ({ target, content: saying(scanned) }));
  return startBoard(database, { conversation: { channel, thread }, userId, images, now, liveDelayMs });
}

/** The same, with its message posted already; returns its id. */
export async function boardingLive(
  database: Database,
  targets: readonly Target[],
  options: BoardOptions = {},
): Promise<string> {
  const { messageId } = await boarding(database, targets, options);
  await settlePosted(database, await settling(database, messageId!, { kinds: ['live'] }), tsOf(messageId!));
  return messageId!;
}

export function subscribing(
  database: Database,
  options: Partial<SubscriptionRequest> = {},
): Promise<boolean> {
  return subscribe(database, { target: IMAGE, channel: 'C1', userId: 'U1', now: NOON, ...options });
}

/** Ends the latest subscription of a channel. */
export async function unsubscribing(
  database: Database,
  { channel = 'C1', ...options }: StopOptions & { readonly channel?: string } = {},
): Promise<boolean> {
  const [subscription] = await subscriptionsInChannel(database, channel);
  return unsubscribe(database, { id: subscription!.id, ...stopOf(options) });
}

/** A person requests a start; returns its id. */
export async function requesting(
  database: Database,
  { outcome = 'done', ...options }: Partial<NewRequest> & { readonly outcome?: RequestOutcome } = {},
): Promise<string> {
  const request: NewRequest = { target: IMAGE, kind: 'start', userId: 'U1', channel: 'C1', now: NOON };
  const id = await recordRequest(database, { ...request, ...options });
  await settleRequest(database, id, outcome);
  return id;
}

export function configuring(
  database: Database,
  changes: Partial<ChannelSettings>,
  { channel = 'C1', userId = 'U1', now = NOON } = {},
): Promise<void> {
  const settings = { ...DEFAULT_SETTINGS, ...changes };
  return saveSettings(database, { channel, userId, now, settings });
}

/** Saves the report of a scan, by default that of the end of the first. */
export function reporting(
  database: Database,
  body: ReportBody,
  { now = NOON, ...scan }: ReportedScan & { readonly now?: number } = {},
): Promise<void> {
  return saveReport(database, { id: reportOf(scan), body, now });
}

/** A scan makes no progress for eleven minutes; returns when that is. */
export async function stalling(
  database: Database,
  { now = NOON, ...options }: ReadOptions = {},
): Promise<number> {
  const later = now + 11 * MINUTE;
  for (const at of [now, later]) await readNow(database, scanning(7, 12), { ...options, now: at });
  return later;
}

/** How and when a watch or message ended. */
export async function endOf(
  database: Database,
  table: 'watches' | 'messages',
  id: string,
): Promise<readonly unknown[]> {
  const { state, ended_at: at } = await rowOf(database, table, id);
  return [state, at];
}

/** The values of each row. */
export async function valuesOf(database: Database, statement: Statement): Promise<unknown[][]> {
  return (await database.query(statement)).map((row) => Object.values(row));
}

/** Those of a single column. */
export async function columnOf(database: Database, statement: Statement): Promise<unknown[]> {
  return (await valuesOf(database, statement)).flat();
}
