import { expect, it } from 'vitest';
import { HOUR, NOON, SECOND } from '../../../support/observations.ts';
import { namesLike } from '../../../../src/store/known-names.ts';
import { suite } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const DAY = 24 * HOUR;

export const knownNamesSuite = suite('the name of an image that results show', (store) => {
  const seen = async () =>
    (await store.query(sql`select seen_at from known_names order by name`)).map(({ seen_at }) =>
      Number(seen_at),
    );

  it('is known from then on, and no other', async () => {
    await store.rememberNames(['alpine', 'nginx', 'alpine'], NOON);
    expect(await store.knownNames(['alpine', 'redis'])).toEqual(['alpine']);
    expect(await namesLike(store, 'alpnie')).toEqual(['alpine']);
    expect(await namesLike(store, 'nginy')).toEqual(['nginx']);
    expect(await store.knownNames([])).toEqual([]);
    await store.rememberNames([], NOON);
  });

  it('is written once a day, however often results show it', async () => {
    await store.rememberNames(['alpine'], NOON);
    await store.rememberNames(['alpine'], NOON + DAY);
    expect(await seen()).toEqual([NOON]);
    await store.rememberNames(['alpine', 'nginx'], NOON + DAY + SECOND);
    expect(await seen()).toEqual([NOON + DAY + SECOND, NOON + DAY + SECOND]);
  });

  it('is forgotten once no result has shown it for long', async () => {
    await store.rememberNames(['alpine'], NOON);
    await store.rememberNames(['nginx'], NOON + SECOND);
    expect(await store.forgetBefore(NOON + SECOND)).toBe(1);
    expect(await store.knownNames(['alpine', 'nginx'])).toEqual(['nginx']);
  });

  it('is one of so many at most, those that were seen last', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `image-${index}`);
    await store.rememberNames(['alpine'], NOON);
    await store.rememberNames(names, NOON + SECOND);
    expect(await store.forgetBefore(0)).toBe(1);
    expect(await store.knownNames(['alpine', 'image-0', 'image-19999'])).toHaveLength(2);
  });
});
