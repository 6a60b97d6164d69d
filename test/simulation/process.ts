/** One process of the program: its own jobs, as it starts them, with nothing in memory at the start. */

import type { Alarm } from '../../src/jobs/timing/signal.ts';
import { createDeliverer } from '../../src/jobs/deliver.ts';
import type { Observer } from '../../src/jobs/observe.ts';
import { createReaders } from '../../src/jobs/readers.ts';
import { startSchedules } from '../../src/jobs/timing/schedules.ts';
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
  const timers = { now: clock.now, monotonicNow: clock.monotonicNow, alarm: alarmOf(clock, gate) };
  const identity = { database, owner: name, random: own.next, log: trace.logOf(name), ...timers };
  const { tick, ...calls } = createConsoleCalls(world, gate, database);
  const { stallAfterMs, reportWaitMs } = world.scenario;
  const readers = createReaders({
    ...{ ...identity, ...calls },
    settings: { ...SETTINGS, stallAfterMs, reportWaitMs },
    fewImages: world.scenario.targets % 2 === 0 ? 0 : Infinity,
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
    ...{ ...identity, ...readers, reportWaitMs, retentionMs: 365 * 86_400_000 },
    cron: CRON,
    onTick: tick,
    timers: { ...timers, nextRuns: (cron, count) => nextRuns(cron, { after: clock.now(), count }) },
  });
  void deliverer.run(new AbortController().signal);
  return { gate, database, observer: readers.observer, wake: deliverer.wake };
}

function alarmOf(clock: Clock, gate: Gate): Alarm {
  return (ms, run) => {
    const alarm = clock.after(ms, () => gate.pass(run));
    return () => (alarm.run = null);
  };
}

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** Every so many seconds, or once a day: node-cron asks the real clock. */
function nextRuns(cron: string, { after, count }: { after: number; count: number }): readonly number[] {
  const [second = '', minute, hour] = cron.split(' ');
  const everyMs = second.startsWith('*/') ? Number(second.slice(2)) * SECOND : DAY;
  const offset = everyMs < DAY ? 0 : SECOND * (Number(second) + 60 * Number(minute) + 3_600 * Number(hour));
  const first = (Math.floor((after - offset) / everyMs) + 1) * everyMs + offset;
  return Array.from({ length: count }, (_, index) => first + index * everyMs);
}
