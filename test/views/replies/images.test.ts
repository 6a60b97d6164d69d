import { expect, it } from 'vitest';
import {
  cannotReadNowView,
  cannotReadView,
  namedImagesView,
  noImagesView,
} from '../../../src/views/replies/images.ts';
import { ALPINE, COMPLETED, draw, FOUND, image, NOW, SCANNING, WAITING } from '../support/samples.ts';

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

it('reads like this', () => {
  const images = [
    { target: ALPINE, snapshot: WAITING, report: null, isWatchedHere: true },
    { target: image('nginx:1'), snapshot: null, report: null, isWatchedHere: false },
  ];
  const all = [ALPINE, image('nginx:1'), image('redis:7')];
  const views = [
    namedImagesView({ images, all, isWhole: false, now: NOW }),
    namedImagesView({ images: images.slice(0, 1), all: [ALPINE], isWhole: true, now: NOW }),
    noImagesView('thread'),
    cannotReadView(),
    cannotReadNowView(),
  ];
  expect(views.map(draw).join('\n---\n')).toMatchInlineSnapshot(`
    "*3 images are named here*
    ⏳ \`alpine:3.16\`
    *Waiting* for a scan to start
    It is already watched here.
    ❔ \`nginx:1\`
    The Console has not answered yet.
    [Watch here]
    [Watch all 3]
    ~ Slack has shown me only the beginning of this thread, so images that were named later are missing. Mention me again in a minute.
    and 1 more. Ask for one by its name: \`@scanprogress alpine:3.16\`
    ---
    *1 image is named here*
    ⏳ \`alpine:3.16\`
    *Waiting* for a scan to start
    It is already watched here.
    ---
    I find no image named in this thread.
    Name one: \`@scanprogress alpine:3.16\`, or \`@scanprogress watch ghcr.io/acme/api:1.4\`. \`@scanprogress help\` shows the rest.
    ---
    I cannot read this thread, so I do not know which images it names.
    Type \`/invite @scanprogress\` in the channel, or name the image: \`@scanprogress alpine:3.16\`
    ---
    Slack has not shown me this thread just now, so I do not know which images it names.
    Mention me again in a minute, or name the image: \`@scanprogress alpine:3.16\`"
  `);
});
