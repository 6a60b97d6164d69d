import { describe, expect, it } from 'vitest';
import { mergeRegistries } from '../../../src/scan/state/merge-registries.ts';
import type { RegistryProgress } from '../../../src/scan/snapshot.ts';
import { BARE_END, NOON, done, element, step } from '../../support/observations.ts';

type Registries = readonly RegistryProgress[];

/** What is shown after these responses, and how often it restarted. */
function merged(...answers: readonly Registries[]) {
  let shown: { registries: Registries; regressions: number } = { registries: [], regressions: 0 };
  const restarts: string[] = [];
  for (const answer of answers) {
    const next = mergeRegistries(shown, answer);
    if (next.isRestart) restarts.push('restarted');
    shown = next;
  }
  const rows = shown.registries.map(
    ({ host, images, isOngoing }) => `${host} ${images.scanned}/${images.total}${isOngoing ? '' : ' done'}`,
  );
  return { rows: [...rows, ...restarts], registries: shown.registries };
}

const on = (host: string, scanned: number, total: number, rest: Partial<RegistryProgress> = {}) =>
  element(scanned, total, { host, ...rest });
const off = (host: string, scanned: number, total: number) => done(scanned, total, { host });

describe('joining an answer with what is shown', () => {
  it.each<[name: string, rows: readonly string[], ...answers: Registries[]]>([
    [
      'knows a registry by its host, whatever the order',
      ['a 1/10', 'b 3/5'],
      [on('a', 1, 10), on('b', 2, 5)],
      [on('b', 3, 5), on('a', 1, 10)],
    ],
    [
      'knows elements without a host by their order',
      [' 3/10', ' 4/10'],
      [on('', 1, 10), on('', 2, 10)],
      [on('', 3, 10), on('', 4, 10)],
    ],
    [
      'knows elements without a host by their counts where one of them is gone',
      [' 9/10 done', ' 3/5'],
      [on('', 9, 10), on('', 2, 5)],
      [on('', 3, 5)],
    ],
    [
      'knows elements without a host by their tags where they have as many images',
      [' 1/10 done', ' 3/10'],
      [on('', 1, 10, { discovery: step(5, 5) }), on('', 2, 10, { discovery: step(7, 7) })],
      [on('', 3, 10, { discovery: step(7, 7) })],
    ],
    ['learns a host that only a later title tells', ['a 1/10'], [on('', 0, 0)], [on('a', 1, 10)]],
    [
      'remembers a host that a later title no longer tells',
      ['a 2/10 done'],
      [on('a', 1, 10)],
      [on('', 2, 10)],
      [BARE_END],
    ],
    [
      'gives an end without a title to the registry that is left over',
      ['a 2/10', 'b 2/5 done'],
      [on('a', 1, 10), on('b', 2, 5)],
      [BARE_END, on('a', 2, 10)],
    ],
    [
      'keeps registries of different hosts apart, also where the other one is further',
      ['a 1/10 done', 'b 6/12'],
      [on('a', 1, 10)],
      [on('b', 6, 12)],
    ],
    [
      'keeps registries of different hosts apart, also where both have as many images',
      ['a 1/10 done', 'b 6/10'],
      [on('a', 1, 10)],
      [on('b', 6, 10)],
    ],
    [
      'holds lower counts of one that has scanned all and goes on',
      ['a 10/10'],
      [on('a', 10, 10)],
      [on('a', 9, 10)],
    ],
    [
      'holds lower counts of a discovery that was not done',
      ['a 1/12'],
      [on('a', 1, 12, { discovery: step(5, 10) })],
      [on('a', 1, 12, { discovery: step(3, 10) })],
    ],
    [
      'keeps two registries of one host apart by their order',
      ['a 2/10', 'a 3/5'],
      [on('a', 1, 10), on('a', 2, 5)],
      [on('a', 2, 10), on('a', 3, 5)],
    ],
    [
      'keeps two registries of one host apart by their counts where the order changes',
      ['a 2/10', 'a 4/5'],
      [on('a', 1, 10), on('a', 4, 5)],
      [on('a', 4, 5), on('a', 2, 10)],
    ],
    [
      'lets one of two registries of one host drop out',
      ['a 9/10 done', 'a 3/5'],
      [on('a', 9, 10), on('a', 2, 5)],
      [on('a', 3, 5)],
    ],
    [
      'takes what begins in the place of one that is done for another registry',
      ['a 10/10 done', 'b 3/5', 'a 0/4'],
      [on('a', 9, 10), on('b', 2, 5)],
      [off('a', 10, 10), on('b', 3, 5)],
      [on('a', 0, 4), on('b', 3, 5)],
    ],
    [
      'takes what begins in the place of one that drops out for another registry while others go on',
      ['a 9/10 done', 'b 3/5', 'a 0/4'],
      [on('a', 9, 10), on('b', 2, 5)],
      [on('a', 0, 4), on('b', 3, 5)],
    ],
    [
      'takes what begins beside one that ends for another registry than the one that is done',
      ['a 10/10 done', 'b 5/5 done', 'a 0/4'],
      [off('a', 10, 10), on('b', 4, 5)],
      [on('a', 0, 4), off('b', 5, 5)],
    ],
    [
      'takes lower counts of another total for another registry while others go on',
      ['a 9/10 done', 'b 3/5', 'a 1/4'],
      [on('a', 9, 10), on('b', 2, 5)],
      [on('a', 1, 4), on('b', 3, 5)],
    ],
    [
      'does not confuse a registry without images with the next one',
      ['a 0/0 done', 'b 2/5', 'a 0/0'],
      [off('a', 0, 0), on('b', 2, 5)],
      [on('a', 0, 0, { discovery: step(0, 3) }), on('b', 2, 5)],
    ],
    [
      'gives an end without a title to the registry of a host whose next one begins',
      ['a 12/12 done', 'a 4/20'],
      [on('a', 9, 12)],
      [done(12, 12), on('a', 0, 20)],
      [done(12, 12), on('a', 4, 20)],
    ],
    [
      'gives it an end without counts as well',
      ['a 9/12 done', 'a 0/12'],
      [on('a', 9, 12)],
      [BARE_END, on('a', 0, 12)],
    ],
    [
      'does not give it an end without counts where its own only fall for a moment',
      ['a 9/12', 'b 2/5 done'],
      [on('a', 9, 12), on('b', 2, 5)],
      [BARE_END, on('a', 8, 12)],
    ],
    [
      'takes what begins with more images for another registry, though the last one ended unseen',
      ['a 9/12 done', 'a 0/20'],
      [on('a', 9, 12)],
      [on('a', 0, 20)],
    ],
    [
      'takes what goes on with more images for another registry, though its beginning was not seen',
      ['a 11/12 done', 'a 3/20'],
      [on('a', 11, 12)],
      [on('a', 1, 20)],
      [on('a', 2, 20)],
      [on('a', 3, 20)],
    ],
    [
      'starts over where there are more images and the Console tells a later start',
      ['a 0/20', 'restarted'],
      [on('a', 9, 12, { startedAt: NOON })],
      [on('a', 0, 20, { startedAt: NOON + 1 })],
    ],
    [
      'holds lower counts while the total still grows',
      ['a 5/13'],
      [on('a', 5, 12, { discovery: step(1, 3) })],
      [on('a', 4, 13, { discovery: step(2, 3) })],
    ],
    [
      'starts over where the only registry that goes on begins at zero',
      ['a 0/4', 'restarted'],
      [on('a', 9, 10)],
      [on('a', 0, 4)],
    ],
    [
      'starts over where every registry begins at zero, and forgets what is not named',
      ['a 0/10', 'b 0/5', 'restarted'],
      [on('a', 9, 10), on('b', 2, 5), on('c', 3, 3)],
      [on('a', 0, 10), on('b', 0, 5)],
    ],
    [
      'keeps what is not named where only lower counts tell that it was started over',
      ['a 7/10', 'b 5/5 done', 'restarted'],
      [on('a', 9, 10), off('b', 5, 5)],
      [on('a', 7, 10)],
      [on('a', 7, 10)],
      [on('a', 7, 10)],
    ],
  ])('%s', (_, rows, ...answers) => {
    expect(merged(...answers).rows).toEqual(rows);
  });
});

describe('the words of a registry', () => {
  it('are the latest, and stay where its end has none', () => {
    const first = on('a', 1, 10, { images: step(1, 10, { title: 'Scanned 1/10' }) });
    const second = on('a', 2, 10, { images: step(2, 10, { title: 'Scanned 2/10', error: 'slow' }) });
    expect(merged([first], [second]).registries[0]?.images).toEqual(second.images);
    expect(merged([first], [second], [BARE_END]).registries[0]?.images).toEqual(second.images);
  });

  it('keep the start that was told once', () => {
    const { registries } = merged([on('a', 1, 10, { startedAt: NOON })], [on('a', 2, 10)]);
    expect(registries[0]?.startedAt).toBe(NOON);
  });
});

describe('an absurd answer', () => {
  it('is cut to two hundred registries, those that are known before the new ones', () => {
    const many = Array.from({ length: 300 }, (_, index) => on(`h${index}`, 0, 1));
    const { registries } = mergeRegistries({ registries: [on('known', 1, 1)], regressions: 0 }, many);
    expect(registries).toHaveLength(200);
    expect(registries[0]?.host).toBe('known');
  });
});
