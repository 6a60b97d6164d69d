/**
 * Starts and stops scans. A Console may take minutes to accept one, and may run one whose response was lost: so nothing
 * is sent twice, and an unknown outcome is returned as such.
 */

import type { ControlOutcome } from '../../scan/control.ts';
import type { Failure } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import { noPage, type Response } from '../http/response.ts';
import type { ConsoleRequest } from '../http/transport.ts';
import {
  BadRequestError,
  ConnectTimeError,
  ConsoleError,
  ForbiddenError,
  MalformedResponseError,
  TimeoutError,
  UnavailableError,
  UnreachableError,
} from '../http/errors.ts';
import type { Caller } from '../http/request.ts';

interface ControlOptions {
  /** POST; throws a ConsoleError. */
  readonly call: (request: Pick<ConsoleRequest, 'resource' | 'body'>, caller: Caller) => Promise<Response>;
  readonly fail: (error: unknown) => Failure;
}

/** Neither rejects. Goes before the polls, whatever the caller's priority. */
export function createControl(options: ControlOptions) {
  return {
    startScan: (target: Target, caller: Caller): Promise<ControlOutcome> =>
      post(options, { resource: 'registry/scan', body: toScanBody(target) }, caller),
    stopRegularScan: (caller: Caller): Promise<ControlOutcome> =>
      post(options, { resource: 'registry/stop' }, caller),
  };
}

// Note the names: `onDemandScan` here, `onDemand` in the query of the progress. The registry scan has no body.
function toScanBody(target: Target): unknown {
  if (target.kind === 'regular') return undefined;
  const { registry, repository, tag, digest } = target.reference;
  return { onDemandScan: true, tag: { registry, repo: repository, tag, digest } };
}

async function post(
  { call, fail }: ControlOptions,
  request: Pick<ConsoleRequest, 'resource' | 'body'>,
  { signal }: Caller,
): Promise<ControlOutcome> {
  try {
    // The Console responds without a body. A web page with status 200 comes from a proxy that wants a login.
    noPage(await call(request, { priority: 'interactive', signal }));
    return { kind: 'done' };
  } catch (error) {
    return toOutcome(error, request.resource, fail(error));
  }
}

function toOutcome(error: unknown, resource: string, failure: Failure): ControlOutcome {
  const isSignIn = error instanceof ConsoleError && !error.attempt.endsWith(resource);
  if (isSignIn) return { kind: 'failed', failure };
  if (error instanceof ForbiddenError) return { kind: 'forbidden' };
  if (resource === 'registry/scan' && isAlreadyRunning(error)) return { kind: 'already-running' };
  return { kind: mayHaveArrived(error) ? 'unclear' : 'failed', failure };
}

// The only decision by text: the status equals that of every other bad request. "No running Defender" must not match.
const ALREADY_RUNNING =
  /\balready\b.*\b(in progress|running|scanning|ongoing)\b|\bscan (is |currently )*(in progress|running|ongoing)\b/i;

function isAlreadyRunning(error: unknown): boolean {
  return error instanceof BadRequestError && ALREADY_RUNNING.test(error.outcome);
}

/** Error codes of a connection that was never established. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

function mayHaveArrived(error: unknown): boolean {
  if (error instanceof UnreachableError) return !NOT_CONNECTED.has(error.code);
  if (error instanceof ConnectTimeError) return false;
  return (
    error instanceof TimeoutError ||
    error instanceof UnavailableError ||
    error instanceof MalformedResponseError ||
    // No response: the outcome is unknown.
    !(error instanceof ConsoleError)
  );
}
