/**
 * Starts and stops scans. A Console may take minutes to accept one, and one whose answer was lost may run all the same:
 * so nothing is sent a second time, and what cannot be known is told as such.
 */

import type { Failure } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import type { Response } from '../http/response.ts';
import type { Question } from '../http/transport.ts';
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

export type ControlOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'already-running' }
  /** The role may not write. */
  | { readonly kind: 'forbidden' }
  /** It left, and no answer tells what became of it. */
  | { readonly kind: 'unclear'; readonly failure: Failure }
  /** It surely did nothing. */
  | { readonly kind: 'failed'; readonly failure: Failure };

interface ControlOptions {
  /** POST; throws a ConsoleError. */
  readonly ask: (question: Pick<Question, 'resource' | 'body'>, caller: Caller) => Promise<Response>;
  readonly fail: (error: unknown) => Failure;
}

/** Neither rejects. Whoever calls goes before the polls, whatever its priority says. */
export function createControl(options: ControlOptions) {
  return {
    startScan: (target: Target, caller: Caller): Promise<ControlOutcome> =>
      post(options, { resource: 'registry/scan', body: toScanBody(target) }, caller),
    stopRegularScan: (caller: Caller): Promise<ControlOutcome> =>
      post(options, { resource: 'registry/stop' }, caller),
  };
}

// Mind the names: `onDemandScan` here, `onDemand` in the query of the progress. The regular scan has no body at all.
function toScanBody(target: Target): unknown {
  if (target.kind === 'regular') return undefined;
  const { registry, repository, tag, digest } = target.reference;
  return { onDemandScan: true, tag: { registry, repo: repository, tag, digest } };
}

async function post(
  { ask, fail }: ControlOptions,
  request: Pick<Question, 'resource' | 'body'>,
  { signal }: Caller,
): Promise<ControlOutcome> {
  try {
    const answer = await ask(request, { priority: 'person', signal });
    assertNoPage(answer);
    return { kind: 'done' };
  } catch (error) {
    return toOutcome(error, request.resource, fail(error));
  }
}

// The Console answers with no body. A web page with a status of 200 is some proxy's, asking to sign in there.
function assertNoPage({ attempt, headers }: Response): void {
  if (String(headers['content-type']).includes('html'))
    throw new MalformedResponseError(attempt, 'a web page');
}

function toOutcome(error: unknown, resource: string, failure: Failure): ControlOutcome {
  const isSignIn = error instanceof ConsoleError && !error.attempt.endsWith(resource);
  if (isSignIn) return { kind: 'failed', failure };
  if (error instanceof ForbiddenError) return { kind: 'forbidden' };
  if (resource === 'registry/scan' && isAlreadyRunning(error)) return { kind: 'already-running' };
  return { kind: mayHaveArrived(error) ? 'unclear' : 'failed', failure };
}

// The one place where a text decides: the status is that of every other bad request. "No running Defender" is not meant.
const ALREADY_RUNNING =
  /\balready\b.*\b(in progress|running|scanning|ongoing)\b|\bscan (is |currently )*(in progress|running|ongoing)\b/i;

function isAlreadyRunning(error: unknown): boolean {
  return error instanceof BadRequestError && ALREADY_RUNNING.test(error.outcome);
}

/** Codes of a connection that was never made. */
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
    // No answer: the outcome is unknown.
    !(error instanceof ConsoleError)
  );
}
