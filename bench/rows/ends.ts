/**
 * Delay until an end is noticed under the Console's limit of 30 requests in 30 s: the program's own jobs on mocked
 * timers, with a Console where some images are being scanned. Each size is measured with the newest results, without,
 * and against polling every image in turn.
 */

import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { callApart } from '../apart.ts';
import { atMost, interleave, OURS, type Row } from '../row.ts';
import { createConsoleRateLimiter } from '../../src/app/console.ts';
import { startJobs } from '../../src/jobs/jobs.ts';
import { createLog } from '../../src/log.ts';
import type { Response } from '../../src/prisma-cloud/http/response.ts';
import { TimeoutError, toFailure } from '../../src/prisma-cloud/http/errors.ts';
import { createFetchDetails } from '../../src/prisma-cloud/api/details.ts';
import { createFetchNewest } from '../../src/prisma-cloud/api/newest.ts';
import { createFetchProgress } from '../../src/prisma-cloud/api/progress.ts';
import { createFetchResults } from '../../src/prisma-cloud/api/results.ts';
import type { Caller } from '../../src/prisma-cloud/http/request.ts';
import { type Target, targetId } from '../../src/scan/target.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import { migrate, readMigrations } from '../../src/store/drivers/migrate.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { sql } from '../../src/store/sql.ts';
import { startWatch } from '../../test/support/start.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SIZES = [
  { images: 100, scanning: 20, goal: 10, hanging: 0 },
  { images: 300, scanning: 30, goal: 12, hanging: 0 },
  { images: 300, scanning: 30, goal: 12, hanging: 3 },
  { images: 1_000, scanning: 50, goal: 20, hanging: 0 },
];
/** Of an image's scan; they last differently, so that ends come at random. */
const MEAN_SCAN_MS = 2 * MINUTE;
const ANSWER_MS = 150;
/** A call takes no longer. */
const HANGS_MS = 15 * SECOND;
const STEP_MS = 50;
/** All new watches are polled at every tick for a while: that comes before what is measured. */
const SETTLING_MS = 30 * MINUTE;
const MEASURED_MS = 30 * MINUTE;
const REGISTRY = 'registry.example';

const IN_TURN = 'in turn';
const IMAGE_BY_IMAGE = 'image by image';

export const ends: Row = {
  name: 'ends',
  title: "how late an end is noticed under the Console's limit of 30 requests in 30 s",
  figures: SIZES.flatMap((size) => [
    { name: `mean, ${nameOf(size)}`, unit: 's', goals: [atMost(size.goal)] },
    { name: `p95, ${nameOf(size)}`, unit: 's', goals: [] },
    { name: `requests, ${nameOf(size)}`, unit: '1/s', goals: [atMost(1)] },
  ]),
  note:
    `Beside asking for every image in turn, and the program without the newest results. ${MEASURED_MS / MINUTE} virtual minutes after ` +
    `${SETTLING_MS / MINUTE} min of settling, with another random seed in each round.`,
  run: () =>
    interleave({
      [OURS]: (round) => measureSizes(round, () => 4),
      [IMAGE_BY_IMAGE]: (round) => measureSizes(round, ({ images }) => images),
      [IN_TURN]: () =>
        Promise.resolve(Object.fromEntries(SIZES.map((size) => [`mean, ${nameOf(size)}`, size.images / 2]))),
    }),
};

async function measureSizes(round: number, fewImages: (size: Size) => number): Promise<Figures> {
  const figures = SIZES.map((size) => {
    const args = [size, fewImages(size), round];
    const { mean, p95, perSecond } = callApart({
      file: import.meta.filename,
      exported: 'measure',
      args,
    }) as Delays;
    const name = nameOf(size);
    return {
      [`mean, ${name}`]: mean / SECOND,
      [`p95, ${name}`]: p95 / SECOND,
      [`requests, ${name}`]: perSecond,
    };
  });
  return Promise.resolve(Object.assign({}, ...figures) as Figures);
}

