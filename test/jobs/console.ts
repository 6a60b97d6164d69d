/** The Console as the observer sees it: one function, whose responses a test can hold back. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach } from 'vitest';
import { createObserver, type Observer, type ObserverOptions } from '../../src/jobs/observe.ts';
import { createTicks, poll } from '../../src/jobs/poll.ts';
import type { Priority } from '../../src/prisma-cloud/http/permits.ts';
import type { Observation, Observed } from '../../src/scan/snapshot.ts';
import { type Target, targetId } from '../../src/scan/target.ts';
import type { Database } from '../../src/store/database.ts';
import type { ResultsObservation } from '../../src/scan/results/result.ts';
import { type FaultyDatabase, useMemory } from '../support/memory.ts';
import { HIDDEN, IMAGE, type Look, NOON, type Reading, SETTINGS } from '../support/observations.ts';
import { recordingLog, rowOf } from '../support/store.ts';

export interface FakeConsole {
  /** `alpine:3.16 person`, one per request. */
  readonly asked: string[];
  /** A person waits for the last response as well. */
  isForPerson: () => boolean;
  /** Its response from now on; a test may return a promise that it resolves later. */
  answer: (target: Target) => Reading | Promise<Reading>;
  readonly fetchProgress: (target: Target, options: FakeCaller) => Promise<Observation | null>;
  /** What a request waits for before it may leave. */
  turn: () => unknown;
  /** What its results show; by default the role may not see them. */
  result: (target: Target) => Look | Promise<Look>;
  /** The targets of each results check. */
  readonly lookups: (readonly string[])[];
  readonly fetchResults: (targets: readonly Target[]) => Promise<readonly ResultsObservation[]>;
}

interface FakeCaller {
  readonly priority: Priority;
  readonly mayStart?: () => boolean;
  readonly personSignal?: AbortSignal;
}

export let database: FaultyDatabase;
export let prisma: FakeConsole;
export let log: ReturnType<typeof recordingLog>;
/** How often something was recorded that others wait for. */
export let recorded: number;
let time: number;

/**
 * For each test of the file a database, a Console that shows this, a log, and a clock that stands until it is moved. To be
 * called by each file, because another one may have loaded this module before; not for concurrent tests.
 */
export function usePolling(reading: Reading): void {
  database = useMemory();
  beforeEach(() => {
    time = NOON;
    recorded = 0;
    prisma = createFakeConsole(reading, now);
    log = recordingLog();
  });
}

export function now(): number {
  return time;
}

/** Moves the clock; backwards, too. */
export function pass(ms: number): void {
  time += ms;
}

export function startObserver(options: Partial<ObserverOptions> = {}): Observer {
  return observerOf(database, prisma, { now, onRecorded: () => (recorded += 1), ...options });
}

type PollOptions = Parameters<typeof poll>[0];

export function pollOptions(options: Partial<PollOptions> = {}): PollOptions {
  return { database, observer: startObserver(), owner: 'me', now, log: log.log, ...options };
}

/** One tick, after a while. */
export async function tick(afterMs = 0, options: Partial<PollOptions> = {}): Promise<void> {
  pass(afterMs);
  await poll(pollOptions(options));
}

/** Ticks of a process, each with all that it begins. */
export function startTicks(observer = startObserver()): () => Promise<void> {
  const next = createTicks(pollOptions({ observer }));
  return async () => {
    await next();
    await observer.end();
  };
}

/** The process that polls the usual image. */
export async function leaseOwner(): Promise<unknown> {
  return (await rowOf(database, 'targets', targetId(IMAGE)))['lease_owner'];
}

/** A poll of the usual image that waits for the Console, until the returned function responds. */
export async function beginPoll(options: Partial<ObserverOptions> = {}) {
  const answer = holdBack(prisma);
  const polling = startObserver(options).observe(IMAGE);
  await nextTurn();
  return (reading: Reading): Promise<Observed> => {
    answer(reading);
    return polling;
  };
}

/** What a watch is sent after all twelve images were scanned. */
export const ENDED_AT_12 = ['completion pending 12', 'final pending 12', 'live sent 0'];

export function createFakeConsole(reading: Reading, now: () => number = () => NOON): FakeConsole {
  const fake: FakeConsole = {
    asked: [],
    isForPerson: () => false,
    answer: () => reading,
    turn: () => undefined,
    result: () => HIDDEN,
    lookups: [],
    async fetchResults(targets) {
      fake.lookups.push(targets.map(targetId));
      const lookups = targets.map(async (target) => (await fake.result(target))(now()));
      return Promise.all(lookups);
    },
    async fetchProgress(target, { priority, mayStart, personSignal }) {
      await fake.turn();
      if (mayStart?.() === false) return null;
      fake.asked.push(`${targetId(target)} ${priority}`);
      fake.isForPerson = () => personSignal?.aborted === true;
      const read = await fake.answer(target);
      return read(now());
    },
  };
  return fake;
}

export function observerOf(
  database: Database,
  { fetchProgress, fetchResults }: FakeConsole,
  options: Partial<ObserverOptions> = {},
): Observer {
  return createObserver({
    database,
    fetchProgress,
    fetchResults,
    settings: SETTINGS,
    owner: 'me',
    now: () => NOON,
    random: () => 0,
    pause: () => Promise.resolve(),
    onRecorded: () => undefined,
    ...options,
  });
}

/** Holds back the next responses of the Console, until the returned function is called with one. */
export function holdBack(fake: FakeConsole): (reading: Reading) => void {
  const { promise, resolve } = Promise.withResolvers<Reading>();
  fake.answer = () => promise;
  return resolve;
}

/** Whether this is the commit of what was read. */
export function isRecording(sql: string): boolean {
  return sql.includes('next_poll_at = $2, last_requested_at');
}

export function scannedIn({ snapshot }: Observed): number {
  return snapshot.images.scanned;
}
