import { describe, expect, it } from 'vitest';
import { createImageMemory } from '../../src/jobs/known-images.ts';
import { createNewestCheck, NEWEST_EVERY_MS } from '../../src/jobs/newest.ts';
import { printReference } from '../../src/image/reference.ts';
import { IDLE_MS } from '../../src/scan/state/poll-interval.ts';
import type { NewestResults } from '../../src/scan/results/result.ts';
import type { FailureCause } from '../../src/scan/snapshot.ts';
import { type Target, targetId } from '../../src/scan/target.ts';
import { watchesOfTarget } from '../../src/store/watches.ts';
import { dated, down, EMPTY, ended, IMAGE, MINUTE, NOON, scanning, SECOND } from '../support/observations.ts';
import { imageNamed, watching, watchingMany } from '../support/store.ts';
import { sql } from '../../src/store/sql.ts';
import { database, log, now, pass, prisma, startObserver, usePolling } from './console.ts';

usePolling(EMPTY);

type Image = Extract<Target, { kind: 'image' }>;
const ALPINE = IMAGE as Image;
const imagesUpTo = (count: number) =>
  Array.from({ length: count }, (_, index) => imageNamed(`image-${index}`) as Image);

/** What the page shows: images, and when each was scanned. */
function page(rows: readonly (readonly [Image, number | null])[], isInOrder = true): NewestResults {
  return {
    at: now(),
    consoleAt: now(),
    isInOrder,
    images: rows.map(([{ reference }]) => reference),
    resultOf(reference) {
      const row = rows.find(([image]) => printReference(image.reference) === printReference(reference));
      const scannedAt = row?.[1] ?? null;
      return scannedAt === null ? null : { scannedAt, error: '', findings: null };
    },
  };
}

function check(newest: () => NewestResults | FailureCause, fewImages = 0) {
  const observer = startObserver();
  const fetchNewest = () => {
    prisma.asked.push('newest');
    const value = newest();
    return Promise.resolve(
      typeof value === 'string'
        ? ({ kind: 'failed', failure: { cause: value, detail: '', retryAfterMs: null } } as const)
        : ({ kind: 'answered', value } as const),
    );
  };
  return createNewestCheck({
    database,
    observer,
    fetchNewest,
    rememberImages: createImageMemory({ database, now, log: log.log }),
    fewImages,
    now,
    log: log.log,
  });
}

const watchedForAMinute = () => watching(database, { now: now() - MINUTE });

async function thrice(run: () => Promise<unknown>): Promise<void> {
  for (let runs = 0; runs < 3; runs += 1) {
    await run();
    pass(NEWEST_EVERY_MS);
  }
}

async function isWatched(): Promise<boolean> {
  return (await watchesOfTarget(database, targetId(ALPINE))).length > 0;
}

describe('a result that is newer than its watch', () => {
  it('has its progress read before the polls, and the end is recorded', async () => {
    await watchedForAMinute();
    prisma.answer = () => ended(12, 12);
    await check(() => page([[ALPINE, now() - SECOND]])).run();
    expect(prisma.asked).toEqual(['newest', 'alpine:3.16 high']);
    expect(await isWatched()).toBe(false);
  });

  it('has its progress read once while that goes on, however often the page shows it', async () => {
    await watchedForAMinute();
    prisma.answer = () => dated(scanning(7, 12));
    const scannedAt = now() - SECOND;
    const { run } = check(() => page([[ALPINE, scannedAt]]));
    await thrice(run);
    expect(prisma.asked).toEqual(['newest', 'alpine:3.16 high', 'newest', 'newest']);
    expect(await isWatched()).toBe(true);
  });

  it('is no end of a scan that goes on since before: it is of another one', async () => {
    await watchedForAMinute();
    prisma.answer = () => dated(scanning(7, 12));
    await startObserver({ now: () => now() - MINUTE / 2 }).observe(ALPINE);
    await check(() => page([[ALPINE, now() - SECOND]])).run();
    expect(await isWatched()).toBe(true);
  });

  it('has its progress read again once the page has lost it', async () => {
    await watchedForAMinute();
    prisma.answer = () => dated(scanning(7, 12));
    const row = [ALPINE, now() - SECOND] as const;
    const pages = [[row], [], [row]].values();
    const { run } = check(() => page(pages.next().value ?? []));
    await thrice(run);
    expect(prisma.asked.filter((line) => line !== 'newest')).toHaveLength(2);
  });

  it('is no end yet where the Console fails to say how far it is', async () => {
    await watchedForAMinute();
    prisma.answer = () => down();
    const { run } = check(() => page([[ALPINE, now() - SECOND]]));
    await run();
    expect(await isWatched()).toBe(true);
    prisma.answer = () => dated(EMPTY);
    pass(NEWEST_EVERY_MS);
    await run();
    expect(await isWatched()).toBe(false);
  });

  it('is an end by itself where the progress says nothing any more', async () => {
    await watchedForAMinute();
    prisma.answer = () => dated(EMPTY);
    await check(() => page([[ALPINE, now() - SECOND]])).run();
    expect(await isWatched()).toBe(false);
  });

  it.each([
    [6, 6],
    [7, 0],
  ])(
    'is an end by itself, too, where a registry scan makes %i at once: %i are read',
    async (count, reads) => {
      const many = imagesUpTo(count);
      prisma.answer = () => dated(EMPTY);
      for (const target of many) {
        await watching(database, { target, now: now() - MINUTE });
        await startObserver({ now: () => now() - MINUTE / 2 }).observe(target);
      }
      prisma.asked.length = 0;
      await check(() => page(many.map((image) => [image, now() - SECOND]))).run();
      expect(prisma.asked).toHaveLength(1 + reads);
      for (const image of many) expect(await watchesOfTarget(database, targetId(image))).toEqual([]);
    },
  );

  it('has its progress read also then, where its scan was seen to go on', async () => {
    const many = imagesUpTo(7);
    const observer = startObserver({ now: () => now() - MINUTE / 2 });
    for (const target of many) {
      await watching(database, { target, now: now() - MINUTE });
      prisma.answer = () => dated(target === many[3] ? scanning(7, 12) : EMPTY);
      await observer.observe(target);
    }
    prisma.asked.length = 0;
    prisma.answer = () => ended(12, 12);
    await check(() => page(many.map((image) => [image, now() - SECOND]))).run();
    expect(prisma.asked).toEqual(['newest', 'image-3:1 high']);
  });
});

