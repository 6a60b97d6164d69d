import { describe, expect, test, type TestContext, vi } from 'vitest';

import type { SlackMessage } from '../../../src/demo/local-slack.ts';
import { drawn, editsOf, parseProgress } from '../../support/program/program-conversation.ts';
import {
  ALICE,
  BEN,
  CHANNEL,
  hasNoLocalSlack,
  openScene,
  type Scene,
  whileNothingShouldHappen,
} from '../../support/program/program-world.ts';
import { ALPINE } from '../../support/surroundings.ts';

vi.setConfig({ testTimeout: 240_000 });

const SCAN = { repositories: 1, images: 400, durationMs: 60_000 };

const press = async ({ slack }: Scene, on: SlackMessage, label: string, user = ALICE) =>
  expect(await slack.click({ channel: CHANNEL, ts: on.ts, user, label }), label).toBe(true);

/** Alice has the state of a scan that goes on before her. */
async function ask(context: TestContext) {
  const scene = await openScene(context, { scan: SCAN });
  await scene.type('alpine:3.16');
  const answer = await scene.first('the answer', () => scene.ephemerals(ALICE));
  return { scene, answer };
}

/** Alice watches that scan. */
async function watch(context: TestContext) {
  const scene = await openScene(context, { scan: SCAN });
  await scene.type('watch alpine:3.16');
  const live = await scene.first('the live message', scene.posts);
  return { scene, live };
}

describe.skipIf(hasNoLocalSlack)('the button', { concurrent: true }, () => {
  test('Refresh draws the answer anew, with later counts and in the same place', async (context) => {
    const { scene, answer } = await ask(context);
    scene.forward(20_000);
    const counted = await scene.until('later counts', async () => {
      await press(scene, answer, 'Refresh');
      const [now] = await scene.ephemerals(ALICE);
      return now !== undefined && parseProgress(now.text).images.scanned > 0 && now;
    });
    expect(counted.ts).toBe(answer.ts);
    expect(await scene.ephemerals(ALICE)).toHaveLength(1);
    expect(await scene.posts()).toEqual([]);
  });

  test('Share here shows the answer to all, with the name of who shared it', async (context) => {
    const { scene, answer } = await ask(context);
    await press(scene, answer, 'Share here');
    const shared = await scene.first('the shared answer', scene.posts);
    expect(parseProgress(shared.text).target).toBe('alpine:3.16');
    expect(drawn(shared)).toContain(`Shared by <@${ALICE}>`);
    await whileNothingShouldHappen();
    expect(await scene.posts()).toEqual([shared]);
  });

  test('Watch here begins a watch for whoever presses it, and pressed twice it stays one', async (context) => {
    const { scene, answer } = await ask(context);
    await press(scene, answer, 'Watch here');
    await press(scene, answer, 'Watch here');
    const live = await scene.first('the live message', scene.posts);
    scene.forward(SCAN.durationMs);
    const completion = await scene.first('the completion', () => scene.replies(live.ts));
    expect(completion.text).toMatch(new RegExp(`^alpine:3.16 · completed .* · <@${ALICE}>$`));
    await whileNothingShouldHappen();
    expect(await scene.posts()).toHaveLength(1);
    expect(await scene.replies(live.ts)).toEqual([completion]);
  });

  test('Stop watching is the last that is heard of it, until somebody watches again', async (context) => {
    const { scene, live } = await watch(context);
    // Anybody may: the channel belongs to all.
    await press(scene, live, 'Stop watching', BEN);
    const final = await scene.until('the final state', async () => {
      const [now] = await scene.posts();
      return now !== undefined && drawn(now).includes('No longer watched') && now;
    });
    expect(drawn(final)).toContain(`stopped by <@${BEN}>`);
    const edits = await editsOf(scene.slack, live.ts);
    scene.forward(SCAN.durationMs);
    await whileNothingShouldHappen();
    expect(await editsOf(scene.slack, live.ts)).toEqual(edits);
    // Alice requested it: one line says who ended it, and nothing follows.
    expect((await scene.replies(live.ts)).map(({ text }) => text)).toEqual([
      expect.stringContaining(`is no longer watched: stopped by <@${BEN}>`),
    ]);

    scene.console.startImageScan(ALPINE, SCAN);
    await press(scene, final, 'Watch here again', BEN);
    const again = await scene.first('a second live message', async () => (await scene.posts()).slice(1));
    expect(again.ts).not.toBe(live.ts);
    scene.forward(SCAN.durationMs);
    const completion = await scene.first('the completion', () => scene.replies(again.ts));
    expect(completion.text).toMatch(new RegExp(`^alpine:3.16 · completed .* · <@${BEN}>$`));
    expect(await scene.replies(live.ts)).toHaveLength(1);
  });

  test('Stop watching in a list does the same, and the list is drawn anew', async (context) => {
    const { scene } = await watch(context);
    await scene.type('list', BEN);
    const list = await scene.first('the list', () => scene.ephemerals(BEN));
    await press(scene, list, 'Stop watching', BEN);
    const emptied = await scene.until('the list drawn anew', async () => {
      const [now] = await scene.ephemerals(BEN);
      return now !== undefined && now.text !== list.text && now;
    });
    expect(emptied.ts).toBe(list.ts);
    expect(emptied.text).toMatch(/^Nothing is watched here/);
    await scene.until('the final state', async () =>
      drawn((await scene.posts())[0]!).includes('No longer watched'),
    );
  });
});
