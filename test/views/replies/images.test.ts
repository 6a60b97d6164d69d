import { expect, it } from 'vitest';
import { namedImagesView } from '../../../src/views/replies/images.ts';
import { ALPINE, COMPLETED, draw, FOUND, NOW, SCANNING } from '../support/samples.ts';

const line = (snapshot: typeof COMPLETED): string =>
  draw(
    namedImagesView({
      images: [{ target: ALPINE, snapshot, report: FOUND, isWatchedHere: false }],
      ...{ all: [ALPINE], isWhole: true, now: NOW },
    }),
  );

it('says what was found in an image of a thread, and gives no green tick to critical findings', () => {
  expect(FOUND.findings?.critical).toBeGreaterThan(0);
  expect(line(COMPLETED)).toContain(
    '🟠 `alpine:3.16`\n*Completed* in 12 min · 1 critical · 4 high · tags 1/1',
  );
});

it('says nothing of it while the scan goes on', () => {
  expect(line(SCANNING)).not.toContain('critical');
});
