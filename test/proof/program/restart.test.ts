import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { TestContext } from 'vitest';

import type { SlackMessage } from '../../../src/demo/local-slack.ts';
import { CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import { editsOf, parseProgress, readConversation } from '../../support/program/program-conversation.ts';
import { startSilentSlack } from '../../support/program/program-slack-refusing.ts';
import { whenPrinted } from '../../support/program/program.ts';
import type { Program } from '../../support/program/program.ts';
import { hasNoLocalSlack, openWorld, whileNothingShouldHappen } from '../../support/program/program-world.ts';
import type { World } from '../../support/program/program-world.ts';
import { ALPINE } from '../../support/surroundings.ts';

// What a killed process had leased is taken up a minute later.
vi.setConfig({ testTimeout: 400_000 });

const SCAN = { repositories: 1, images: 40, durationMs: 1_000_000 };
const channel = CHANNELS.incident.id;
const user = PEOPLE.commander.id;

const watch = (world: World) =>
  world.slack.command({ channel, user, command: '/scanprogress', text: 'watch alpine:3.16' });

/** The live message once `images` are scanned. */
function whenScanned(world: World, images: number): Promise<SlackMessage> {
  return world.until(`a live message that says ${images} images`, async () => {
    const [live] = await readConversation(world.slack, channel).posts();
    return live !== undefined && parseProgress(live.text).images.scanned >= images && live;
  });
}

/** The end of the story, however long it takes: one message, the one that was there, and one completion below it. */
async function expectOneEnd(world: World, live: SlackMessage): Promise<void> {
  const conversation = readConversation(world.slack, channel);
  await world.until('the final state and a completion', async () => {
    const [first] = await conversation.posts();
    const replies = await conversation.replies(live.ts);
    return replies.length > 0 && first !== undefined && parseProgress(first.text).state === 'completed';
  });
  await whileNothingShouldHappen();
  const posts = await conversation.posts();
  expect(posts.map(({ ts, text }) => ({ ts, state: parseProgress(text).state }))).toEqual([
    { ts: live.ts, state: 'completed' },
  ]);
  const replies = await conversation.replies(live.ts);
  expect(replies.map(({ text }) => parseProgress(text).state)).toEqual(['completed']);
  expect(replies[0]!.text).toContain(`<@${user}>`);
  await expectForward(world, live);
}

async function expectForward(world: World, live: SlackMessage): Promise<void> {
  const states = (await editsOf(world.slack, live.ts)).map(parseProgress);
  const counts = states.map(({ images }) => images.scanned);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(states.findIndex(({ state }) => state === 'completed')).toBe(states.length - 1);
}

describe.skipIf(hasNoLocalSlack)('started again', () => {
  // The slow ones first: they run beside the others.
  test.concurrent('after SIGKILL while it was reading, it reads again', async (context) => {
    const { world, first, live } = await openMidScan(context);
    await whileReading(world, first.kill);
    await world.start();
    world.forward(200_000);
    expect(parseProgress((await whenScanned(world, 12)).text).state).toBe('scanning');
    world.forward(SCAN.durationMs);
    await expectOneEnd(world, live);
  });

  test.concurrent(
    'after SIGKILL while it was told the end, which is told once, the end is posted',
    async (context) => {
      const { world, first, live } = await openMidScan(context);
      world.forward(SCAN.durationMs);
      await whileReading(world, first.kill);
      await world.start();
      await expectOneEnd(world, live);
    },
  );

  test.concurrent('after SIGTERM it exits with 0 and goes on with the same message', async (context) => {
    const { world, first, live } = await openMidScan(context);
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    await world.start();
    world.forward(200_000);
    // On the way, and not only at the end.
    expect(parseProgress((await whenScanned(world, 12)).text).state).toBe('scanning');
    world.forward(SCAN.durationMs);
    await expectOneEnd(world, live);
  });

  test.concurrent('after SIGTERM the end that came meanwhile is told', async (context) => {
    const { world, first, live } = await openMidScan(context);
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    world.forward(SCAN.durationMs);
    await world.start();
    await expectOneEnd(world, live);
  });

  test.concurrent('after SIGTERM while it was told the end, it is told to all', async (context) => {
    const { world, first, live } = await openMidScan(context);
    world.forward(SCAN.durationMs);
    await whileReading(world, async () => {
      first.signal('SIGTERM');
      expect(await first.ended).toBe(0);
    });
    await world.start();
    await expectOneEnd(world, live);
  });

  test.concurrent('after SIGKILL it goes on with the same message', async (context) => {
    const { world, first, live } = await openMidScan(context);
    await first.kill();
    await world.start();
    world.forward(200_000);
    expect(parseProgress((await whenScanned(world, 12)).text).state).toBe('scanning');
    world.forward(SCAN.durationMs);
    await expectOneEnd(world, live);
  });

  test.concurrent('after one SIGKILL upon the other there is one message and one end', async (context) => {
    const world = await openWorld(context);
    let program = await world.start();
    world.console.startImageScan(ALPINE, { ...SCAN, durationMs: 15_000 });
    await watch(world);
    const live = await whenScanned(world, 1);
    await whenSettled(program);
    for (const afterMs of [200, 900, 1_700, 2_600]) {
      await sleep(afterMs);
      await program.kill();
      program = await world.start();
    }
    await expectOneEnd(world, live);
  });
});

/** A world with a watched scan after discovery; it scans an image in 22 seconds. */
async function openMidScan(context: TestContext) {
  const world = await openWorld(context);
  const first = await world.start();
  world.console.startImageScan(ALPINE, SCAN);
  await watch(world);
  world.forward(260_000);
  const live = await whenScanned(world, 5);
  await whenSettled(first);
  return { world, first, live };
}

/**
 * A local Slack keeps no metadata: a post that a killed process had not settled would not be found again. What comes
 * of that is for test/crash and exactly-once.test.ts, whose Slack does keep it.
 */
async function whenSettled(program: Program): Promise<void> {
  await whenPrinted(program, /"kind":"live".*"msg":"delivered"/);
}

/** The request was consumed, and the response is on its way. */
async function whileReading(world: World, act: () => Promise<void>): Promise<void> {
  const asked = world.console.requests.length;
  await world.console.setFault({ kind: 'slow', ms: 4_000, route: '/registry/progress' });
  await world.until('a reading under way', () => world.console.requests.length > asked);
  await act();
  await world.console.setFault(null);
}

describe.skipIf(hasNoLocalSlack)('stopped', () => {
  test.concurrent('while Slack answers nothing, it asks the Console nothing more', async (context) => {
    const { world, first } = await openMidScan(context);
    first.signal('SIGTERM');
    await first.ended;
    const silent = await startSilentSlack();
    context.onTestFinished(silent.close);
    const second = world.launch({ SLACK_API_URL: silent.apiUrl });
    world.forward(200_000);
    // Neither the start nor the edit gets a response; the Console is polled nevertheless.
    await world.until('an edit under way', () => silent.called.includes('chat.update'));
    second.signal('SIGTERM');
    await whenPrinted(second, /stopping/);
    const readings = () =>
      world.console.requests.filter(({ route }) => route === '/registry/progress').length;
    const before = readings();
    expect(await second.ended).toBe(0);
    // One may have been on its way.
    expect(readings()).toBeLessThanOrEqual(before + 1);
  });

  test.concurrent('a second time, it ends at once, whatever is under way', async (context) => {
    const { world, first } = await openMidScan(context);
    await whileReading(world, async () => {
      first.signal('SIGINT');
      await whenPrinted(first, /stopping/);
      first.signal('SIGINT');
      expect(await first.ended).toBe(1);
    });
  });
});
