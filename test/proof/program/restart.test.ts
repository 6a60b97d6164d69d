import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, type TestContext, vi } from 'vitest';

import type { SlackMessage } from '../../../src/demo/local-slack.ts';
import { editsOf, parseProgress } from '../../support/program/program-conversation.ts';
import { startSilentSlack } from '../../support/program/program-slack-refusing.ts';
import { type Program, whenPrinted } from '../../support/program/program.ts';
import {
  ALICE,
  hasNoLocalSlack,
  openScene,
  type Scene,
  whileNothingShouldHappen,
} from '../../support/program/program-world.ts';

// What a killed process had leased is taken up a minute later.
vi.setConfig({ testTimeout: 400_000 });

const SCAN = { repositories: 1, images: 40, durationMs: 1_000_000 };

/** The live message once `images` are scanned. */
function whenScanned({ until, posts }: Scene, images: number): Promise<SlackMessage> {
  return until(`a live message that says ${images} images`, async () => {
    const [live] = await posts();
    return live !== undefined && parseProgress(live.text).images.scanned >= images && live;
  });
}

/** The end of the story, however long it takes: one message, the one that was there, and one completion below it. */
async function expectOneEnd(scene: Scene, live: SlackMessage): Promise<void> {
  await scene.until('the final state and a completion', async () => {
    const [first] = await scene.posts();
    const replies = await scene.replies(live.ts);
    return replies.length > 0 && first !== undefined && parseProgress(first.text).state === 'completed';
  });
  await whileNothingShouldHappen();
  const posts = await scene.posts();
  expect(posts.map(({ ts, text }) => ({ ts, state: parseProgress(text).state }))).toEqual([
    { ts: live.ts, state: 'completed' },
  ]);
  const replies = await scene.replies(live.ts);
  expect(replies.map(({ text }) => parseProgress(text).state)).toEqual(['completed']);
  expect(replies[0]!.text).toContain(`<@${ALICE}>`);
  await expectForward(scene, live);
}

async function expectForward({ slack }: Scene, live: SlackMessage): Promise<void> {
  const states = (await editsOf(slack, live.ts)).map(parseProgress);
  const counts = states.map(({ images }) => images.scanned);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(states.findIndex(({ state }) => state === 'completed')).toBe(states.length - 1);
}

/** The scan goes on, and ends; both are shown by the message that was there. */
async function expectProgressAndEnd(scene: Scene, live: SlackMessage): Promise<void> {
  scene.forward(200_000);
  // On the way, and not only at the end.
  expect(parseProgress((await whenScanned(scene, 12)).text).state).toBe('scanning');
  scene.forward(SCAN.durationMs);
  await expectOneEnd(scene, live);
}

async function stop({ program }: Scene): Promise<void> {
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
}

describe.skipIf(hasNoLocalSlack)('started again', { concurrent: true }, () => {
  // The slow ones first: they run beside the others.
  test('after SIGKILL while it was reading, it reads again', async (context) => {
    const { scene, live } = await openMidScan(context);
    await whileReading(scene, scene.program.kill);
    await scene.start();
    await expectProgressAndEnd(scene, live);
  });

  test('after SIGKILL while it was told the end, which is told once, the end is posted', async (context) => {
    const { scene, live } = await openMidScan(context);
    scene.forward(SCAN.durationMs);
    await whileReading(scene, scene.program.kill);
    await scene.start();
    await expectOneEnd(scene, live);
  });

  test('after SIGTERM it exits with 0 and goes on with the same message', async (context) => {
    const { scene, live } = await openMidScan(context);
    await stop(scene);
    await scene.start();
    await expectProgressAndEnd(scene, live);
  });

  test('after SIGTERM the end that came meanwhile is told', async (context) => {
    const { scene, live } = await openMidScan(context);
    await stop(scene);
    scene.forward(SCAN.durationMs);
    await scene.start();
    await expectOneEnd(scene, live);
  });

  test('after SIGTERM while it was told the end, it is told to all', async (context) => {
    const { scene, live } = await openMidScan(context);
    scene.forward(SCAN.durationMs);
    await whileReading(scene, () => stop(scene));
    await scene.start();
    await expectOneEnd(scene, live);
  });

  test('after SIGKILL it goes on with the same message', async (context) => {
    const { scene, live } = await openMidScan(context);
    await scene.program.kill();
    await scene.start();
    await expectProgressAndEnd(scene, live);
  });

  test('after one SIGKILL upon the other there is one message and one end', async (context) => {
    const scene = await openScene(context, { scan: { ...SCAN, durationMs: 15_000 } });
    let { program } = scene;
    await scene.type('watch alpine:3.16');
    const live = await whenScanned(scene, 1);
    await whenSettled(program);
    for (const afterMs of [200, 900, 1_700, 2_600]) {
      await sleep(afterMs);
      await program.kill();
      program = await scene.start();
    }
    await expectOneEnd(scene, live);
  });
});

/** A watched scan after discovery; it scans an image in 22 seconds. */
async function openMidScan(context: TestContext) {
  const scene = await openScene(context, { scan: SCAN });
  await scene.type('watch alpine:3.16');
  scene.forward(260_000);
  const live = await whenScanned(scene, 5);
  await whenSettled(scene.program);
  return { scene, live };
}

/**
 * A local Slack keeps no metadata: a post that a killed process had not settled would not be found again. What comes
 * of that is for test/crash and exactly-once.test.ts, whose Slack does keep it.
 */
async function whenSettled(program: Program): Promise<void> {
  await whenPrinted(program, /"kind":"live".*"msg":"delivered"/);
}

/** The request was consumed, and the response is on its way. */
async function whileReading({ console, until }: Scene, act: () => Promise<void>): Promise<void> {
  const asked = console.requests.length;
  await console.setFault({ kind: 'slow', ms: 4_000, route: '/registry/progress' });
  await until('a reading under way', () => console.requests.length > asked);
  await act();
  await console.setFault(null);
}

describe.skipIf(hasNoLocalSlack)('stopped', { concurrent: true }, () => {
  test('while Slack answers nothing, it asks the Console nothing more', async (context) => {
    const { scene } = await openMidScan(context);
    scene.program.signal('SIGTERM');
    await scene.program.ended;
    const silent = await startSilentSlack();
    context.onTestFinished(silent.close);
    const second = scene.launch({ SLACK_API_URL: silent.apiUrl });
    scene.forward(200_000);
    // Neither the start nor the edit gets a response; the Console is polled nevertheless.
    await scene.until('an edit under way', () => silent.called.includes('chat.update'));
    second.signal('SIGTERM');
    await whenPrinted(second, /stopping/);
    const readings = () =>
      scene.console.requests.filter(({ route }) => route === '/registry/progress').length;
    const before = readings();
    expect(await second.ended).toBe(0);
    // One may have been on its way.
    expect(readings()).toBeLessThanOrEqual(before + 1);
  });

  test('a second time, it ends at once, whatever is under way', async (context) => {
    const { scene } = await openMidScan(context);
    const { program } = scene;
    await whileReading(scene, async () => {
      program.signal('SIGINT');
      await whenPrinted(program, /stopping/);
      program.signal('SIGINT');
      expect(await program.ended).toBe(1);
    });
  });
});
