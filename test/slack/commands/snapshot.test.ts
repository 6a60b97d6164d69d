import { expect, it } from 'vitest';
import type { CommandContext } from '../../../src/slack/context.ts';
import { freshForMs, freshSnapshot, readSnapshot } from '../../../src/slack/commands/snapshot.ts';
import { down, HOUR, IMAGE, MINUTE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { readNow, watching } from '../../support/store.ts';

const database = useMemory();

it.each([
  [SECOND, 2 * SECOND],
  [5 * SECOND, 10 * SECOND],
  [MINUTE, 10 * SECOND],
  [HOUR, 10 * SECOND],
])('with a tick every %i ms a snapshot answers for %i ms', (tickMs, freshMs) => {
  expect(freshForMs(tickMs)).toBe(freshMs);
});

it.each([
  ['within its time', 0, true],
  ['until its time is over', 9_999, true],
  ['no longer than its time', 10_000, false],
  ['not where a clock that was set back makes it one of the future', -1, false],
])('a snapshot answers %s', async (_, ageMs, isFresh) => {
  await watching(database);
  const bot = { database, now: () => NOON + ageMs, freshForMs: 10_000 } as unknown as CommandContext;
  expect(await freshSnapshot(bot, IMAGE)).toBeNull();
  await readNow(database, scanning(3, 12));
  expect((await freshSnapshot(bot, IMAGE))?.images.scanned ?? null).toBe(isFresh ? 3 : null);
  await readNow(database, down(), { now: NOON });
  expect(await freshSnapshot(bot, IMAGE)).toBeNull();
});

it('is null where the Console takes too long, and the reply waits no longer', async () => {
  const observe = (): Promise<never> => new Promise(() => undefined);
  const bot = { database, now: () => NOON, freshForMs: 10_000, observe } as unknown as CommandContext;
  expect(await readSnapshot(bot, IMAGE)).toBeNull();
});
