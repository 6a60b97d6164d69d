/**
 * Checks of the Console. Only read requests that consume nothing: progress is requested for the registry scan, without
 * parameters. Only the end of an on-demand scan is reported once, to a client that names its image.
 */

import * as says from '../views/doctor.ts';
import { existsSync } from 'node:fs';
import { createConsoleRateLimiter } from '../app/console.ts';
import { type PartialConfig, toProxies } from '../config/config.ts';
import { type ConsoleClient, createConsoleClient } from '../prisma-cloud/client.ts';
import type { RateLimiter } from '../prisma-cloud/http/rate-limiter.ts';
import type { Result } from '../prisma-cloud/http/result.ts';
import type { Failure, Observation } from '../scan/snapshot.ts';
import { REGULAR_SCAN } from '../scan/target.ts';
import { migrate, readMigrations } from '../store/drivers/migrate.ts';
import { type DatabaseLocation, openLocation } from '../store/drivers/open.ts';
import { openSqlite } from '../store/drivers/sqlite.ts';
import type { Finding } from '../views/doctor-lines.ts';
import { type Check, once } from './check.ts';
import { checkWay } from './slack-checks.ts';

type Variables = PartialConfig['variables'];

/** Together shorter than the limit of a check, so that its finding names the cause. */
const TIMEOUTS = { connectMs: 5_000, callMs: 8_000 };

export function consoleChecks({ variables }: PartialConfig): readonly Check[] {
  const open = once(async () => openConsole(variables, await openRateLimiter(variables.DATABASE_URL)));
  const run = (check: (access: CheckedConsole) => Promise<Finding>) => async (): Promise<Finding> => {
    const access = await open();
    return typeof access === 'string' ? says.missing(`a valid ${access}`) : check(access);
  };
  // Without a user, only what needs no sign-in is checked.
  const signedIn = (check: (access: CheckedConsole) => Promise<Finding>) =>
    run((client) =>
      client.hasUser ? check(client) : Promise.resolve(says.missing('PRISMA_USERNAME and PRISMA_PASSWORD')),
    );
  return [
    {
      name: 'Way to Console',
      run: () => checkWay('the Console', variables.PRISMA_CONSOLE_URL, toProxies(variables)),
    },
    { name: 'Console', run: run(async ({ ping }) => says.reachableFinding(failureOf(await ping()))) },
    { name: 'Certificate', run: run(checkCertificate) },
    { name: 'Sign-in', run: signedIn(async ({ version }) => says.signInFinding(failureOf(await version()))) },
    { name: 'API version', run: run(checkVersion) },
    { name: 'Project', run: signedIn(checkProject) },
    { name: 'Progress', run: signedIn(checkProgress) },
    {
      name: 'Results',
      run: signedIn(async ({ client }) => says.resultsFinding(failureOf(await client.check()))),
    },
    { name: 'Registry settings', run: signedIn(checkSettings) },
    { name: 'Starting scans', run: signedIn(checkStart) },
    { name: 'Clock (Console)', run: run(checkClock) },
  ];
}

/** What the checks share. A request that several need is sent once. */
interface CheckedConsole {
  readonly client: ConsoleClient;
  readonly hasUser: boolean;
  readonly variables: Variables;
  /** A client with another user or API version. */
  readonly at: (changes: Changes) => ConsoleClient;
  /** `aheadMs`: the Console's clock minus ours; null without a `Date` header. */
  readonly ping: () => Promise<Result<{ readonly aheadMs: number | null }>>;
  /** Needs a user. */
  readonly version: () => Promise<Result<string>>;
}

export interface Changes {
  readonly apiVersion?: string;
  readonly user?: { readonly username: string; readonly password: string };
}

