/** One process of the program: its own jobs, as it starts them, with nothing in memory at the start. */

import { createDeliverer } from '../../src/jobs/deliver.ts';
import type { Observer } from '../../src/jobs/observe.ts';
import { startJobs } from '../../src/jobs/jobs.ts';
import type { Alarm } from '../../src/loop.ts';
import type { Database } from '../../src/store/database.ts';
import { SETTINGS } from '../support/observations.ts';
import type { Clock } from './outside/clock.ts';
import { createConsoleCalls } from './outside/console-calls.ts';
import { behindGate, createGate, type Gate } from './outside/gate.ts';
import type { World } from './world.ts';

export interface SimulatedProcess {
  readonly gate: Gate;
  readonly database: Database;
  readonly observer: Observer;
  /** Something new is due: poll now. */
  readonly wake: () => void;
}

const CRON = '*/5 * * * * *';

export function startProcess(world: World, name: string, noteWatches: () => void): SimulatedProcess {
  const { clock, trace, random, slack, faults, isDown } = world;
  trace.say(() => `${name} begins`);
  const gate = createGate(name, trace);
  const own = random.fork();
  const database = behindGate(world.names.database, {
    gate,
    onChange: noteWatches,
    isBroken: () => isDown('disk-full') || random.hits(faults().brokenDatabase),
  });
  const timers = { now: clock.now, monotonicNow: clock.monotonicNow, alarm: alarmOf(clock, gate) };
  const identity = { database, owner: name, random: own.next, log: trace.logOf(name), ...timers };
  const { tick, ...calls } = createConsoleCalls(world, gate, database);
  const { stallAfterMs, reportWaitMs } = world.scenario;
  const { observer } = startJobs({
    ...{ ...identity, ...calls },
    cron: CRON,
    nextRuns: (_, count) => nextRuns(clock.now(), count),
    settings: { ...SETTINGS, stallAfterMs, reportWaitMs },
    retentionMs: 365 * 86_400_000,
    onTick: tick,
    fewImages: world.scenario.targets % 2 === 0 ? 0 : Infinity,
    pause: (ms) => gate.ask('a pause', (over) => clock.after(ms, () => over(null))),
    wake: () => wake(),
  });
  const { wake } = createDeliverer({
    ...identity,
    send: (delivery) => slack.send(gate, delivery),
    find: (delivery) => slack.find(gate, delivery),
    onSettled: () => undefined,
  }).start();
  return { gate, database, observer, wake };
}

function alarmOf(clock: Clock, gate: Gate): Alarm {
  return (ms, run) => {
    const alarm = clock.after(ms, () => gate.pass(run));
    return () => (alarm.run = null);
  };
}

const TICK_MS = 5_000;

/** node-cron uses the real clock. */
function nextRuns(after: number, count: number): readonly number[] {
  const first = (Math.floor(after / TICK_MS) + 1) * TICK_MS;
  return Array.from({ length: count }, (_, index) => first + index * TICK_MS);
}
