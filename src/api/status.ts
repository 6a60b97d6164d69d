/** `GET /v1/status?image=…`: progress of its scan, as the command shows it. */

import type { Snapshot } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import type { Database } from '../store/database.ts';
import { findEndReport } from '../store/reports.ts';
import { NO_RESPONSE_YET } from '../views/pipeline.ts';
import { readImage } from './query.ts';
import { type HttpReply, toLater, toRefusal } from './reply.ts';
import { toScanJson } from './scan-json.ts';

export interface StatusWork {
  readonly database: Database;
  /** The latest snapshot if fresh, else one polled now; null where that takes too long. */
  readonly readSnapshot: (target: Target) => Promise<Snapshot | null>;
  readonly now: () => number;
}

const AGAIN_SECONDS = 5;

export async function statusReply(work: StatusWork, query: URLSearchParams): Promise<HttpReply> {
  const { database, readSnapshot, now } = work;
  const image = readImage(query.get('image') ?? '');
  if ('error' in image) return toRefusal(image.error);
  const snapshot = await readSnapshot(image.target);
  if (snapshot === null) return toLater(503, NO_RESPONSE_YET, AGAIN_SECONDS);
  const report = await findEndReport(database, image.target, snapshot.scan);
  return { status: 200, body: toScanJson({ ...image, snapshot, report, now: now() }) };
}
