/** The client of the Console. Nothing here throws: every error is returned as a `Failure`. */

import { z } from 'zod';
import { createScrubber } from '../secrets.ts';
import type { Proxies } from '../proxy.ts';
import type { ImageReference } from '../image/reference.ts';
import type { ControlOutcome } from '../scan/control.ts';
import type { Diagnosis, RegularReport } from '../scan/results/report.ts';
import type { Failure, Observation, Scope, ScopeObservation } from '../scan/snapshot.ts';
import type { ImageResult, NewestResults, ResultsObservation } from '../scan/results/result.ts';
import type { Target } from '../scan/target.ts';
import type { ResultDetails } from '../scan/results/vulnerabilities.ts';
import { noPage, parseCredential, parseResponse, toConsoleTime } from './http/response.ts';
import { type Result, toResult } from './http/result.ts';
import { createAuthenticatedRequest } from './http/authenticated.ts';
import type { RateLimiter } from './http/rate-limiter.ts';
import { type ConsoleRequest, createConsoleConnection } from './http/transport.ts';
import { fetchSpecifications } from './api/settings.ts';
import { createControl } from './api/control.ts';
import { createFetchDetails } from './api/details.ts';
import { createFetchDiagnosis } from './api/diagnosis.ts';
import { MalformedResponseError, toFailure } from './http/errors.ts';
import { type ApiContext, createFetchProgress } from './api/progress.ts';
import { createFetchNewest } from './api/newest.ts';
import { createFetchRegularReport } from './api/report.ts';
import { createFetchResults } from './api/results.ts';
import { wireProjects, wireVersion } from './http/schema.ts';
import { createFetchScope, createKnownSpecifications, scopeIn } from './api/scope.ts';
import { nameRegistries } from './api/name-registries.ts';
import { type Caller, type RequestMetrics, type ConsoleLog, createRequestSender } from './http/request.ts';

const CONNECT_MS = 5_000;
const CALL_MS = 15_000;
/** A Console may take minutes to accept a scan: callers must not wait for it within a command's reply. */
const CONTROL_MS = 240_000;
const LOGGED_LENGTH = 2_000;

export interface ConsoleClientOptions {
  readonly consoleUrl: string;
  readonly apiVersion: string;
  readonly project: string | null;
  readonly username: string;
  readonly password: string;
  readonly auth: 'token' | 'basic';
  /** Secrets besides the password, to redact in texts of the Console. */
  readonly secrets?: readonly string[];
  /** PEM; null for the system's CAs. */
  readonly ca: string | null;
  readonly isTlsInsecure: boolean;
  readonly proxies?: Proxies;
  /** Clients of one Console (with a second user, for example) share one. */
  readonly rateLimiter: RateLimiter;
  readonly log?: ConsoleLog;
  /** Called after every request that was sent. */
  readonly onRequest?: (request: RequestMetrics) => void;
  /** Epoch ms. */
  readonly now?: () => number;
  /** Monotonic milliseconds. */
  readonly monotonicNow?: () => number;
  readonly random?: () => number;
  readonly timeouts?: {
    readonly connectMs?: number;
    readonly callMs?: number;
    /** Of a start or a stop. */
    readonly controlMs?: number;
  };
}

export interface ConsoleClient {
  /** null where no request was sent: at shutdown, or too late. */
  fetchProgress(target: Target, caller: Caller): Promise<Observation | null>;
  /** The latest result of each, in the same order; the registry scan's is its status. Consumes nothing. */
  fetchResults(targets: readonly Target[], caller: Caller): Promise<readonly ResultsObservation[]>;
  /** Images whose scans ended last. Consumes nothing. */
  fetchNewest(caller: Caller): Promise<Result<NewestResults>>;
  /** The report of the registry scan after its end. Consumes nothing. */
  fetchRegularReport(caller: Caller): Promise<Result<RegularReport>>;
  /** Why a scan stalls or does not start. Consumes nothing. */
  fetchDiagnosis(target: Target, caller: Caller): Promise<Result<Diagnosis>>;
  /** Vulnerabilities and policy of full results; null where the Console has a newer one by now. Consumes nothing. */
  fetchDetails(
    results: readonly ImageResult[],
    caller: Caller,
  ): Promise<Result<readonly (ResultDetails | null)[]>>;
  /** Whether a registry specification covers the image. */
  fetchScope(reference: ImageReference, caller: Caller): Promise<ScopeObservation>;
  /** Same, from the last minute and without waiting; refreshes itself when outdated. */
  knownScope(reference: ImageReference): Scope;
  /** On demand for an image, or the registry scan. May take minutes; sent once. */
  startScan(target: Target, caller: Caller): Promise<ControlOutcome>;
  stopRegularScan(caller: Caller): Promise<ControlOutcome>;
  /** Such as `33.03.138`. */
  fetchVersion(signal?: AbortSignal): Promise<Result<string>>;
  /** Whether a Console responds at that URL, without credentials. Returns its clock, epoch ms, if shown. */
  ping(signal?: AbortSignal): Promise<Result<number | null>>;
  /** Number of registry specifications: needs a permission that watching does not. */
  countSpecifications(signal?: AbortSignal): Promise<Result<number>>;
  /** Projects that the user may see; empty where the Console has none. */
  fetchProjects(signal?: AbortSignal): Promise<Result<readonly string[]>>;
  /** Of the user, once signed in with a token that names it. */
  role(): string | null;
  /** The raw response, with names and secrets: for recordings only, never logged or shown. */
  fetchJson(resource: string, query: ConsoleRequest['query']): Promise<Result<unknown>>;
  /** The version, after checking URL, TLS, credentials, API version and the permission to read results. */
  check(signal?: AbortSignal): Promise<Result<string>>;
  /** Rejects callers that wait for the rate limit, and completes requests in flight. */
  close(): Promise<void>;
}

