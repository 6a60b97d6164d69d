/**
 * How late live messages show what they have to, under the 50 edits a minute that Slack grants: the real outbox and
 * delivery loop on a clock of their own, beside an optimum on the very same events that edits once in 1.2 s, ends first
 * and in their order, then what has been out of date for longest.
 */

import { createDeliverer } from '../../src/jobs/deliver.ts';
import { createLog } from '../../src/log.ts';
import type { DeliveryContent } from '../../src/scan/delivery.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import { type Target, targetId } from '../../src/scan/target.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { recordPlan } from '../../src/store/record-plan.ts';
import { leaseTarget } from '../../src/store/targets.ts';
import { watchesOfTarget } from '../../src/store/watches.ts';
import { callApart } from '../apart.ts';
import { atLeast, atMost, interleave, OURS, quantile, ratioAtMost, type Row } from '../row.ts';
import { createRandom, createVirtualClock, exponential } from '../virtual-clock.ts';
import { startWatch } from '../../test/support/start.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SIZES = [200, 1_000];
const LASTS_MS = 60 * MINUTE;
const CHANGES_EVERY_MS = 30 * SECOND;
const FIRST_END_MS = 10 * MINUTE;
const LAST_END_MS = 30 * MINUTE;
/** For the live messages to be posted. */
const SETTLING_MS = 2 * MINUTE;
const SLACK_GRANTS = 50;
const OPTIMUM = 'optimum';
const OPTIMUM_EVERY_MS = MINUTE / SLACK_GRANTS;
const OWNER = 'bench';

export const edits: Row = {
  name: 'edits',
  title: 'edits of live messages under the 50 a minute that Slack grants',
  figures: SIZES.flatMap((size) => [
    { name: `final edit p50, ${size}`, unit: 's', goals: [] },
    { name: `final edit p99, ${size}`, unit: 's', goals: [ratioAtMost(1.2, OPTIMUM)] },
    { name: `mean wait, ${size}`, unit: 's', goals: [ratioAtMost(1.05, OPTIMUM)] },
    { name: `edits used of those allowed, ${size}`, unit: 'share', goals: [atLeast(0.98)] },
    { name: `refused (429), ${size}`, unit: 'edits', goals: [atMost(0)] },
  ]),
  note:
    `${SIZES.join(' and ')} live messages that change every ${CHANGES_EVERY_MS / SECOND} s until they end between minute ` +
    `${FIRST_END_MS / MINUTE} and ${LAST_END_MS / MINUTE}; an hour of virtual time, other events in each round. Used of those allowed: of the minutes in which more was ` +
    'out of date than a minute’s edits could show.',
  run: () =>
    interleave({
      [OURS]: (round) => measureSizes('measureProgram', round),
      [OPTIMUM]: (round) => measureSizes('measureOptimum', round),
    }),
};

type Figures = Readonly<Record<string, number>>;

function measureSizes(exported: string, round: number): Promise<Figures> {
  const figures = SIZES.map((size) => {
    const measured = callApart({ file: import.meta.filename, exported, args: [size, round] }) as Figures;
    return Object.fromEntries(Object.entries(measured).map(([name, value]) => [`${name}, ${size}`, value]));
  });
  return Promise.resolve(Object.assign({}, ...figures) as Figures);
}

interface Change {
  /** Ms since the beginning. */
  readonly at: number;
  readonly message: number;
  readonly isEnd: boolean;
}

function drawChanges(size: number, round: number): readonly Change[] {
  const random = createRandom(size + round);
  const changes: Change[] = [];
  for (let message = 0; message < size; message += 1) {
    const endAt = FIRST_END_MS + random() * (LAST_END_MS - FIRST_END_MS);
    for (
      let at = exponential(random, CHANGES_EVERY_MS);
      at < endAt;
      at += exponential(random, CHANGES_EVERY_MS)
    )
      changes.push({ at, message, isEnd: false });
    changes.push({ at: endAt, message, isEnd: true });
  }
  return changes.toSorted((a, b) => a.at - b.at);
}

/** What people see: how long each message was out of date, and how long each end was missing in its live message. */
function createViewer() {
  const staleSince = new Map<number, number>();
  const endedAt = new Map<number, number>();
  const waits: number[] = [];
  const finals: number[] = [];
  const shownAt: number[] = [];
  const fullMinutes: number[] = [];
  return {
    staleSince,
    endedAt,
    change({ at, message, isEnd }: Change): void {
      if (!staleSince.has(message)) staleSince.set(message, at);
      if (isEnd) endedAt.set(message, at);
    },
    show(message: number, at: number): void {
      shownAt.push(at);
      const [since, end] = [staleSince.get(message), endedAt.get(message)];
      if (since !== undefined) waits.push(at - since);
      if (end !== undefined) finals.push(at - end);
      staleSince.delete(message);
      endedAt.delete(message);
    },
    /** To be called at the end of each minute. */
    endMinute(at: number): void {
      if (staleSince.size > SLACK_GRANTS) fullMinutes.push(at);
    },
    figures(): Figures {
      const used = fullMinutes.map((end) => shownAt.filter((at) => at > end - MINUTE && at <= end).length);
      const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
      return {
        'final edit p50': quantile(finals, 0.5) / SECOND,
        'final edit p99': quantile(finals, 0.99) / SECOND,
        'mean wait': mean(waits) / SECOND,
        'edits used of those allowed': mean(used) / SLACK_GRANTS,
      };
    },
  };
}

