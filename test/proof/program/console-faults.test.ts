import { describe, expect, test, type TestContext, vi } from 'vitest';

import type { Fault } from '../../../src/demo/console/console-faults.ts';
import { drawn, editsOf, parseProgress, type Progress } from '../../support/program/program-conversation.ts';
import { ALICE, hasNoLocalSlack, openScene, type Scene } from '../../support/program/program-world.ts';

vi.setConfig({ testTimeout: 300_000 });

const SCAN = { repositories: 1, images: 40, durationMs: 100_000 };

/** What the live message says, once it is what is waited for. */
function whenLive({ until, posts }: Scene, what: string, isIt: (progress: Progress) => boolean) {
  return until(`a live message: ${what}`, async () => {
    const [live] = await posts();
    const progress = live === undefined ? null : parseProgress(live.text);
    return progress !== null && isIt(progress) && progress;
  });
}

/** A watched scan, of which nothing can be read any more. */
async function openUnreachable(context: TestContext) {
  const scene = await openScene(context, { scan: SCAN });
  await scene.type('watch alpine:3.16');
  scene.forward(26_000);
  const before = await whenLive(scene, 'two images', ({ images }) => images.scanned >= 2);
  await scene.console.setFault({ kind: 'down' });
  const during = await whenLive(scene, 'unknown', ({ state }) => state === 'unknown');
  const live = await scene.first('the live message', scene.posts);
  return { scene, before, during, live };
}

describe.skipIf(hasNoLocalSlack)('while the Console is out of reach', { concurrent: true }, () => {
  test('the live message says unknown and keeps its counts, and goes on afterwards', async (context) => {
    const { scene, before, during, live } = await openUnreachable(context);
    expect(during.tags).toEqual(before.tags);
    expect(during.images.total).toBe(before.images.total);
    expect(during.images.scanned).toBeGreaterThanOrEqual(before.images.scanned);
    expect(drawn(live)).toContain('PRISMA_CONSOLE_URL');

    scene.forward(20_000);
    await scene.console.setFault(null);
    const after = await whenLive(scene, 'scanning', ({ state }) => state === 'scanning');
    expect(after.images.scanned).toBeGreaterThan(during.images.scanned);
    expect(scene.program.isRunning()).toBe(true);
    expect(await scene.posts()).toHaveLength(1);
    expect(await scene.replies(live.ts)).toEqual([]);
  });

  test('a scan that ends is told once, as soon as the Console is back', async (context) => {
    const { scene, live } = await openUnreachable(context);
    scene.forward(SCAN.durationMs);
    await scene.console.setFault(null);
    await whenLive(scene, 'completed', ({ state }) => state === 'completed');
    const replies = await scene.until('the completion', async () => {
      const found = await scene.replies(live.ts);
      return found.length > 0 && found;
    });
    expect(replies.map(({ text }) => parseProgress(text).state)).toEqual(['completed']);
    const counts = (await editsOf(scene.slack, live.ts)).map((text) => parseProgress(text).images.scanned);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  });
});

const GARBAGE: readonly (Fault & { readonly look: string })[] = [
  { kind: 'html', status: 200, look: 'PRISMA_CONSOLE_URL' },
  { kind: 'html', status: 502, look: 'the Console’s health' },
  { kind: 'status', status: 500, look: 'the Console’s health' },
  { kind: 'cut', look: 'PRISMA_CONSOLE_URL' },
  { kind: 'wrong-types', look: 'PRISMA_CONSOLE_URL' },
  { kind: 'huge', bytes: 30_000_000, look: 'PRISMA_CONSOLE_URL' },
  { kind: 'lost', look: 'PRISMA_CONSOLE_URL' },
  { kind: 'down', look: 'PRISMA_CONSOLE_URL' },
  { kind: 'status', status: 403, look: 'monitorImages' },
  { kind: 'status', status: 404, look: 'PRISMA_API_VERSION' },
];

test.skipIf(hasNoLocalSlack)(
  'whatever the Console answers, a question is answered with what to look at, and the next one as ever',
  async (context) => {
    const scene = await openScene(context, { scan: SCAN });
    const ask = async (times: number) => {
      await scene.type('alpine:3.16');
      const ephemerals = await scene.until('an answer', async () => {
        const found = await scene.ephemerals(ALICE);
        return found.length === times && found;
      });
      return ephemerals.at(-1)!;
    };
    for (const [index, { look, ...fault }] of GARBAGE.entries()) {
      await scene.console.setFault({ ...fault, route: '/registry/progress' });
      const answer = await ask(index + 1);
      expect(parseProgress(answer.text), JSON.stringify(fault)).toMatchObject({ state: 'unknown' });
      expect(drawn(answer), JSON.stringify(fault)).toContain(look);
    }
    await scene.console.setFault(null);
    const answer = await ask(GARBAGE.length + 1);
    expect(parseProgress(answer.text).state).toMatch(/discovering|scanning/);
    expect(scene.program.isRunning()).toBe(true);
  },
);