function nameOf({ images, scanning, hanging }: Size): string {
  return `${images} images, ${scanning} scanning${hanging === 0 ? '' : `, ${hanging} that never answer`}`;
}

type Size = (typeof SIZES)[number];
type Figures = Readonly<Record<string, number>>;

interface Delays {
  readonly mean: number;
  readonly p95: number;
  readonly perSecond: number;
}

interface Image {
  readonly target: Extract<Target, { kind: 'image' }>;
  endsAt: number | null;
  /** Its end is reported once. */
  unreported: boolean;
  endedAt: number | null;
}

export async function measure(
  { images: count, scanning, hanging }: Size,
  fewImages: number,
  round: number,
): Promise<Delays> {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2026, 0, 1) });
  const start = Date.now();
  const random = createRandom(count + round);
  const database = openSqlite(':memory:');
  await migrate(database, readMigrations(), start);
  const images = new Map(
    Array.from({ length: count }, (_, index) => toImage(index)).map((one) => [
      one.target.reference.repository,
      one,
    ]),
  );
  const list = [...images.values()];
  const watch = (image: Image) =>
    startWatch(database, {
      target: image.target,
      conversation: { channel: `C${targetId(image.target)}`, thread: '' },
      userId: 'U1',
      now: Date.now(),
      content: { snapshot: NEW_TARGET.snapshot, end: null, stoppedBy: null },
      liveDelayMs: 0,
    });
  for (const image of list) await watch(image);
  const delays: number[] = [];
  const owed = new Set<Image>();
  const isMeasured = (): boolean => Date.now() >= start + SETTLING_MS;
  let requests = 0;

  function startOne(): void {
    const idle = list.slice(0, count - hanging).filter((one) => one.endsAt === null && !owed.has(one));
    const image = idle[Math.floor(random() * idle.length)];
    if (image === undefined) return;
    image.endsAt = Date.now() - Math.log(1 - random()) * MEAN_SCAN_MS;
  }
  function endSome(): void {
    for (const image of list) {
      if (image.endsAt === null || image.endsAt > Date.now()) continue;
      Object.assign(image, { endsAt: null, unreported: true, endedAt: Date.now() });
      owed.add(image);
      startOne();
    }
  }
  async function noteEnds(): Promise<void> {
    const rows = await database.query(sql`select id from targets where exists (
      select 1 from watches w where w.target_number = targets.number and w.state = 'active')`);
    const active = new Set(rows.map(({ id }) => id));
    for (const image of [...owed]) {
      if (active.has(targetId(image.target))) continue;
      owed.delete(image);
      if (isMeasured()) delays.push(Date.now() - (image.endedAt ?? 0));
      await watch(image);
    }
  }

  const monotonicNow = (): number => Date.now() - start;
  const raise = (error: unknown): never => {
    throw error;
  };
  const rateLimiter = await createConsoleRateLimiter(database, { onError: raise, monotonicNow, random });
  const call = async (
    resource: string,
    query: readonly (readonly [string, string])[],
    caller: Caller,
  ): Promise<Response> => {
    const slot = await rateLimiter.take(caller.priority, {
      signal: new AbortController().signal,
      pauseMs: 15 * SECOND,
    });
    caller.mayStart?.();
    if (isMeasured()) requests += 1;
    // The last images are never scanned: no end is expected.
    const hangs = hanging > 0 && list.slice(-hanging).some((image) => isAskedFor(image, resource, query));
    await new Promise((resolve) => setTimeout(resolve, hangs ? HANGS_MS : ANSWER_MS));
    slot?.end();
    if (hangs) throw new TimeoutError(`GET ${resource}`, 'no answer');
    const value = resource === 'registry/progress' ? progressOf(images, query) : resultsOf(list, query);
    return {
      attempt: `GET ${resource}`,
      status: 200,
      headers: { date: new Date().toUTCString() },
      body: new TextEncoder().encode(JSON.stringify(value)),
      scrub: (text) => text,
    };
  };
  const apiContext = { call, fail: toFailure, now: Date.now };
  const log = createLog({ level: 'silent', isTerminal: false });
  const [results, newest] = [createFetchResults(apiContext), createFetchNewest(apiContext)];
  const details = createFetchDetails(apiContext);
  const parts = { database, owner: 'bench', now: Date.now, random, log };
  startJobs({
    ...parts,
    cron: '*/5 * * * * *',
    retentionMs: 365 * 86_400 * SECOND,
    monotonicNow,
    nextRuns: (_, runs) => nextRuns(runs),
    fewImages,
    fetchProgress: createFetchProgress({ ...apiContext, nameRegistries: (found) => found }),
    fetchResults: (targets) => results(targets, { priority: 'high' }),
    fetchNewest: () => newest({ priority: 'high' }),
    fetchDetails: (found) => details(found, { priority: 'high' }),
    fetchRegularReport: () => Promise.reject(new Error('no registry scan here')),
    fetchDiagnosis: () => Promise.resolve({ kind: 'answered', value: { causes: [], isHidden: false } }),
    settings: { stallAfterMs: 600 * MINUTE, watchTtlMs: 1e9, reportWaitMs: 20 * SECOND },
    wake: () => undefined,
  });
  for (let n = 0; n < scanning; n += 1) startOne();
  for (let at = 0; at < SETTLING_MS + MEASURED_MS; at += STEP_MS) {
    mock.timers.tick(STEP_MS);
    await turn();
    endSome();
    await noteEnds();
  }
  // An end that was not noticed yet counts with the time that it has waited.
  const all = [...delays, ...[...owed].map(({ endedAt }) => Date.now() - (endedAt ?? 0))].toSorted(
    (a, b) => a - b,
  );
  const sum = all.reduce((total, one) => total + one, 0);
  return {
    mean: sum / all.length,
    p95: all[Math.floor(all.length * 0.95)] ?? 0,
    perSecond: (requests / MEASURED_MS) * SECOND,
  };
}

