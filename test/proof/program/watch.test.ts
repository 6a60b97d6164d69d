import { describe, expect, test, vi } from 'vitest';

import { CHANNELS } from '../../../src/demo/workspace.ts';
import {
  callsTo,
  drawn,
  editsOf,
  parseProgress,
  readConversation,
} from '../../support/program/program-conversation.ts';
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

const SCAN = { repositories: 1, images: 12, durationMs: 8_000 };
/** Its first image takes more than a second, so a slow machine, too, sees it begin. */
const SLOW_SCAN = { ...SCAN, durationMs: 16_000 };
const TWO_REGISTRIES = {
  registries: [
    { host: 'ghcr.io', defenders: 2, repositories: 3, images: 20, durationMs: 24_000 },
    { host: 'quay.io', defenders: 1, repositories: 2, images: 9, durationMs: 12_000 },
  ],
};

/** The live message in its final state and what was posted below it, once both are there. */
async function whenOver({ slack, until }: Scene, channel = CHANNEL) {
  const conversation = readConversation(slack, channel);
  return until('the final state and the completion', async () => {
    const [live] = await conversation.posts();
    const replies = live === undefined ? [] : await conversation.replies(live.ts);
    const isOver = /^(completed|failed|stopped)$/.test(
      live === undefined ? '' : parseProgress(live.text).state,
    );
    return live !== undefined && isOver && replies.length > 0 && { live, replies };
  });
}

/** Counts as they were shown one after the other; the first is what the message was posted with. */
async function shown({ slack }: Scene, ts: string) {
  const posted = (await callsTo(slack)).find(
    ({ method, detail }) => method === 'chat.postMessage' && detail['thread_ts'] === undefined,
  );
  return [String(posted?.detail['text']), ...(await editsOf(slack, ts))].map(parseProgress);
}

describe.skipIf(hasNoLocalSlack)('a watch', { concurrent: true }, () => {
  test.for([
    { what: 'an image', image: 'alpine:3.16', target: 'alpine:3.16', tags: 1, images: 12 },
    { what: 'the regular scan', image: '', target: 'Registry scan', tags: 5, images: 29 },
  ])('of $what is one message that moves forward, and one reply that ends it', async (expected, context) => {
    const scene = await openScene(context, { scan: SLOW_SCAN });
    scene.console.startRegularScan(TWO_REGISTRIES);
    await scene.type(`watch ${expected.image}`);
    const { live, replies } = await whenOver(scene);
    await whileNothingShouldHappen();

    const { target, tags, images } = expected;
    const final = `${target} · completed · tags ${tags}/${tags} · images ${images}/${images}`;
    expect((await scene.posts()).map(({ text }) => text)).toEqual([final]);
    expect(await scene.replies(live.ts)).toEqual(replies);
    expect(replies.map(({ text }) => text.replace(' · 0 critical · 0 high', ''))).toEqual([
      `${final} · <@${ALICE}>`,
    ]);
    expect(drawn(replies[0]!)).toMatch(/completed\* in \d+ s/);

    const states = await shown(scene, live.ts);
    // A tick a second through sixteen seconds: even a slow machine shows some of the steps in between.
    expect(states.length).toBeGreaterThan(3);
    expectForward(states);
    expect(states.filter(({ state }) => state === 'completed')).toHaveLength(1);
    expect(states.at(-1)).toMatchObject({ target, state: 'completed' });
  });

  test('carries the id of its delivery in every post', async (context) => {
    const scene = await openScene(context, { scan: { ...SCAN, durationMs: 1_000 } });
    await scene.type('watch alpine:3.16');
    await whenOver(scene);
    const posts = (await callsTo(scene.slack)).filter(({ method }) => method === 'chat.postMessage');
    const ids = posts.map(({ detail }) => detail['metadata']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids.map((id) => JSON.stringify(id))).size).toBe(2);
    for (const metadata of ids) {
      expect(metadata).toEqual({
        event_type: 'scanprogress_delivery',
        event_payload: { delivery: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      });
    }
  });

  test('by two people in one channel is one message, and both are mentioned at its end', async (context) => {
    const scene = await openScene(context, { scan: SCAN });
    for (const user of [ALICE, BEN]) await scene.type('watch alpine:3.16', user);
    const { replies } = await whenOver(scene);
    expect(await scene.posts()).toHaveLength(1);
    expect(replies).toHaveLength(1);
    expect(replies[0]!.text).toContain(`<@${ALICE}>, <@${BEN}>`);
    const [ephemeral] = await scene.ephemerals(BEN);
    expect(ephemeral?.text).toMatch(/already watched here/);
  });

  test('in two channels is two messages, and the Console is asked once a tick', async (context) => {
    const scene = await openScene(context, { scan: SCAN });
    const { slack, console } = scene;
    const channels = [CHANNEL, CHANNELS.security.id];
    const typed = { user: ALICE, command: '/scanprogress', text: 'watch alpine:3.16' };
    for (const channel of channels) await slack.command({ channel, ...typed });
    const begun = console.requests.length;
    for (const channel of channels) {
      const { replies } = await whenOver(scene, channel);
      expect(replies.map(({ text }) => text)).toEqual([
        `alpine:3.16 · completed · tags 1/1 · images 12/12 · 0 critical · 0 high · <@${ALICE}>`,
      ]);
      expect(await readConversation(slack, channel).posts()).toHaveLength(1);
    }
    const asked = console.requests.slice(begun).filter(({ route }) => route === '/registry/progress');
    const seconds = (asked.at(-1)!.at - asked[0]!.at) / 1_000;
    expect(asked.length).toBeGreaterThan(3);
    // Two polls are for the people's requests; one per watch and tick would be twice as many as the rest.
    expect(asked.length).toBeLessThanOrEqual(seconds + 4);
  });

  test('that begins before the scan waits for it, and is told its end all the same', async (context) => {
    const scene = await openScene(context);
    await scene.type('watch alpine:3.16');
    const waiting = await scene.first('the live message', scene.posts);
    expect(parseProgress(waiting.text)).toMatchObject({ target: 'alpine:3.16', state: 'waiting' });
    scene.console.startImageScan(ALPINE, SCAN);
    const { live, replies } = await whenOver(scene);
    expect(live.ts).toBe(waiting.ts);
    expect(replies).toHaveLength(1);
  });

  test('of a scan that fails says so, with the words of the Console', async (context) => {
    const error = 'No available Defender was found';
    const scene = await openScene(context, { scan: { ...SCAN, ending: { kind: 'fails', at: 0.5, error } } });
    await scene.type('watch alpine:3.16');
    const { live, replies } = await whenOver(scene);
    expect(parseProgress(live.text).state).toBe('failed');
    expect(replies.map((reply) => parseProgress(reply.text).state)).toEqual(['failed']);
    for (const message of [live, ...replies]) expect(drawn(message)).toContain(error);
  });
});

function expectForward(states: readonly ReturnType<typeof parseProgress>[]): void {
  for (const [index, later] of states.entries()) {
    const earlier = states[index - 1] ?? later;
    for (const step of ['tags', 'images'] as const) {
      expect(later[step].scanned, JSON.stringify(states)).toBeGreaterThanOrEqual(earlier[step].scanned);
      expect(later[step].total, JSON.stringify(states)).toBeGreaterThanOrEqual(earlier[step].total);
    }
  }
}
