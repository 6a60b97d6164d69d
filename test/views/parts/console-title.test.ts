import { expect, it } from 'vitest';
import { consoleWords } from '../../../src/views/parts/console-title.ts';
import { COMPLETED, SCANNING, SEVERAL, step } from '../support/samples.ts';

const FAMILIAR = 'Step 2/2 scanning images in registry ghcr.io: Scanned 7/12 images';
const titled = (title: string) => ({ ...SCANNING, images: step(7, 12, { title }) });

it.each([
  [
    'the number of Defenders, which stands nowhere else',
    titled(`${FAMILIAR} with 3 Defenders`),
    '3 Defenders',
  ],
  ['one of them', titled(`${FAMILIAR} with 1 Defender`), '1 Defender'],
  ['nothing where no Defender is named', titled(FAMILIAR), ''],
  ['nothing where there is no title', titled(' '), ''],
  ['another title as it is', titled(' Waiting for a Defender '), 'Console: `Waiting for a Defender`'],
  ['nothing of several registries, of which each has its own', SEVERAL, ''],
  ['nothing of what is over', { ...COMPLETED, images: step(12, 12, { title: 'Done' }) }, ''],
])('of the Console’s title is shown %s', (_, snapshot, words) => {
  expect(consoleWords(snapshot)).toBe(words);
});
