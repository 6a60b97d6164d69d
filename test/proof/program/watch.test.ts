import { describe, expect, test, vi } from 'vitest';

import { CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import type { SlackMessage } from '../../../src/demo/local-slack.ts';
import {
  callsTo,
  drawn,
  editsOf,
  parseProgress,
  readConversation,
} from '../../support/program/program-conversation.ts';
import { hasNoLocalSlack, openWorld, whileNothingShouldHappen } from '../../support/program/program-world.ts';
import type { World } from '../../support/program/program-world.ts';
import { ALPINE } from '../../support/surroundings.ts';

vi.setConfig({ testTimeout: 240_000 });

const SCAN = { repositories: 1, images: 12, durationMs: 8_000 };
const TWO_REGISTRIES = {
  registries: [
    { host: 'ghcr.io', defenders: 2, repositories: 3, images: 20, durationMs: 8_000 },
    { host: 'quay.io', defenders: 1, repositories: 2, images: 9, durationMs: 5_000 },
  ],
};
const channel: string = CHANNELS.incident.id;
const alice = PEOPLE.commander.id;
const ben = PEOPLE.security.id;

const watch = (world: World, user: string, { image = 'alpine:3.16', where = channel } = {}) =>
  world.slack.command({ channel: where, user, command: '/scanprogress', text: `watch ${image}` });

/** The live message in its final state and what was posted below it, once both are there. */
async function whenOver(world: World, where = channel) {
  const conversation = readConversation(world.slack, where);
  return world.until('the final state and the completion', async () => {
    const [live] = await conversation.posts();
    const replies = live === undefined ? [] : await conversation.replies(live.ts);
    const isFinal = live !== undefined && isOver(live);
    return isFinal && replies.length > 0 && { live, replies };
  });
}

const isOver = ({ text }: SlackMessage) =>
  ['completed', 'failed', 'stopped'].includes(parseProgress(text).state);

/** Counts as they were shown one after the other; the first is what the message was posted with. */
async function shown(world: World, live: SlackMessage) {
  const posted = (await callsTo(world.slack)).find(
    ({ method, detail }) => method === 'chat.postMessage' && detail['thread_ts'] === undefined,
  );
  return [String(posted?.detail['text']), ...(await editsOf(world.slack, live.ts))].map(parseProgress);
}

describe.skipIf(hasNoLocalSlack)('a watch', () => {
  test.concurrent.for([
    { what: 'an image', image: 'alpine:3.16', target: 'alpine:3.16', tags: 1, images: 12 },
    { what: 'the regular scan', image: '', target: 'Registry scan', tags: 5, images: 29 },
  ])('of $what is one message that moves forward, and one reply that ends it', async (expected, context) => {
    const world = await openWorld(context);
    await world.start();
    world.console.startImageScan(ALPINE, SCAN);
    world.console.startRegularScan(TWO_REGISTRIES);
    await watch(world, alice, expected);
    const { live, replies } = await whenOver(world);
    await whileNothingShouldHappen();

    const { target, tags, images } = expected;
    const final = `${target} · completed · tags ${tags}/${tags} · images ${images}/${images}`;
    expect((await readConversation(world.slack, channel).posts()).map(({ text }) => text)).toEqual([final]);
    expect(await readConversation(world.slack, channel).replies(live.ts)).toEqual(replies);
    expect(replies.map(({ text }) => text.replace(' · 0 critical · 0 high', ''))).toEqual([
      `${final} · <@${alice}>`,
    ]);
    expect(drawn(replies[0]!)).toMatch(/completed\* in \d+ s/);

    const states = await shown(world, live);
    // A tick a second through eight seconds: even a slow machine shows some of the steps in between.
    expect(states.length).toBeGreaterThan(3);
    expectForward(states);
    expect(states.filter(({ state }) => state === 'completed')).toHaveLength(1);
    expect(states.at(-1)).toMatchObject({ target, state: 'completed' });
  });

  test.concurrent('carries the id of its delivery in every post', async (context) => {
    const world = await openWorld(context);
    await world.start();
    world.console.startImageScan(ALPINE, { ...SCAN, durationMs: 1_000 });
    await watch(world, alice);
    await whenOver(world);
    const posts = (await callsTo(world.slack)).filter(({ method }) => method === 'chat.postMessage');
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

  test.concurrent(
    'by two people in one channel is one message, and both are mentioned at its end',
    async (context) => {
      const world = await openWorld(context);
      await world.start();
      world.console.startImageScan(ALPINE, SCAN);
      await watch(world, alice);
      await watch(world, ben);
      const { replies } = await whenOver(world);
      expect(await readConversation(world.slack, channel).posts()).toHaveLength(1);
      expect(replies).toHaveLength(1);
      expect(replies[0]!.text).toContain(`<@${alice}>, <@${ben}>`);
      const [ephemeral] = await readConversation(world.slack, channel).ephemerals(ben);
      expect(ephemeral?.text).toMatch(/already watched here/);
    },
  );

  test.concurrent(
    'in two channels is two messages, and the Console is asked once a tick',
    async (context) => {
      const world = await openWorld(context);
      await world.start();
      world.console.startImageScan(ALPINE, SCAN);
      const channels = [channel, CHANNELS.security.id];
      for (const where of channels) await watch(world, alice, { where });
      const begun = world.console.requests.length;
      for (const where of channels) {
        const { replies } = await whenOver(world, where);
        expect(replies.map(({ text }) => text)).toEqual([
          `alpine:3.16 · completed · tags 1/1 · images 12/12 · 0 critical · 0 high · <@${alice}>`,
        ]);
        expect(await readConversation(world.slack, where).posts()).toHaveLength(1);
      }
      const asked = world.console.requests.slice(begun).filter(({ route }) => route === '/registry/progress');
      const seconds = (asked.at(-1)!.at - asked[0]!.at) / 1_000;
      expect(asked.length).toBeGreaterThan(3);
      // Two readings are made for the people who asked; one per watch and tick would be twice as many as the rest.
      expect(asked.length).toBeLessThanOrEqual(seconds + 4);
    },
  );

  test.concurrent(
    'that begins before the scan waits for it, and is told its end all the same',
    async (context) => {
      const world = await openWorld(context);
      await world.start();
      await watch(world, alice);
      const conversation = readConversation(world.slack, channel);
      const [waiting] = await world.until('the live message', async () => {
        const posts = await conversation.posts();
        return posts.length > 0 && posts;
      });
      expect(parseProgress(waiting!.text)).toMatchObject({ target: 'alpine:3.16', state: 'waiting' });
      world.console.startImageScan(ALPINE, SCAN);
      const { live, replies } = await whenOver(world);
      expect(live.ts).toBe(waiting!.ts);
      expect(replies).toHaveLength(1);
    },
  );

  test.concurrent('of a scan that fails says so, with the words of the Console', async (context) => {
    const world = await openWorld(context);
    await world.start();
    const error = 'No available Defender was found';
    world.console.startImageScan(ALPINE, { ...SCAN, ending: { kind: 'fails', at: 0.5, error } });
    await watch(world, alice);
    const { live, replies } = await whenOver(world);
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
