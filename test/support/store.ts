/**
 * A store for tests: what a conversation and the Console would have put into it, and the outbox
 * read back as short lines, so that a test reads as a table.
 */

import { parseContent } from '../../src/scan/state/stored-snapshot.ts';
import { createLog, type Log } from '../../src/log.ts';
import type { DeliveryContent, DeliveryKind } from '../../src/scan/delivery.ts';
import { type Plan, planPoll, type PollSettings } from '../../src/scan/plan.ts';
import { type Target, targetId } from '../../src/scan/target.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import type { Conversation } from '../../src/scan/watch.ts';
import { type Database } from '../../src/store/database.ts';
import { type DeliveryLease, leaseDeliveries } from '../../src/store/outbox/lease.ts';
import { CURRENT } from '../../src/store/outbox/enqueue.ts';
import type { LeasedDelivery } from '../../src/store/outbox/load.ts';
import { recordPlan } from '../../src/store/record-plan.ts';
import { settlePosted, type Settling } from '../../src/store/outbox/settle.ts';
import { stopWatch } from '../../src/store/stop.ts';
import { parseTargetState } from '../../src/scan/state/stored-state.ts';
import { leaseTarget, type StoredTarget } from '../../src/store/targets.ts';
import { watchesOfTarget } from '../../src/store/watches.ts';
import { IMAGE, NOON, type Reading, SETTINGS } from './observations.ts';
import { raw, sql } from '../../src/store/sql.ts';
import { startWatch } from './start.ts';

export const SILENT_LOG = createLog({ level: 'silent', isTerminal: false });

/** A log whose lines a test can read, `level message` each, and what else each of them says. */
export function recordingLog(): {
  readonly log: Log;
  readonly lines: readonly string[];
  readonly fields: readonly Readonly<Record<string, unknown>>[];
} {
  const lines: string[] = [];
  const fields: Record<string, unknown>[] = [];
  const write = (line: string): void => {
    const { level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
    lines.push(`${String(level)} ${String(msg)}`);
    delete rest['time'];
    fields.push(rest);
  };
  return { log: createLog({ level: 'debug', isTerminal: false, destination: { write } }), lines, fields };
}

export const CHANNEL: Conversation = { channel: 'C1', thread: '' };
export const LEASE_MS = 14_000;

/** Taking up what is abandoned at `now`. */
export function recovery(now: number): { now: number; mayStillApplyMs: number } {
  return { now, mayStillApplyMs: LEASE_MS };
}

export function imageNamed(repository: string): Target {
  return { kind: 'image', reference: { registry: '', repository, tag: '1', digest: '' } };
}

/** A snapshot of the first scan, by its count alone. */
export function saying(scanned: number, end: DeliveryContent['end'] = null): DeliveryContent {
  const images = { scanned, total: 12, title: '', error: '' };
  const { snapshot } = NEW_TARGET;
  return { snapshot: { ...snapshot, state: 'scanning', scan: 1, images }, end, stoppedBy: null };
}

export interface WatchOptions extends Partial<Conversation> {
  readonly target?: Target;
  readonly userId?: string;
  readonly now?: number;
  readonly liveDelayMs?: number;
}

/** Starts a watch in `C1`, by default of the usual image at noon; returns its id. */
export async function watching(database: Database, options: WatchOptions = {}): Promise<string> {
  const { channel = 'C1', thread = '', target = IMAGE, userId = 'U1', now = NOON } = options;
  const { liveDelayMs = 0 } = options;
  const request = { target, conversation: { channel, thread }, userId, now, content: saying(0), liveDelayMs };
  return (await startWatch(database, request)).id;
}

/** Starts a watch of each of the images `image-0`, `image-1` and so on. */
export async function watchingMany(
  database: Database,
  count: number,
  nowOf: (index: number) => number = () => NOON,
): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await watching(database, { target: imageNamed(`image-${index}`), now: nowOf(index) });
}

/** The same, with its live message posted already. */
export async function watchingLive(database: Database, options: WatchOptions = {}): Promise<string> {
  const id = await watching(database, options);
  const now = options.now ?? NOON;
  const delivery = await leaseOf(database, id, { kinds: ['live'], now });
  await settlePosted(database, settlingOf(delivery, now), tsOf(id));
  return id;
}

export interface StopOptions extends Partial<DeliveryContent> {
  readonly now?: number;
  readonly scanned?: number;
}

/** Stops a watch; false where it was over. */
export function stopping(database: Database, id: string, options: StopOptions = {}): Promise<boolean> {
  return stopWatch(database, { id, ...stopOf(options) });
}

/** When and at which count something was stopped. */
export function stopOf({ now = NOON, scanned = 0, ...content }: StopOptions) {
  return { now, toFinal: () => ({ ...saying(scanned, 'stopped'), ...content }) };
}

/** The settlement of `delivery`, by its owner. */
export function settlingOf(delivery: LeasedDelivery, now = NOON): Settling {
  return { delivery, owner: 'me', now };
}

/** The `ts` under which `watchingLive` posts. */
export function tsOf(messageId: string): string {
  return `ts of ${messageId}`;
}

export interface LeaseOptions extends Partial<DeliveryLease> {
  readonly now?: number;
}

