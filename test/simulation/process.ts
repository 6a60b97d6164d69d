/** One process of the program: its observer, its deliverer, its ticks and its loops, with nothing in memory at the start. */

import { createDeliverer } from '../../src/jobs/deliver.ts';
import { createObserver, type Observer } from '../../src/jobs/observe.ts';
import { look } from '../../src/jobs/look.ts';
import { createTicks } from '../../src/jobs/poll.ts';
import { report } from '../../src/jobs/report.ts';
import { createResultLoops } from '../../src/jobs/result-loops.ts';
import type { Database } from '../../src/store/database.ts';
import { noticeSilentStarts } from '../../src/store/silent-starts.ts';
import { SETTINGS } from '../support/observations.ts';
import { createConsoleCalls } from './console-calls.ts';
import { behindGate, createGate, type Gate } from './gate.ts';
import type { World } from './world.ts';

export interface SimulatedProcess {
  readonly gate: Gate;
  readonly database: Database;
  readonly observer: Observer;
  /** Something new is due: do not wait for the next look. */
  readonly wake: () => void;
}

const TICK_MS = 5_000;
const STARTS_MS = 15_000;
const LOOK_MS = 500;

export function startProcess(world: World, name: string, noteWatches: () => void): SimulatedProcess {
  const { clock, trace, chance, slack, faults, isDown } = world;
  trace.say(() => `${name} begins`);
  const gate = createGate(name, trace);
  const own = chance.fork();
  const database = behindGate(world.names.database, {
    gate,
    onChange: noteWatches,
    isBroken: () => isDown('disk-full') || chance.hits(faults().brokenDatabase),
  });
  const log = trace.logOf(name);
  const identity = { database, owner: name, now: clock.now, chance: own.next, log };
  const console = createConsoleCalls(world, gate, database);
  const outbox: { wake: () => void } = { wake: () => undefined };
  const { fetchProgress, fetchResults } = console;
  const { stallAfterMs, reportWaitMs } = world.scenario;
  const settings = { ...SETTINGS, stallAfterMs, reportWaitMs };
  const asking = { ...identity, fetchProgress, fetchResults, settings };
  const reporting = { ...identity, ...console, onReported: () => outbox.wake() };
  const observer = createObserver({
    ...asking,
    pause: (ms) => gate.ask('a pause', (over) => clock.after(ms, () => over(null))),
    onRecorded: () => {
      outbox.wake();
      loops.reports.wake();
    },
  });
  const loops = createResultLoops({
    ...identity,
    look: () => look({ observer, log }),
    report: () => report(reporting),
    alarm: (ms, run) => {
      const alarm = clock.after(ms, () => gate.pass(run));
      return () => (alarm.run = null);
    },
  });
  const deliverer = createDeliverer({
    ...identity,
    send: (delivery) => slack.send(gate, delivery),
    find: (delivery) => slack.find(gate, delivery),
    onSettled: () => outbox.wake(),
  });
  outbox.wake = createLooks(world, gate, deliverer.deliverDue);
  const tick = createTicks({ ...identity, observer });
  startSchedule(world, gate, { everyMs: TICK_MS }, () => {
    console.tick();
    return tick();
  });
  startSchedule(world, gate, { everyMs: STARTS_MS }, async () => {
    const starts = { now: clock.now(), waitMs: reportWaitMs, tickMs: TICK_MS };
    const noticed = await noticeSilentStarts(database, starts).catch(() => 0);
    if (noticed > 0) loops.reports.wake();
  });
  for (const { run } of [loops.looks, loops.reports]) void run(new AbortController().signal);
  return { gate, database, observer, wake: outbox.wake };
}

/** Like the deliverer's own loop: a look every half second, and at once when somebody rings. */
function createLooks({ clock, names }: World, gate: Gate, deliverDue: () => Promise<number>): () => void {
  let isRung = false;
  const look = async (): Promise<void> => {
    isRung = false;
    // To look at an outbox where nothing is due changes nothing, and would take most of the time.
    const open = await names.database.query(DUE, [clock.now(), clock.now() + FAR_MS]);
    if (open.length > 0 && gate.isRunning()) await deliverDue().catch(() => undefined);
  };
  const again = (): void => {
    if (gate.isDead()) return;
    if (gate.isRunning()) void look();
    clock.after(LOOK_MS, again);
  };
  clock.after(LOOK_MS, again);
  return () => {
    if (isRung) return;
    isRung = true;
    clock.after(0, () => gate.pass(() => void look()));
  };
}

/** Beyond this, something was planned before the clock was set back. */
const FAR_MS = 60_000;
const DUE = `select 1 from deliveries where state in ('pending', 'sending', 'ambiguous')
  and case when state = 'sending' then lease_until else due_at end not between $1 + 1 and $2 limit 1`;

/** Like node-cron's: a run that goes on is not joined by the next one. */
function startSchedule(
  { clock }: World,
  gate: Gate,
  { everyMs }: { everyMs: number },
  run: () => Promise<void>,
): void {
  let isUnderWay = false;
  const again = (): void => {
    if (gate.isDead()) return;
    clock.after(everyMs, again);
    if (isUnderWay || !gate.isRunning()) return;
    isUnderWay = true;
    void run().finally(() => (isUnderWay = false));
  };
  // All of them at the same seconds of the clock, as cron has it.
  clock.after(everyMs - (clock.elapsed() % everyMs), again);
}
