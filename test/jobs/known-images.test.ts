import { beforeEach, expect, it } from 'vitest';
import { createImageMemory } from '../../src/jobs/known-images.ts';
import type { ImageReference } from '../../src/image/reference.ts';
import { knownNames } from '../../src/store/known-names.ts';
import { HOUR, NOON } from '../support/observations.ts';
import { useMemory } from '../support/memory.ts';
import { recordingLog } from '../support/store.ts';
import { sql } from '../../src/store/sql.ts';

const database = useMemory();
let now: number;
let recording: ReturnType<typeof recordingLog>;

beforeEach(() => {
  now = NOON;
  recording = recordingLog();
});

const official = (name: string): ImageReference => ({
  registry: '',
  repository: `library/${name}`,
  tag: '1',
  digest: '',
});
const ALPINE = official('alpine');

it.each([
  ['not at once', [0], []],
  ['not soon', [HOUR], []],
  ['after an hour', [HOUR + 1], ['alpine']],
  ['where the clock was set back', [-1], ['alpine']],
  ['not again soon after that', [HOUR + 1, 1], []],
])('the name of an image that is shown for long is written again: %s', async (_, passes, names) => {
  const remember = createImageMemory({ database, now: () => now, log: recording.log });
  await remember([ALPINE]);
  let writes = 0;
  for (const ms of passes) {
    await database.query(sql`delete from known_names`);
    now += ms;
    database.before = () => void (writes += 1);
    await remember([ALPINE]);
    database.failOn(null);
  }
  expect(await knownNames(database, ['alpine'])).toEqual(names);
  expect(writes).toBe(passes.length - 1 + names.length);
});

it.each([
  [10_000, []],
  [10_001, ['image-0']],
])('of %i names it is not remembered for long that they were written', async (count, names) => {
  const remember = createImageMemory({ database, now: () => now, log: recording.log });
  const images = Array.from({ length: count }, (_, n) => official(`image-${n}`));
  await remember(images);
  await database.query(sql`delete from known_names`);
  await remember(images.slice(0, 1));
  expect(await knownNames(database, ['image-0'])).toEqual(names);
});

it('a name that could not be written is written the next time', async () => {
  const remember = createImageMemory({ database, now: () => now, log: recording.log });
  database.failOn('known_names');
  await remember([ALPINE]);
  database.failOn(null);
  expect(recording.lines).toEqual(['warn names of images were not saved']);
  await remember([ALPINE]);
  expect(await knownNames(database, ['alpine'])).toEqual(['alpine']);
});