describe('nothing is read', () => {
  it.each<[string, number | null]>([
    ['of a result from before the watch', NOON - 2 * MINUTE],
    ['of a result from the future', NOON + 60 * MINUTE],
    ['of a row without a date: it was not scanned yet', null],
  ])('%s', async (_, scannedAt) => {
    await watchedForAMinute();
    await check(() => page([[ALPINE, scannedAt]])).run();
    expect(prisma.asked).toEqual(['newest']);
  });

  it('of an image that nobody watches', async () => {
    await watchedForAMinute();
    await check(() => page([[imageNamed('other') as Image, now()]])).run();
    expect(prisma.asked).toEqual(['newest']);
  });
});

describe('the newest results', () => {
  it('are asked for by one of two replicas', async () => {
    await watching(database);
    await check(() => page([])).run();
    await check(() => page([])).run();
    expect(prisma.asked).toEqual(['newest']);
    // A loop that runs a moment early is not refused.
    pass(NEWEST_EVERY_MS - SECOND / 2 - 1);
    await check(() => page([])).run();
    expect(prisma.asked).toEqual(['newest']);
    pass(1);
    await check(() => page([])).run();
    expect(prisma.asked).toEqual(['newest', 'newest']);
  });

  it('are asked for once more images are watched than a tick reads', async () => {
    const newest = check(() => page([]), 1);
    await watching(database);
    expect(await newest.nextDueAt(now())).toBeNull();
    await watching(database, { target: imageNamed('second') });
    expect(await newest.nextDueAt(now())).toBe(now());
  });

  it.each<[string, () => NewestResults | FailureCause, boolean]>([
    ['are not asked for again soon where the Console ignores the order', () => page([], false), false],
    ['are not asked for again soon where the role may not see them', () => 'forbidden', false],
    ['are asked for again soon where the Console was away', () => 'unreachable', true],
  ])('%s', async (_, answer, isUsable) => {
    await watchingMany(database, 100);
    const newest = check(answer);
    await newest.nextDueAt(now());
    await newest.run();
    expect((await newest.nextDueAt(now())) !== null).toBe(isUsable);
    expect(newest.idleMs() > IDLE_MS).toBe(isUsable);
    pass(10 * MINUTE - 1);
    expect((await newest.nextDueAt(now())) !== null).toBe(isUsable);
    pass(1);
    expect(await newest.nextDueAt(now())).toBe(now());
  });

  it('let idle images be polled as rarely as there are many', async () => {
    const newest = check(() => page([]));
    await watching(database);
    await newest.nextDueAt(now());
    expect(newest.idleMs()).toBe(IDLE_MS);
    await watchingMany(database, 99);
    await newest.nextDueAt(now());
    expect(newest.idleMs()).toBe(250 * SECOND);
  });

  it('that cannot be recorded are logged, and the next ones are read', async () => {
    await watchedForAMinute();
    prisma.answer = () => Promise.reject(new Error('no such thing'));
    const newest = check(() => page([[ALPINE, NOON - SECOND]]));
    await newest.run();
    expect(log.lines).toEqual(['error a new result was not recorded; it is read again']);
    prisma.answer = () => ended(12, 12);
    pass(NEWEST_EVERY_MS);
    await newest.run();
    expect(await isWatched()).toBe(false);
  });

  it('are read again where the Console did not tell the progress', async () => {
    await watchedForAMinute();
    prisma.answer = () => down();
    const newest = check(() => page([[ALPINE, NOON - SECOND]]));
    await newest.run();
    pass(NEWEST_EVERY_MS);
    prisma.answer = () => ended(12, 12);
    await newest.run();
    expect(await isWatched()).toBe(false);
  });
});

it('images that are called so without a registry are known by their name from then on', async () => {
  const shown = ['library/alpine', 'acme/web', 'library/redis'].map((name) => imageNamed(name) as Image);
  const { reference } = shown[0]!;
  const elsewhere: Image = {
    kind: 'image',
    reference: { ...reference, registry: 'ghcr.io', repository: 'api' },
  };
  await check(() => page([...shown, elsewhere].map((image) => [image, now()]))).run();
  const names = await database.query(sql`select name from known_names order by name`);
  expect(names.map(({ name }) => name)).toEqual(['alpine', 'redis']);
});
