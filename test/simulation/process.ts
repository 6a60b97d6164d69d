/** One process of the program: its own jobs, as it starts them, with nothing in memory at the start. */

import { createDeliverer } from '../../src/jobs/deliver.ts';
import type { Observer } from '../../src/jobs/observe.ts';
import { createReaders } from '../../src/jobs/readers.ts';
import type { Task, Timers } from '../../src/jobs/schedule.ts';
import { startSchedules } from '../../src/jobs/schedules.ts';
import type { Database } from '../../src/store/database.ts';
import { SETTINGS } from '../support/observations.ts';
import type { Clock } from './clock.ts';
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

const CRON = '*/5 * * * * *';

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
  const timers = { now: clock.now, elapsed: clock.elapsed, alarm: alarmOf(clock, gate) };
  const identity = { database, owner: name, chance: own.next, log: trace.logOf(name), ...timers };
  const { tick, ...calls } = createConsoleCalls(world, gate, database);
  const { stallAfterMs, reportWaitMs } = world.scenario;
  const readers = createReaders({
    ...{ ...identity, ...calls },
    settings: { ...SETTINGS, stallAfterMs, reportWaitMs },
    pause: (ms) => gate.ask('a pause', (over) => clock.after(ms, () => over(null))),
    wake: () => deliverer.wake(),
  });
  const deliverer = createDeliverer({
    ...identity,
    send: (delivery) => slack.send(gate, delivery),
    find: (delivery) => slack.find(gate, delivery),
    onSettled: () => undefined,
  });
  startSchedules({
    ...{ ...identity, ...readers, reportWaitMs },
    cron: CRON,
    onRun: (job) => (job === 'poll' ? tick() : undefined),
    timers: { ...timers, schedule: (cron, run) => createTask(timers, cron, run) },
  });
  void deliverer.run(new AbortController().signal);
  return { gate, database, observer: readers.observer, wake: deliverer.wake };
}

function alarmOf(clock: Clock, gate: Gate): Required<Timers>['alarm'] {
  return (ms, run) => {
    const alarm = clock.after(ms, () => gate.pass(run));
    return () => (alarm.run = null);
  };
}

/** Like node-cron's: it sleeps until a time of the clock on the wall, and where that is set back, for longer. */
function createTask(
  { now, alarm }: Pick<Required<Timers>, 'now' | 'alarm'>,
  cron: string,
  run: () => Promise<void>,
): Task {
  const sleep = (): (() => void) => {
    const at = nextRun(cron, now());
    return alarm(at - now(), () => {
      if (now() >= at) void run();
      end = sleep();
    });
  };
  let end = sleep();
  return {
    destroy: () => end(),
    getNextRuns: () => [nextRun(cron, now()), nextRun(cron, nextRun(cron, now()))].map((at) => new Date(at)),
  };
}

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** Every so many seconds, or once a day. */
function nextRun(cron: string, after: number): number {
  const [second = '', minute, hour] = cron.split(' ');
  const everyMs = second.startsWith('*/') ? Number(second.slice(2)) * SECOND : DAY;
  const offset = everyMs < DAY ? 0 : Number(second) + 60 * Number(minute) + 3_600 * Number(hour);
  return (Math.floor((after - offset * SECOND) / everyMs) + 1) * everyMs + offset * SECOND;
}
