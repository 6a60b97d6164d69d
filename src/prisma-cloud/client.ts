/**
 * The Console as the rest of the program sees it. Nothing here throws: whatever goes wrong comes back as a `Failure`.
 */

import type { Failure, Observation } from '../scan/snapshot.ts';
import type { ResultReading } from '../scan/result.ts';
import type { Target } from '../scan/target.ts';
import { parseAnswer } from './answer.ts';
import { createAsk } from './ask.ts';
import { type Budget, createBudget } from './budget.ts';
import { type Question, createConnection } from './connection.ts';
import { GarbledError, toFailure } from './errors.ts';
import { createFetchProgress } from './progress.ts';
import { createFetchResults } from './results.ts';
import { wireVersion } from './schema.ts';
import { type Caller, type Log, createSend } from './send.ts';

const CONNECT_MS = 5_000;
const CALL_MS = 15_000;
const LOGGED_LENGTH = 2_000;

export interface ConsoleClientOptions {
  readonly consoleUrl: string;
  readonly apiVersion: string;
  readonly project: string | null;
  readonly username: string;
  readonly password: string;
  readonly auth: 'token' | 'basic';
  /** PEM; null for the usual authorities. */
  readonly ca: string | null;
  readonly isTlsInsecure: boolean;
  /** Clients of one Console (with a second user, say) share one. */
  readonly budget?: Budget;
  readonly log?: Log;
  /** Epoch ms. */
  readonly now?: () => number;
  /** Monotonic milliseconds. */
  readonly elapsed?: () => number;
  readonly random?: () => number;
  readonly timeouts?: { readonly connectMs?: number; readonly callMs?: number };
}

export type Answered<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'failed'; readonly failure: Failure };

export interface ConsoleClient {
  fetchProgress(target: Target, caller: Caller): Promise<Observation>;
  /** The latest result of each, in the same order; the regular scan's is its status. Consumes nothing. */
  fetchResults(targets: readonly Target[], caller: Caller): Promise<readonly ResultReading[]>;
  /** Such as `33.03.138`. */
  fetchVersion(signal?: AbortSignal): Promise<Answered<string>>;
  /** Whether a Console answers at that address; needs no credentials. */
  ping(signal?: AbortSignal): Promise<Answered<null>>;
  /** The version, once address, TLS, credentials, API version and the permission to see results are known to be good. */
  check(signal?: AbortSignal): Promise<Answered<string>>;
  /** Sends away those who wait for the budget, closing it, and lets what is under way end. */
  close(): Promise<void>;
}

export function createConsoleClient(options: ConsoleClientOptions): ConsoleClient {
  const { now, log, budget, connection, ask } = createParts(options);
  const toQuestion = (resource: string, query: Question['query'] = []): Question => ({
    method: 'GET',
    resource,
    query: options.project === null ? query : [...query, ['project', options.project]],
  });

  function fetchVersion(signal?: AbortSignal): Promise<Answered<string>> {
    return answered(async () => parseAnswer(await askForPerson('version', signal), wireVersion));
  }

  function ping(signal?: AbortSignal): Promise<Answered<null>> {
    return answered(async () => {
      await ask.anonymously(toQuestion('_ping'), { priority: 'person', signal });
      return null;
    });
  }

  // The results need the same permission as progress, and reading them consumes nothing.
  async function check(signal?: AbortSignal): Promise<Answered<string>> {
    const version = await fetchVersion(signal);
    if (version.kind === 'failed') return version;
    return answered(async () => {
      await askForPerson('registry', signal, RESULTS_PROBE);
      return version.value;
    });
  }

  function askForPerson(resource: string, signal?: AbortSignal, query?: Question['query']) {
    return ask.signedIn(toQuestion(resource, query), { priority: 'person', signal });
  }

  async function answered<T>(run: () => Promise<T>): Promise<Answered<T>> {
    try {
      return { kind: 'answered', value: await run() };
    } catch (error) {
      return { kind: 'failed', failure: fail(error) };
    }
  }

  function fail(error: unknown): Failure {
    const failure = toFailure(error);
    if (error instanceof GarbledError) {
      log.warn({ detail: failure.detail, body: error.body.slice(0, LOGGED_LENGTH) }, 'unreadable answer');
    }
    return failure;
  }

  async function close(): Promise<void> {
    budget.close();
    await connection.close();
  }

  const reading = {
    ask: (resource: string, query: Question['query'], caller: Caller) =>
      ask.signedIn(toQuestion(resource, query), caller),
    fail,
    now,
  };
  const fetchProgress = createFetchProgress(reading);
  const fetchResults = createFetchResults(reading);
  return { fetchProgress, fetchResults, fetchVersion, ping, check, close };
}

const RESULTS_PROBE = [
  ['limit', '1'],
  ['compact', 'true'],
] as const;

function createParts(options: ConsoleClientOptions) {
  const { now = Date.now, elapsed = () => performance.now(), random = Math.random } = options;
  const { log = SILENT, timeouts: { connectMs = CONNECT_MS, callMs = CALL_MS } = {} } = options;
  const budget = options.budget ?? createBudget({ elapsed, random });
  const connection = createConnection({ ...options, connectMs });
  const send = createSend({ connection, budget, callMs, log, now, elapsed, random });
  const ask = createAsk({ ...options, send, callMs, log, now, elapsed, random });
  return { now, log, budget, connection, ask };
}

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