/** The missing variable, if any. Several users and API versions share one rate limiter, because it is one Console. */
export function openConsole(
  variables: Variables,
  rateLimiter: RateLimiter,
): CheckedConsole | 'PRISMA_CONSOLE_URL' | 'PRISMA_API_VERSION' {
  const { PRISMA_CONSOLE_URL: consoleUrl, PRISMA_USERNAME: username, PRISMA_PASSWORD: password } = variables;
  const { PRISMA_API_VERSION: configured } = variables;
  if (consoleUrl === undefined) return 'PRISMA_CONSOLE_URL';
  if (configured === undefined) return 'PRISMA_API_VERSION';
  const at = ({ apiVersion = configured, user }: Changes) =>
    createConsoleClient({
      consoleUrl,
      apiVersion,
      project: variables.PRISMA_PROJECT ?? null,
      username: user?.username ?? username ?? '',
      password: user?.password ?? password ?? '',
      auth: variables.PRISMA_AUTH ?? 'token',
      ca: variables.PRISMA_CA_FILE ?? null,
      isTlsInsecure: variables.PRISMA_TLS_INSECURE === 'true',
      proxies: toProxies(variables),
      rateLimiter,
      timeouts: TIMEOUTS,
    });
  const client = at({});
  const hasUser = username !== undefined && password !== undefined;
  return {
    client,
    hasUser,
    variables,
    at,
    ping: once(() => ping(client)),
    version: once(() => client.fetchVersion()),
  };
}

async function ping(client: ConsoleClient): Promise<Result<{ readonly aheadMs: number | null }>> {
  const response = await client.ping();
  if (response.kind === 'failed') return response;
  return {
    kind: 'answered',
    value: { aheadMs: response.value === null ? null : response.value - Date.now() },
  };
}

async function checkCertificate({ ping, variables }: CheckedConsole): Promise<Finding> {
  const isEncrypted = variables.PRISMA_CONSOLE_URL?.startsWith('https:') === true;
  const isUnchecked = variables.PRISMA_TLS_INSECURE === 'true';
  return says.certificateFinding({ isEncrypted, isUnchecked, failure: failureOf(await ping()) });
}

/** Without a user: the only endpoint that needs none. */
async function checkVersion({ ping, version, hasUser, variables, at }: CheckedConsole): Promise<Finding> {
  const configured = variables.PRISMA_API_VERSION ?? '';
  const response = hasUser ? await version() : await ping();
  const failure = failureOf(response);
  const console = response.kind === 'answered' && typeof response.value === 'string' ? response.value : null;
  // Any other failure says nothing about the version.
  const isUnknown = failure?.cause === 'not-found';
  const suggestion = isUnknown ? await suggestVersion(configured, { at, isSignedIn: hasUser }) : null;
  return says.versionFinding({ configured, console, failure, suggestion });
}

async function checkProgress({ client }: CheckedConsole): Promise<Finding> {
  // The priority of a person: polls of a running bot leave requests for it.
  const observation = await client.fetchProgress(REGULAR_SCAN, { priority: 'interactive' });
  return says.progressFinding(observation === null ? NOT_CALLED : failureOf(observation));
}

/** The running bot has used up the Console's rate limit. */
const NOT_CALLED: Failure = {
  cause: 'own-limit',
  detail: 'GET registry/progress: not sent, no request was free in time',
  retryAfterMs: null,
};

async function checkSettings({ client }: CheckedConsole): Promise<Finding> {
  const response = await client.countSpecifications();
  return says.settingsFinding(failureOf(response), response.kind === 'answered' ? response.value : 0);
}

async function checkProject({ client, version, variables }: CheckedConsole): Promise<Finding> {
  const failure = failureOf(await version());
  // A role may be forbidden in this project only: the list of projects shows it.
  if (failure !== null && failure.cause !== 'forbidden') return says.progressFinding(failure);
  const response = await client.fetchProjects();
  return says.projectFinding(
    variables.PRISMA_PROJECT ?? null,
    response.kind === 'answered' ? response.value : null,
  );
}

/**
 * Writing requests have effects, so none is tried. The API does not show permissions; a token names the role, which
 * helps if it is a predefined one.
 */
