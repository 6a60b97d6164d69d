/**
 * Setup file: the worker's clock runs FACTOR times as fast while the event loop is idle, at wall speed while it works,
 * and from timer to timer where nothing is under way. Waiting is cheap, and a busy machine fires no timeout early.
 * Date, performance.now, timers, timers/promises and AbortSignal.timeout follow this clock; immediates, I/O and the
 * limits of the test runner stay real.
 */

import { AsyncResource } from 'node:async_hooks';
import { ServerResponse } from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';
import { traffic, whenSilent } from './traffic.ts';

interface Options {
  readonly signal?: AbortSignal;
}

/** 50 ms a millisecond: a loopback response (about 1 ms) comes before the shortest timeout of the program (1 s). */
const FACTOR = 50;
type WriteHead = (this: ServerResponse, ...args: unknown[]) => ServerResponse;
type Reading = ReturnType<typeof read>;

/** The pause at the end of a step takes about 1 ms; a longer one was kept from the core. */
const IDLE_MAX_MS = 2;
/** A step may be as long as the import of a file: work from before a timer was set must not end it. */
const BUSY_MAX_MS = 250;
/** A pause with less work than this, of all threads, only checked the time. */
const QUIET_MS = 0.4;
/** `expect.poll` polls in real time, and does not see a state that ends within one jump. */
const JUMP_MAX_MS = 5_000;
/** Node runs longer delays after 1 ms. */
const DELAY_MAX_MS = 2 ** 31 - 1;
/** The one timer that undici has for all connections of a process. */
const SHARED = 'onTick';
const INSTALLED = Symbol.for('scanprogress.time-lapse');

const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setImmediate: globalThis.setImmediate,
  utilization: performance.eventLoopUtilization.bind(performance),
};
const startedAt = { epochMs: Date.now(), monotonicMs: performance.now() };
let lapsedMs = 0;

/** Soonest first; of one instant, oldest first. */
const queue: LapsedTimer[] = [];
let created = 0;

/** What `setTimeout` returns: Node's own methods, as far as libraries call them. */
class LapsedTimer {
  readonly #run: () => void;
  readonly #ms: number;
  readonly #repeats: boolean;
  readonly isShared: boolean;
  readonly id: number;
  at = 0;
  order = 0;

  constructor(run: () => void, ms: number, { repeats = false, isShared = false } = {}) {
    // As Node's own timers do: what runs later belongs to the test that started it.
    this.#run = AsyncResource.bind(run);
    this.#ms = ms >= 1 && ms <= DELAY_MAX_MS ? ms : 1;
    this.#repeats = repeats;
    this.isShared = isShared;
    this.id = created + 1;
    this.refresh();
  }

  refresh(): this {
    this.close();
    this.at = lapsedMs + this.#ms;
    this.order = created += 1;
    const next = queue.findIndex(({ at }) => at > this.at);
    queue.splice(next < 0 ? queue.length : next, 0, this);
    return this;
  }

  close(): this {
    const index = queue.indexOf(this);
    if (index >= 0) queue.splice(index, 1);
    return this;
  }