export function createConsoleClient(options: ConsoleClientOptions): ConsoleClient {
  const { now, monotonicNow, log, controlMs, rateLimiter, connection, call } = createParts(options);
  const toRequest = (resource: string, query: ConsoleRequest['query'] = []): ConsoleRequest => ({
    method: 'GET',
    resource,
    query: options.project === null ? query : [...query, ['project', options.project]],
  });

  function fail(error: unknown): Failure {
    const failure = toFailure(error);
    if (error instanceof MalformedResponseError) {
      log.warn({ detail: failure.detail, body: error.body.slice(0, LOGGED_LENGTH) }, 'malformed response');
    }
    return failure;
  }

  async function close(): Promise<void> {
    rateLimiter.close();
    await connection.close();
  }

  const apiContext: FetchOptions = {
    call: (resource, query, caller) => call.signedIn(toRequest(resource, query), caller),
    fail,
    now,
    monotonicNow,
  };
  const control = createControl({
    call: (request, caller) =>
      call.signedIn(
        { ...toRequest(request.resource), ...request, method: 'POST', limitMs: controlMs },
        caller,
      ),
    fail,
  });
  return {
    ...createFetches(apiContext),
    ...control,
    ...createProbes({ call, toRequest, apiContext }),
    role: call.role,
    close,
  };
}

type FetchOptions = ApiContext & { readonly monotonicNow: () => number };

function createFetches(apiContext: FetchOptions) {
  const known = createKnownSpecifications(apiContext);
  return {
    fetchProgress: createFetchProgress({ ...apiContext, nameRegistries: nameRegistries(known) }),
    fetchResults: createFetchResults(apiContext),
    fetchNewest: createFetchNewest(apiContext),
    fetchRegularReport: createFetchRegularReport(apiContext),
    fetchDiagnosis: createFetchDiagnosis(apiContext),
    fetchDetails: createFetchDetails(apiContext),
    fetchScope: createFetchScope(apiContext),
    knownScope: (reference: ImageReference) => scopeIn(reference, known()),
  };
}

interface ProbeOptions {
  readonly call: ReturnType<typeof createAuthenticatedRequest>;
  readonly toRequest: (resource: string, query?: ConsoleRequest['query']) => ConsoleRequest;
  readonly apiContext: ApiContext;
}

/** Requests that check access; the doctor uses them, while a person waits. */
function createProbes({ call, toRequest, apiContext }: ProbeOptions) {
  const { fail } = apiContext;

  function fetchVersion(signal?: AbortSignal): Promise<Result<string>> {
    return toResult(fail, async () => parseResponse(await callForPerson('version', signal), wireVersion));
  }

  function ping(signal?: AbortSignal): Promise<Result<number | null>> {
    return toResult(fail, async () =>
      toConsoleTime(noPage(await call.anonymously(toRequest('_ping'), { priority: 'interactive', signal }))),
    );
  }

  function countSpecifications(signal?: AbortSignal): Promise<Result<number>> {
    return toResult(
      fail,
      async () => (await fetchSpecifications(apiContext, { priority: 'interactive', signal })).length,
    );
  }

  function fetchProjects(signal?: AbortSignal): Promise<Result<readonly string[]>> {
    return toResult(fail, async () => {
      const names = parseResponse(await callForPerson('current/projects', signal), wireProjects) ?? [];
      return [...new Set(names)].filter((name) => name !== '');
    });
  }

  // Results need the same permission as progress, and reading them consumes nothing.
  async function check(signal?: AbortSignal): Promise<Result<string>> {
    const version = await fetchVersion(signal);
    if (version.kind === 'failed') return version;
    return toResult(fail, async () => {
      await callForPerson('registry', signal, RESULTS_PROBE);
      return version.value;
    });
  }

  function callForPerson(resource: string, signal?: AbortSignal, query?: ConsoleRequest['query']) {
    return call.signedIn(toRequest(resource, query), { priority: 'interactive', signal });
  }

  function fetchJson(resource: string, query: ConsoleRequest['query']): Promise<Result<unknown>> {
    return toResult(fail, async () =>
      parseCredential(await callForPerson(resource, undefined, query), z.unknown()),
    );
  }

  return { fetchVersion, ping, countSpecifications, fetchProjects, fetchJson, check };
}

const RESULTS_PROBE = [
  ['limit', '1'],
  ['compact', 'true'],
] as const;

function createParts(options: ConsoleClientOptions) {
  const { now = Date.now, monotonicNow = () => performance.now(), random = Math.random } = options;
  const { log = SILENT, timeouts = {} } = options;
  const { connectMs = CONNECT_MS, callMs = CALL_MS, controlMs = CONTROL_MS } = timeouts;
  const { rateLimiter } = options;
  const connection = createConsoleConnection({ ...options, connectMs, scrub: toScrub(options) });
  const send = createRequestSender({
    ...options,
    connection,
    rateLimiter,
    callMs,
    log,
    now,
    monotonicNow,
    random,
  });
  const call = createAuthenticatedRequest({ ...options, send, log, now, monotonicNow, random });
  return { now, monotonicNow, log, controlMs, rateLimiter, connection, call };
}

function toScrub({ username, password, secrets = [] }: ConsoleClientOptions): (text: string) => string {
  return createScrubber([password, `${username}:${password}`, ...secrets]);
}

const SILENT: ConsoleLog = { debug: () => undefined, info: () => undefined, warn: () => undefined };