/** Leases every kind for `me`, by default without a pause between posts. */
export function leaseAll(database: Database, options: LeaseOptions = {}): Promise<readonly LeasedDelivery[]> {
  return leaseDeliveries(database, {
    owner: 'me',
    now: NOON,
    leaseMs: LEASE_MS,
    limit: 1_000,
    kinds: ['live', 'update', 'final', 'completion'],
    channelPauseMs: 0,
    ...options,
  });
}

/** Leases what a watch has, and fails where that is not exactly one. */
export async function leaseOf(
  database: Database,
  messageId: string,
  options: LeaseOptions = {},
): Promise<LeasedDelivery> {
  const leased = (await leaseAll(database, options)).filter((delivery) => delivery.messageId === messageId);
  const [only] = leased;
  if (only === undefined || leased.length > 1)
    throw new Error(`${messageId} has ${leased.length} deliveries`);
  return only;
}

export interface ReadOptions {
  readonly target?: Target;
  readonly now?: number;
  readonly owner?: string;
  readonly settings?: PollSettings;
}

/** Leases, plans and records one observation as a poll would; returns the plan. */
export async function readNow(
  database: Database,
  reading: Reading,
  options: ReadOptions = {},
): Promise<Plan> {
  const { target = IMAGE, now = NOON, owner = 'me' } = options;
  const leased = await leaseTarget(database, target, { owner, now, leaseMs: LEASE_MS });
  if (leased === null) throw new Error(`${targetId(target)} is being read`);
  const plan = await planFor(database, leased, { reading, now, settings: options.settings ?? SETTINGS });
  const { id, version } = leased;
  const isRecorded = await recordPlan(database, { plan, targetId: id, owner, version, now });
  if (!isRecorded) throw new Error(`the plan for ${id} was refused`);
  return plan;
}

/** The plan of an observation for a target and its watches as they are stored now. */
export async function planFor(
  database: Database,
  { id, target, state }: StoredTarget,
  { reading, now, settings = SETTINGS }: { reading: Reading; now: number; settings?: PollSettings },
): Promise<Plan> {
  const watches = await watchesOfTarget(database, id);
  return planPoll({ target, state, observation: reading(now), watches, settings, random: 0 });
}

export interface OutboxRow {
  readonly id: string;
  readonly messageId: string;
  readonly kind: DeliveryKind;
  readonly state: string;
  readonly content: DeliveryContent;
  readonly version: number;
  readonly attempts: number;
  readonly isPlain: boolean;
  readonly dueAt: number;
  readonly error: string | null;
  readonly ts: string | null;
  readonly settledAt: number | null;
}

/** Every delivery of a watch, or of all, and of a kind, or of all, in the order of sending. */
export async function outbox(
  database: Database,
  messageId?: string,
  kind?: DeliveryKind,
): Promise<OutboxRow[]> {
  const rows = await database.query(
    sql`select d.*, w.content as shown, t.state as target_state from deliveries d
      left join watches w on w.id = coalesce(d.watch_id, d.message_id)
      left join targets t on t.number = w.target_number order by d.message_id, d.created_at, d.kind`,
  );
  const isAsked = (row: OutboxRow): boolean =>
    [row.messageId, undefined].includes(messageId) && [row.kind, undefined].includes(kind);
  return rows.map(toOutboxRow).filter(isAsked);
}

function toOutboxRow(row: Readonly<Record<string, unknown>>): OutboxRow {
  const text = (column: string) => (typeof row[column] === 'string' ? row[column] : null);
  return {
    id: String(row['id']),
    messageId: String(row['message_id']),
    kind: String(row['kind']) as DeliveryKind,
    state: String(row['state']),
    content: contentOf(row),
    version: Number(row['version']),
    attempts: Number(row['attempts']),
    isPlain: Number(row['is_plain']) === 1,
    dueAt: Number(row['due_at']),
    error: text('error'),
    ts: text('ts'),
    settledAt: row['settled_at'] === null ? null : Number(row['settled_at']),
  };
}

/** What a delivery says, or its watch or target; of a live message unknown once it is sent. */
function contentOf(row: Readonly<Record<string, unknown>>): DeliveryContent {
  const content = String(row['content']);
  if (content !== CURRENT) return parseContent(content);
  const isPast = row['kind'] === 'live' && row['state'] !== 'pending';
  if (isPast) return { snapshot: NEW_TARGET.snapshot, end: null, stoppedBy: null };
  if (typeof row['shown'] === 'string' && row['kind'] !== 'update') return parseContent(row['shown']);
  const state = row['state'] === 'sent' ? null : row['target_state'];
  const { snapshot } = typeof state === 'string' ? parseTargetState(state) : NEW_TARGET;
  return { snapshot, end: null, stoppedBy: null };
}

/** The outbox of a watch as lines: `update pending 7`, sorted. */
export async function outboxLines(database: Database, messageId?: string): Promise<string[]> {
  const rows = await outbox(database, messageId);
  return rows.map(({ kind, state, content }) => `${kind} ${state} ${content.snapshot.images.scanned}`).sort();
}

/** One row of a table, by its id. */
export async function rowOf(
  database: Database,
  table: 'watches' | 'messages' | 'targets',
  id: string,
): Promise<Readonly<Record<string, unknown>>> {
  const [row] = await database.query(sql`select * from ${raw(table)} where id = ${id}`);
  if (row === undefined) throw new Error(`${table} has no ${id}`);
  return row;
}