function isAskedFor(
  { target }: Image,
  resource: string,
  query: readonly (readonly [string, string])[],
): boolean {
  return resource === 'registry/progress' && new Map(query).get('repo') === target.reference.repository;
}

function toImage(index: number): Image {
  const reference = { registry: REGISTRY, repository: `team/app${String(index)}`, tag: '1', digest: '' };
  return { target: { kind: 'image', reference }, endsAt: null, unreported: false, endedAt: null };
}

function progressOf(
  images: ReadonlyMap<string, Image>,
  query: readonly (readonly [string, string])[],
): unknown {
  const image = images.get(new Map(query).get('repo') ?? '');
  if (image === undefined || (image.endsAt === null && !image.unreported)) return [];
  const isOngoing = image.endsAt !== null;
  if (!isOngoing) image.unreported = false;
  const left = (image.endsAt ?? Date.now()) - Date.now();
  const scanned = isOngoing ? Math.max(0, 99 - Math.round(left / 5 / SECOND)) : 100;
  const step = { total: 100, scanned, title: '', error: '' };
  return [{ discovery: { ...step, total: 1, scanned: 1 }, imageScan: step, isScanOngoing: isOngoing }];
}

function resultsOf(list: readonly Image[], query: readonly (readonly [string, string])[]): unknown[] {
  const names = new Map(query).get('name')?.split(',');
  return list
    .filter(
      ({ endedAt, target }) => endedAt !== null && (names === undefined || names.includes(targetId(target))),
    )
    .toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
    .slice(0, 50)
    .map(({ target: { reference }, endedAt }) => ({
      repoTag: { registry: REGISTRY, repo: reference.repository, tag: reference.tag },
      scanTime: new Date(endedAt ?? 0).toISOString(),
    }));
}

function nextRuns(count: number): readonly number[] {
  const everyMs = 5 * SECOND;
  const first = (Math.floor(Date.now() / everyMs) + 1) * everyMs;
  return Array.from({ length: count }, (_, index) => first + index * everyMs);
}

/** Park and Miller's generator: the same numbers every time. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
