import { describe, expect, test, vi } from 'vitest';

import type { SlackMessage } from '../../../src/demo/local-slack.ts';
import { CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import {
  drawn,
  editsOf,
  parseProgress,
  readConversation,
} from '../../support/program/program-conversation.ts';
import { hasNoLocalSlack, openWorld, whileNothingShouldHappen } from '../../support/program/program-world.ts';
import type { World } from '../../support/program/program-world.ts';
import { ALPINE } from '../../support/surroundings.ts';

vi.setConfig({ testTimeout: 240_000 });

const SCAN = { repositories: 1, images: 400, durationMs: 60_000 };
const channel = CHANNELS.security.id;
const alice: string = PEOPLE.commander.id;
const ben: string = PEOPLE.security.id;

const type = (world: World, text: string, user = alice) =>
  world.slack.command({ channel, user, command: '/scanprogress', text });
const first = (world: World, what: string, look: () => Promise<readonly SlackMessage[]>) =>
  world.until(what, async () => (await look())[0]);
const press = async (world: World, on: SlackMessage, label: string, user = alice) =>
  expect(await world.slack.click({ channel, ts: on.ts, user, label }), label).toBe(true);

describe.skipIf(hasNoLocalSlack)('the button', () => {
  test.concurrent(
    'Refresh draws the answer anew, with later counts and in the same place',
    async (context) => {
      const world = await openWorld(context);
      await world.start();
      const { ephemerals } = readConversation(world.slack, channel);
      world.console.startImageScan(ALPINE, SCAN);
      await type(world, 'alpine:3.16');
      const answer = await first(world, 'the answer', () => ephemerals(alice));
      world.forward(20_000);
      const counted = await world.until('later counts', async () => {
        await press(world, answer, 'Refresh');
        const [now] = await ephemerals(alice);
        return now !== undefined && parseProgress(now.text).images.scanned > 0 && now;
      });
      expect(counted.ts).toBe(answer.ts);
      expect(await ephemerals(alice)).toHaveLength(1);
      expect(await readConversation(world.slack, channel).posts()).toEqual([]);
    },
  );

  test.concurrent('Share here shows the answer to all, with the name of who shared it', async (context) => {
    const world = await openWorld(context);
    await world.start();
    const { ephemerals, posts } = readConversation(world.slack, channel);
    world.console.startImageScan(ALPINE, SCAN);
    await type(world, 'alpine:3.16');
    await press(world, await first(world, 'the answer', () => ephemerals(alice)), 'Share here');
    const shared = await first(world, 'the shared answer', posts);
    expect(parseProgress(shared.text).target).toBe('alpine:3.16');
    expect(drawn(shared)).toContain(`Shared by <@${alice}>`);
    await whileNothingShouldHappen();
    expect(await posts()).toEqual([shared]);
  });

  test.concurrent(
    'Watch here begins a watch for whoever presses it, and pressed twice it stays one',
    async (context) => {
      const world = await openWorld(context);
      await world.start();
      const { ephemerals, posts, replies } = readConversation(world.slack, channel);
      world.console.startImageScan(ALPINE, SCAN);
      await type(world, 'alpine:3.16');
      const answer = await first(world, 'the answer', () => ephemerals(alice));
      await press(world, answer, 'Watch here');
      await press(world, answer, 'Watch here');
      const live = await first(world, 'the live message', posts);
      world.forward(SCAN.durationMs);
      const completion = await first(world, 'the completion', () => replies(live.ts));
      expect(completion.text).toMatch(new RegExp(`^alpine:3.16 · completed .* · <@${alice}>$`));
      await whileNothingShouldHappen();
      expect(await posts()).toHaveLength(1);
      expect(await replies(live.ts)).toEqual([completion]);
    },
  );

  test.concurrent(
    'Stop watching is the last that is heard of it, until somebody watches again',
    async (context) => {
      const world = await openWorld(context);
      await world.start();
      const { posts, replies } = readConversation(world.slack, channel);
      world.console.startImageScan(ALPINE, SCAN);
      await type(world, 'watch alpine:3.16');
      const live = await first(world, 'the live message', posts);
      // Anybody may: the channel belongs to all.
      await press(world, live, 'Stop watching', ben);
      const final = await world.until('the final state', async () => {
        const [now] = await posts();
        return now !== undefined && drawn(now).includes('No longer watched') && now;
      });
      expect(drawn(final)).toContain(`stopped by <@${ben}>`);
      const edits = await editsOf(world.slack, live.ts);
      world.forward(SCAN.durationMs);
      await whileNothingShouldHappen();
      expect(await editsOf(world.slack, live.ts)).toEqual(edits);
      // Alice asked for it: one line says who ended it, and nothing follows.
      expect((await replies(live.ts)).map(({ text }) => text)).toEqual([
        expect.stringContaining(`is no longer watched: stopped by <@${ben}>`),
      ]);

      world.console.startImageScan(ALPINE, SCAN);
      await press(world, final, 'Watch here again', ben);
      const [, again] = await world.until('a second live message', async () => {
        const now = await posts();
        return now.length > 1 && now;
      });
      expect(again!.ts).not.toBe(live.ts);
      world.forward(SCAN.durationMs);
      const completion = await first(world, 'the completion', () => replies(again!.ts));
      expect(completion.text).toMatch(new RegExp(`^alpine:3.16 · completed .* · <@${ben}>$`));
      expect(await replies(live.ts)).toHaveLength(1);
    },
  );

  test.concurrent('Stop watching in a list does the same, and the list is drawn anew', async (context) => {
    const world = await openWorld(context);
    await world.start();
    const { ephemerals, posts } = readConversation(world.slack, channel);
    world.console.startImageScan(ALPINE, SCAN);
    await type(world, 'watch alpine:3.16');
    await first(world, 'the live message', posts);
    await type(world, 'list', ben);
    const list = await first(world, 'the list', () => ephemerals(ben));
    await press(world, list, 'Stop watching', ben);
    const emptied = await world.until('the list drawn anew', async () => {
      const [now] = await ephemerals(ben);
      return now !== undefined && now.text !== list.text && now;
    });
    expect(emptied.ts).toBe(list.ts);
    expect(emptied.text).toMatch(/^Nothing is watched here/);
    await world.until('the final state', async () =>
      drawn((await posts())[0]!).includes('No longer watched'),
    );
  });
});
