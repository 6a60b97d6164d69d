/**
 * `GET /v1/wait?image=…[&id=…][&timeout=SECONDS][&hold=SECONDS]`: 200 with the scan's outcome, or 202 to repeat the
 * request.
 */

import { randomUUID } from 'node:crypto';
import { withOutage } from '../scan/state/watched-snapshot.ts';
import { toWatchedSnapshot } from '../scan/state/target-state.ts';
import type { Snapshot } from '../scan/snapshot.ts';
import { type Target, targetId } from '../scan/target.ts';
import type { Database } from '../store/database.ts';
import { findWaitEnd, openWait, type WaitEnd } from '../store/scans/waits.ts';
import { findTarget } from '../store/targets.ts';
import type { Log } from '../log.ts';
import { ID_TAKEN, STARTING_OR_STOPPING, TOO_MANY } from '../views/pipeline.ts';
import type { LongPolls } from './long-polls.ts';
import { readWait, type WaitQuery } from './query.ts';
import { type HttpReply, toLater, toErrorReply } from './reply.ts';
import { toScanJson } from './scan-json.ts';

export interface WaitWork {
  readonly database: Database;
  readonly polls: LongPolls;
  readonly now: () => number;
  readonly log: Log;
  readonly isStopping: () => boolean;
}

/** The wait outlives its last request by this, so that the pipeline gives up first. */
const GRACE_MS = 30_000;
const BUSY_SECONDS = 5;
const STOPPING_SECONDS = 2;

/** `signal` aborts when the client has closed the connection. */
export async function waitReply(
  work: WaitWork,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<HttpReply> {
  const wanted = readWait(query);
  if ('error' in wanted) return toErrorReply(wanted.error);
  // Before it is stored: a wait keeps its image polled until its timeout.
  if (work.polls.isFull()) return toLater(503, TOO_MANY, BUSY_SECONDS);
  const id = wanted.id ?? randomUUID();
  const denial = await open(work, wanted, id);
  if (denial !== null) return denial;
  const end = await awaitEnd(work, id, { ms: wanted.holdMs, signal });
  if (end === null && work.isStopping()) return toLater(503, STARTING_OR_STOPPING, STOPPING_SECONDS);
  const scan = end ?? { snapshot: await watchedSnapshot(work.database, wanted.target), report: null };
  const json = toScanJson({ ...wanted, ...scan, now: work.now() });
  return { status: end === null ? 202 : 200, body: { id, ...json } };
}

async function open(
  { database, now, log }: WaitWork,
  { target, timeoutMs }: WaitQuery,
  id: string,
): Promise<HttpReply | null> {
  const at = now();
  const opened = await openWait(database, { id, target, now: at, giveUpAt: at + timeoutMs + GRACE_MS });
  if (opened === 'new') log.info({ wait: id, target: targetId(target), forMs: timeoutMs }, 'pipeline waits');
  if (opened === 'too-many') return toLater(429, TOO_MANY, BUSY_SECONDS);
  return opened === 'other-target' ? toErrorReply(ID_TAKEN) : null;
}

async function awaitEnd(
  { database, polls }: WaitWork,
  id: string,
  limit: { readonly ms: number; readonly signal: AbortSignal },
): Promise<WaitEnd | null> {
  // The scan may have ended before: the response to an earlier request may be lost.
  const known = await findWaitEnd(database, id);
  if (known !== null) return known;
  await polls.hold(id, limit);
  return findWaitEnd(database, id);
}

/** As a new watch would show it, whatever ended before. */
async function watchedSnapshot(database: Database, target: Target): Promise<Snapshot> {
  const stored = await findTarget(database, target);
  if (stored === null) throw new Error(`target ${targetId(target)} is waited for and missing`);
  return withOutage(toWatchedSnapshot(stored.state.snapshot), stored.state);
}