export function measureOptimum(size: number, round: number): Figures {
  const changes = drawChanges(size, round);
  const viewer = createViewer();
  let next = 0;
  for (let at = OPTIMUM_EVERY_MS; at <= LASTS_MS; at += OPTIMUM_EVERY_MS) {
    for (let change = changes[next]; change !== undefined && change.at <= at; change = changes[(next += 1)])
      viewer.change(change);
    // Maps keep the order in which keys were set: the first one has waited longest.
    const [message] = viewer.endedAt.size > 0 ? viewer.endedAt.keys() : viewer.staleSince.keys();
    if (message !== undefined) viewer.show(message, at);
    if (at % MINUTE === 0) viewer.endMinute(at);
  }
  return viewer.figures();
}

export async function measureProgram(size: number, round: number): Promise<Figures> {
  const clock = createVirtualClock(Date.UTC(2026, 0, 1));
  const database = openSqlite(':memory:');
  await migrate(database, readMigrations(), clock.now());
  const messages = await beginAll(database, size, clock.now());
  const viewer = createViewer();
  const start = clock.now() + SETTLING_MS;
  const slack = createSlack(clock.now, (messageId) => {
    viewer.show(messages.get(messageId) ?? NaN, clock.now() - start);
  });
  const deliverer = createDeliverer({
    ...{ database, send: slack.send, owner: OWNER, now: clock.now, alarm: clock.alarm },
    find: () => Promise.resolve({ kind: 'absent' }),
    random: () => 0.5,
    log: createLog({ level: 'silent', isTerminal: false }),
    onSettled: () => undefined,
  });
  const { wake } = deliverer.start();
  let minute = start + MINUTE;
  for (const [number, change] of drawChanges(size, round).entries()) {
    for (; minute <= start + change.at; minute += MINUTE) {
      await clock.runUntil(minute);
      viewer.endMinute(minute - start);
    }
    await clock.runUntil(start + change.at);
    viewer.change(change);
    await record(database, { ...change, number, now: clock.now() });
    wake();
  }
  for (; minute <= start + LASTS_MS; minute += MINUTE) {
    await clock.runUntil(minute);
    viewer.endMinute(minute - start);
  }
  return { ...viewer.figures(), 'refused (429)': slack.refused() };
}

/** Takes posts as they come, and 50 edits in any minute. */
function createSlack(now: () => number, onEdit: (messageId: string) => void) {
  let posts = 0;
  let refused = 0;
  let recent: readonly number[] = [];
  return {
    refused: () => refused,
    send: ({ kind, messageId, messageTs }: { kind: string; messageId: string; messageTs: string | null }) => {
      if (kind !== 'update' && kind !== 'final')
        return Promise.resolve({ kind: 'accepted' as const, ts: String((posts += 1)) });
      recent = recent.filter((at) => at > now() - MINUTE);
      if (recent.length >= SLACK_GRANTS) {
        refused += 1;
        return Promise.resolve({ kind: 'rate-limited' as const, retryAfterMs: 5 * SECOND });
      }
      recent = [...recent, now()];
      onEdit(messageId);
      return Promise.resolve({ kind: 'accepted' as const, ts: messageTs ?? '' });
    },
  };
}

const targetOf = (message: number): Target => ({
  kind: 'image',
  reference: { registry: 'registry.example', repository: `app-${message}`, tag: '1', digest: '' },
});

/** By the ids of their watches; each in a channel of its own: Slack's limit of posts is not what is measured. */
async function beginAll(database: Database, size: number, now: number): Promise<ReadonlyMap<string, number>> {
  const messages = new Map<string, number>();
  for (let message = 0; message < size; message += 1) {
    const { id } = await startWatch(database, {
      target: targetOf(message),
      conversation: { channel: `C${message}`, thread: '' },
      userId: 'U1',
      now,
      content: contentOf(0, null),
      liveDelayMs: 0,
    });
    messages.set(id, message);
  }
  return messages;
}

/** What a poll with other counts, or the end, makes of the watch of a target. */
async function record(
  database: Database,
  { message, isEnd, number, now }: Change & { readonly number: number; readonly now: number },
): Promise<void> {
  const leased = await leaseTarget(database, targetOf(message), { owner: OWNER, now, leaseMs: MINUTE });
  if (leased === null) throw new Error(`${targetId(targetOf(message))} is leased`);
  const content = contentOf(number + 1, isEnd ? now : null);
  const watches = await watchesOfTarget(database, leased.id);
  const plan = {
    state: { ...leased.state, snapshot: content.snapshot, scanCount: 1 },
    nextPollAt: isEnd ? null : now,
    nextResultsCheckAt: null,
    unparsed: null,
    scan: null,
    watches: watches.map(({ id, messageId }) =>
      isEnd
        ? {
            kind: 'end' as const,
            id,
            messageId,
            notifyFrom: null,
            content: { ...content, end: 'scan-ended' as const },
          }
        : {
            kind: 'update' as const,
            id,
            messageId: messageId ?? id,
            content,
            lastFingerprint: String(number),
          },
    ),
    waits: { endedScan: null, expiredWaits: [] },
    report: null,
    notices: [],
  };
  await recordPlan(database, { plan, targetId: leased.id, owner: OWNER, version: leased.version, now });
}

function contentOf(scanned: number, endedAt: number | null): DeliveryContent {
  const images = { scanned, total: 1_000_000, title: '', error: '' };
  const state = endedAt === null ? ('scanning' as const) : ('completed' as const);
  const snapshot = { ...NEW_TARGET.snapshot, state, scan: 1, images, endedAt };
  return { snapshot, end: endedAt === null ? null : 'scan-ended', stoppedBy: null };
}