  fire(): void {
    if (this.#repeats) this.refresh();
    else this.close();
    this.#run();
  }

  /** The worker lives as long as its tests do: no timer needs to hold it. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return false;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function installTimers(): void {
  const start =
    (repeats: boolean) =>
    (callback: (...args: unknown[]) => void, ms: unknown, ...args: unknown[]) =>
      new LapsedTimer(() => callback(...args), Number(ms), { repeats, isShared: callback.name === SHARED });
  const clear = (timer: unknown): void => {
    if (timer instanceof LapsedTimer) timer.close();
    else if (typeof timer === 'object' && timer !== null) real.clearTimeout(timer as NodeJS.Timeout);
    else queue.find(({ id }) => id === Number(timer))?.close();
  };
  const setTimeout = Object.assign(start(false), { [promisify.custom]: sleep });
  const replaced = { setTimeout, setInterval: start(true), clearTimeout: clear, clearInterval: clear };
  const require = createRequire(import.meta.url);
  Object.assign(globalThis, replaced);
  Object.assign(require('node:timers') as object, replaced);
  Object.assign(require('node:timers/promises') as object, { setTimeout: sleep });
  syncBuiltinESMExports();
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    const abort = (): void =>
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    new LapsedTimer(abort, ms);
    return controller.signal;
  };
}

function sleep(ms: number, value?: unknown, { signal }: Options = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      timer.close();
      const cause: unknown = signal?.reason;
      reject(
        Object.assign(new Error('The operation was aborted', { cause }), {
          name: 'AbortError',
          code: 'ABORT_ERR',
        }),
      );
    };
    const timer = new LapsedTimer(() => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

function installClock(): void {
  const now = () => startedAt.epochMs + Math.floor(lapsedMs);
  globalThis.Date = new Proxy(real.Date, {
    construct: (target, args, self) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, self) as Date,
    apply: () => new real.Date(now()).toString(),
    get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
  });
  // Thousandths that a float represents exactly: otherwise (a + b) - a differs from b at a stopped clock.
  performance.now = () => Math.floor((startedAt.monotonicMs + lapsedMs) * 1_024) / 1_024;
}

/** node:http keeps its own `Date` header for a second of the wall's clock. */
function stampResponses(): void {
  const writeHead = Reflect.get(ServerResponse.prototype, 'writeHead') as WriteHead;
  ServerResponse.prototype.writeHead = function (
    this: ServerResponse,
    ...args: Parameters<typeof writeHead>
  ) {
    if (this.sendDate && !this.hasHeader('date')) this.setHeader('date', new Date().toUTCString());
    return writeHead.apply(this, args);
  };
}

/**
 * One step of the clock, from a pause to the next. Work counts once; idleness FACTOR times, but not all of it where this
 * step is late, for then others kept the cores. Where nothing has happened, nothing but the next timer can.
 */
function lapse(since: Reading, asleep: Reading): void {
  const spent = real.utilization(since.utilization);
  // Threads of the pool work while the event loop is idle.
  const busyMs = Math.max(spent.active, workedMs(since));
  const idleMs = Math.min(IDLE_MAX_MS, Math.max(0, spent.active + spent.idle - busyMs));
  const isPoolBusy = isPoolWorking();
  // By CPU time: on a busy machine a step that does nothing takes long all the same.
  const isQuiet = workedMs(asleep) < QUIET_MS && traffic() === asleep.traffic && !isPoolBusy && !isTurnDue();
  const lapsed = lapsedMs + Math.min(BUSY_MAX_MS, busyMs) + idleMs * (isPoolBusy ? 1 : FACTOR);
  if (isQuiet) jump(Math.max(lapsed, queue[0]?.at ?? 0));
  else runUntil(lapsed, pause);
}

/** Waits until this process sends and receives nothing, then 1 ms for threads of the pool and other processes. */
function pause(): void {
  const since = read();
  whenSilent(() => {
    const asleep = read();
    real.setTimeout(() => lapse(since, asleep), 1);
  });
}

/** From timer to timer, until one of them sends something or needs a turn of the event loop. */
function jump(target: number, until = target + JUMP_MAX_MS): void {
  const before = traffic();
  runUntil(target, () => {
    const next = queue[0];
    const isFar = next === undefined || next.at > until;
    if (isFar || traffic() !== before || isPoolWorking() || isTurnDue()) pause();
    else jump(next.at, until);
  });
}

function read() {
  return { utilization: real.utilization(), cpu: process.cpuUsage(), traffic: traffic() };
}

/** Of all threads. */
function workedMs(since: Reading): number {
  return toMs(process.cpuUsage(since.cpu));
}

function toMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

function isPoolWorking(): boolean {
  return process.getActiveResourcesInfo().some((name) => /^FSReq|^CloseReq|AddrInfo/.test(name));
}

/** An immediate is pending: a jump would run timers before it. */
function isTurnDue(): boolean {
  return process.getActiveResourcesInfo().includes('Immediate');
}

/** I/O and promises get a turn of the event loop between two timers, as with Node's own. */
function runUntil(target: number, then: () => void): void {
  const next = queue[0];
  if (next === undefined || next.at > target) {
    lapsedMs = target;
    then();
    return;
  }
  lapsedMs = Math.max(lapsedMs, next.at);
  const before = traffic();
  const goOn = (): void => runUntil(target, then);
  real.setImmediate(() => (traffic() === before ? goOn() : whenSilent(goOn)));
  next.fire();
}

/** A file ends with what it has started: a worker would go on with its loops while it runs the files after it. */
function dropTimers(): void {
  const shared = queue.filter(({ isShared }) => isShared);
  queue.splice(0, queue.length, ...shared);
}

const installed = Reflect.get(globalThis, INSTALLED) as typeof dropTimers | undefined;
if (installed === undefined) {
  Object.defineProperty(globalThis, INSTALLED, { value: dropTimers });
  installClock();
  installTimers();
  stampResponses();
  pause();
} else {
  installed();
}
