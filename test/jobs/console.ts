/** The Console as the observer sees it: one function, whose responses a test can hold back. */

import { createObserver, type Observer, type ObserverOptions } from '../../src/jobs/observe.ts';
import type { Priority } from '../../src/prisma-cloud/http/permits.ts';
import type { Observed } from '../../src/scan/snapshot.ts';
import type { Observation } from '../../src/scan/snapshot.ts';
import { type Target, targetId } from '../../src/scan/target.ts';
import type { Database } from '../../src/store/database.ts';
import type { ResultsObservation } from '../../src/scan/results/result.ts';
import { HIDDEN, type Look, NOON, type Reading, SETTINGS } from '../support/observations.ts';

export interface FakeConsole {
  /** `alpine:3.16 person`, one per request. */
  readonly asked: string[];
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
}

export function createFakeConsole(reading: Reading, now: () => number = () => NOON): FakeConsole {
  const fake: FakeConsole = {
    asked: [],
    answer: () => reading,
    turn: () => undefined,
    result: () => HIDDEN,
    lookups: [],
    async fetchResults(targets) {
      fake.lookups.push(targets.map(targetId));
      const lookups = targets.map(async (target) => (await fake.result(target))(now()));
      return Promise.all(lookups);
    },
    async fetchProgress(target, { priority, mayStart }) {
      await fake.turn();
      if (mayStart?.() === false) return null;
      fake.asked.push(`${targetId(target)} ${priority}`);
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