async function checkStart({ client, version, variables, at }: CheckedConsole): Promise<Finding> {
  const {
    PRISMA_OPERATOR_USERNAME: username,
    PRISMA_OPERATOR_PASSWORD: password,
    SCAN_OPERATORS: operators,
  } = variables;
  if (operators === undefined) return says.missing('a valid SCAN_OPERATORS');
  // Without operators no one can start scans, so the permission does not matter.
  const isForNobody = operators.length === 0;
  const hasOwnUser = username !== undefined && password !== undefined;
  const operator = hasOwnUser ? at({ user: { username, password } }) : client;
  const failure = failureOf(await (hasOwnUser ? operator.fetchVersion() : version()));
  return says.startFinding({ isForNobody, hasOwnUser, role: operator.role(), failure });
}

async function checkClock({ ping }: CheckedConsole): Promise<Finding> {
  const response = await ping();
  return says.clockFinding('the Console', response.kind === 'answered' ? response.value.aheadMs : null);
}

function failureOf(response: Result<unknown> | Observation): Failure | null {
  if (response.kind !== 'failed') return null;
  const { failure } = response;
  // A redirect, for example to a login page, has not reached the API.
  return /\bHTTP 3\d\d\b/.test(failure.detail) ? { ...failure, cause: 'garbled' } : failure;
}

/** An unreachable database must not prevent the check of the Console. */
const WAIT_MS = 3_000;

/** A count of its own where no usable database exists yet. Never rejects. */
export async function openRateLimiter(location: DatabaseLocation | undefined): Promise<RateLimiter> {
  // Opening a missing file would create it.
  if (location === undefined || (location.kind === 'sqlite' && !existsSync(location.file))) return openOwn();
  const late = Promise.withResolvers<RateLimiter>();
  const timer = setTimeout(() => void openOwn().then(late.resolve, late.reject), WAIT_MS);
  try {
    return await Promise.race([openShared(location), late.promise]);
  } catch {
    // The database check reports the reason.
    return await openOwn();
  } finally {
    clearTimeout(timer);
  }
}

const LIMITER = { onError: () => undefined };

async function openOwn(): Promise<RateLimiter> {
  const database = openSqlite(':memory:');
  await migrate(database, readMigrations(), Date.now());
  return createConsoleRateLimiter(database, LIMITER);
}

/** Stays open: the program exits after its checks. */
async function openShared(location: DatabaseLocation): Promise<RateLimiter> {
  const database = await openLocation(location, { isToStay: true });
  try {
    return await createConsoleRateLimiter(database, LIMITER);
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface Options {
  /** A client of another version. */
  readonly at: (changes: { readonly apiVersion: string }) => ConsoleClient;
  /** Signed in: may request the version directly; otherwise only probes paths. */
  readonly isSignedIn: boolean;
}

/** The vendor's alias of the latest version, on Consoles that have it. */
const ALIAS = 'v1';
/**
 * Newest first. A Console supports two major versions back, at most a few of each are tried: its limit is 30 requests in 30 s.
 */
const KNOWN = [
  'v34.04',
  'v34.00',
  'v33.03',
  'v33.00',
  'v32.07',
  'v32.00',
  'v31.03',
  'v31.00',
  'v30.03',
  'v30.02',
];

/** null where none exists. Never rejects. */
async function suggestVersion(configured: string, { at, isSignedIn }: Options): Promise<string | null> {
  if (isSignedIn) {
    // One request instead of ten, and also for a version that KNOWN lacks.
    const response = await at({ apiVersion: ALIAS }).fetchVersion();
    const path = response.kind === 'answered' ? toPath(response.value) : null;
    // The configured version has just been rejected.
    if (path !== null && path !== configured) return path;
  }
  const others = KNOWN.filter((version) => version !== configured);
  const responses = await Promise.all(others.map((apiVersion) => at({ apiVersion }).ping()));
  return others.find((_, index) => responses[index]?.kind === 'answered') ?? null;
}

/** `v34.01` of `34.01.132`. */
function toPath(version: string): string | null {
  const [, path] = /^v?(\d+\.\d+)(?:\.|$)/.exec(version) ?? [];
  return path === undefined ? null : `v${path}`;
}
