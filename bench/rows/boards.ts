/**
 * Age of what people see, with 1,000 images that change all the time: on a message each, and on boards of twenty. The
 * real outbox and delivery loop on a virtual clock, with a Slack that responds immediately, so that only its limit of
 * edits counts.
 */

import { interleave, OURS, ratioAtMost, type Row } from '../row.ts';
import { MAX_IMAGES } from '../../src/scan/command.ts';
import { createDeliverer } from '../../src/jobs/deliver.ts';
import { createLog } from '../../src/log.ts';
import type { DeliveryContent } from '../../src/scan/delivery.ts';
import { type Target, targetId } from '../../src/scan/target.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { recordPlan } from '../../src/store/record-plan.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { leaseTarget } from '../../src/store/targets.ts';
import { watchesOfTarget } from '../../src/store/watches.ts';
import { sql } from '../../src/store/sql.ts';
import { startBoard, startWatch } from '../../test/support/start.ts';

const IMAGES = 1_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Posting the live messages, one a second and channel, comes before what is measured. */
const SETTLING_MS = 2 * MINUTE;
const MEASURED_MS = 40 * MINUTE;
const CHANGES_EVERY_MS = 20 * SECOND;
const STEP_MS = 500;
/** The first half fills the queue; of the second one, a sample so often. */
const SAMPLES_EVERY_MS = 5 * SECOND;
const OWNER = 'bench';
const SINGLE = 'a message each';
type Ages = Readonly<Record<'mean age' | 'oldest', number>>;

const targets: readonly Target[] = Array.from({ length: IMAGES }, (_, index) => ({
  kind: 'image',
  reference: { registry: 'registry.example', repository: `app-${index}`, tag: '1', digest: '' },
}));

export const boards: Row = {
  name: 'boards',
  title: `how old what people see is, ${IMAGES} images that change every ${CHANGES_EVERY_MS / SECOND} s for ${MEASURED_MS / MINUTE} min`,
  figures: [
    { name: 'mean age', unit: 'min', goals: [ratioAtMost(0.07, SINGLE)] },
    { name: 'oldest', unit: 'min', goals: [] },
  ],
  note: `On boards of ${MAX_IMAGES}, and with a message for each image. Virtual time: every round gives the same figures.`,
  run: () => interleave({ [OURS]: () => measure(MAX_IMAGES), [SINGLE]: () => measure(1) }),
};

async function measure(perMessage: number): Promise<Ages> {
  const database = openSqlite(':memory:');
  let now = Date.UTC(2026, 0, 1);
  await migrate(database, readMigrations(), now);
  await beginAll(database, perMessage, now);
  let posted = 0;
  const deliverer = createDeliverer({
    database,
    send: () => Promise.resolve({ kind: 'accepted', ts: String((posted += 1)) }),
    find: () => Promise.resolve({ kind: 'absent' }),
    owner: OWNER,
    now: () => now,
    random: () => 0.5,
    log: createLog({ level: 'silent', isTerminal: false }),
    onSettled: () => undefined,
  });
  const end = now + SETTLING_MS + MEASURED_MS;
  const samples: (readonly number[])[] = [];
  let number = 0;
  for (let changesAt = now + SETTLING_MS; now < end; now += STEP_MS) {
    if (now >= changesAt) {
      number += 1;
      changesAt += CHANGES_EVERY_MS;
      for (const target of targets) await change(database, { target, number, now });
    }
    while ((await deliverer.deliverDue()) > 0);
    if (end - now <= MEASURED_MS / 2 && now % SAMPLES_EVERY_MS === 0)
      samples.push(await agesOf(database, now));
  }
  await database.close();
  const ages = samples.flat();
  const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length;
  const oldest = ages.reduce((most, age) => Math.max(most, age), 0);
  return { 'mean age': mean / MINUTE, oldest: oldest / MINUTE };
}

/** In many channels: Slack's limit of posts per channel is not what is measured. */
async function beginAll(database: Database, perMessage: number, now: number): Promise<void> {
  const content = saying(0);
  for (let from = 0; from < IMAGES; from += perMessage) {
    const some = targets.slice(from, from + perMessage);
    const conversation = { channel: `C${from}`, thread: '' };
    const [only] = some;
    if (some.length === 1 && only !== undefined) {
      await startWatch(database, { target: only, conversation, userId: 'U1', now, content, liveDelayMs: 0 });
    } else {
      const images = some.map((target) => ({ target, content }));
      await startBoard(database, { conversation, userId: 'U1', images, now, liveDelayMs: 0 });
    }
  }
}

/** What a poll with other counts changes for the watches of a target. */
async function change(
  database: Database,
  { target, number, now }: { readonly target: Target; readonly number: number; readonly now: number },
): Promise<void> {
  const leased = await leaseTarget(database, target, { owner: OWNER, now, leaseMs: MINUTE });
  if (leased === null) throw new Error(`${targetId(target)} is leased`);
  const watches = await watchesOfTarget(database, leased.id);
  const content = saying(number);
  const plan = {
    state: { ...leased.state, snapshot: content.snapshot },
    nextPollAt: now,
    nextResultsCheckAt: null,
    unparsed: null,
    scan: null,
    watches: watches.map(({ id, messageId }) => ({
      kind: 'update' as const,
      id,
      messageId: messageId ?? id,
      content,
      lastFingerprint: String(number),
    })),
    waits: { endedScan: null, expiredWaits: [] },
    report: null,
    notices: [],
  };
  await recordPlan(database, { plan, targetId: leased.id, owner: OWNER, version: leased.version, now });
}

function saying(scanned: number): DeliveryContent {
  const images = { scanned, total: 1_000, title: '', error: '' };
  const snapshot = { ...NEW_TARGET.snapshot, state: 'scanning' as const, scan: 1, images };
  return { snapshot, end: null, stoppedBy: null };
}

/** For each image: age of the rendered message, ms. */
async function agesOf(database: Database, now: number): Promise<readonly number[]> {
  const rows = await database.query(
    sql`select m.last_rendered_at from watches w join messages m on m.id = w.message_id`,
  );
  return rows.map((row) => now - Number(row['last_rendered_at']));
}
