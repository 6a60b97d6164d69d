import { describe, expect, test, vi } from 'vitest';

import type { Fault } from '../../../src/demo/console/console-faults.ts';
import { CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import {
  drawn,
  editsOf,
  parseProgress,
  readConversation,
} from '../../support/program/program-conversation.ts';
import type { Progress } from '../../support/program/program-conversation.ts';
import { hasNoLocalSlack, openWorld } from '../../support/program/program-world.ts';
import type { World } from '../../support/program/program-world.ts';
import { ALPINE } from '../../support/surroundings.ts';

vi.setConfig({ testTimeout: 300_000 });

const SCAN = { repositories: 1, images: 40, durationMs: 100_000 };
const channel = CHANNELS.incident.id;
const user = PEOPLE.commander.id;

const type = (world: World, text: string) =>
  world.slack.command({ channel, user, command: '/scanprogress', text });

/** What the live message says, once it is what is waited for. */
function whenLive(world: World, what: string, isIt: (progress: Progress) => boolean): Promise<Progress> {
  return world.until(`a live message: ${what}`, async () => {
    const [live] = await readConversation(world.slack, channel).posts();
    const progress = live === undefined ? null : parseProgress(live.text);
    return progress !== null && isIt(progress) && progress;
  });
}

describe.skipIf(hasNoLocalSlack)('while the Console is out of reach', () => {
  test.concurrent(
    'the live message says unknown and keeps its counts, and goes on afterwards',
    async (context) => {
      const world = await openWorld(context);
      const program = await world.start();
      world.console.startImageScan(ALPINE, SCAN);
      await type(world, 'watch alpine:3.16');
      world.forward(26_000);
      const before = await whenLive(world, 'two images', ({ images }) => images.scanned >= 2);
      await world.console.setFault({ kind: 'down' });
      const during = await whenLive(world, 'unknown', ({ state }) => state === 'unknown');
      expect(during.tags).toEqual(before.tags);
      expect(during.images.total).toBe(before.images.total);
      expect(during.images.scanned).toBeGreaterThanOrEqual(before.images.scanned);
      const [live] = await readConversation(world.slack, channel).posts();
      expect(drawn(live!)).toContain('PRISMA_CONSOLE_URL');

      world.forward(20_000);
      await world.console.setFault(null);
      const after = await whenLive(world, 'scanning', ({ state }) => state === 'scanning');
      expect(after.images.scanned).toBeGreaterThan(during.images.scanned);
      expect(program.isRunning()).toBe(true);
      expect(await readConversation(world.slack, channel).posts()).toHaveLength(1);
      expect(await readConversation(world.slack, channel).replies(live!.ts)).toEqual([]);
    },
  );

  test.concurrent('a scan that ends is told once, as soon as the Console is back', async (context) => {
    const world = await openWorld(context);
    await world.start();
    world.console.startImageScan(ALPINE, SCAN);
    await type(world, 'watch alpine:3.16');
    world.forward(26_000);
    await whenLive(world, 'two images', ({ images }) => images.scanned >= 2);
    await world.console.setFault({ kind: 'down' });
    await whenLive(world, 'unknown', ({ state }) => state === 'unknown');
    world.forward(SCAN.durationMs);
    await world.console.setFault(null);
    await whenLive(world, 'completed', ({ state }) => state === 'completed');
    const conversation = readConversation(world.slack, channel);
    const [live] = await conversation.posts();
    const replies = await world.until('the completion', async () => {
      const found = await conversation.replies(live!.ts);
      return found.length > 0 && found;
    });
    expect(replies.map(({ text }) => parseProgress(text).state)).toEqual(['completed']);
    const counts = (await editsOf(world.slack, live!.ts)).map((text) => parseProgress(text).images.scanned);
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
    const world = await openWorld(context);
    const program = await world.start();
    const conversation = readConversation(world.slack, channel);
    const ask = async (times: number) => {
      await type(world, 'alpine:3.16');
      const ephemerals = await world.until('an answer', async () => {
        const found = await conversation.ephemerals(user);
        return found.length === times && found;
      });
      return ephemerals.at(-1)!;
    };
    world.console.startImageScan(ALPINE, SCAN);
    for (const [index, { look, ...fault }] of GARBAGE.entries()) {
      await world.console.setFault({ ...fault, route: '/registry/progress' });
      const answer = await ask(index + 1);
      expect(parseProgress(answer.text), JSON.stringify(fault)).toMatchObject({ state: 'unknown' });
      expect(drawn(answer), JSON.stringify(fault)).toContain(look);
    }
    await world.console.setFault(null);
    const answer = await ask(GARBAGE.length + 1);
    expect(parseProgress(answer.text).state).toMatch(/discovering|scanning/);
    expect(program.isRunning()).toBe(true);
  },
);
