import { expect, test, vi } from 'vitest';

import type { FakeSlack } from '../../support/fake-slack/fake-slack.ts';
import { parseProgress } from '../../support/program/program-conversation.ts';
import { whenPrinted } from '../../support/program/program.ts';
import {
  openFakeWorld,
  type ProgramWorld,
  whileNothingShouldHappen,
} from '../../support/program/program-world.ts';
import { ALPINE } from '../../support/surroundings.ts';

// Deliveries of a killed process are searched when its lease expires.
vi.setConfig({ testTimeout: 400_000 });

const SCAN = { repositories: 1, images: 12, durationMs: 1_000_000 };
const channel = 'C0GENERAL';
const user = 'U0ALICE';

type World = ProgramWorld<FakeSlack>;

const watch = ({ slack }: World) => slack.command({ channel, user, text: 'watch alpine:3.16' }).ack;

const posts = ({ slack }: World) => slack.messages(channel).filter(({ thread }) => thread === '');
const replies = ({ slack }: World) => slack.messages(channel).filter(({ thread }) => thread !== '');
const stateOf = ({ text }: { text: string }) => parseProgress(text).state;

/** Slack accepts the next post immediately and responds only after the program has died. */
const lateAnswer = { kind: 'late', afterMs: 60_000, stored: 'first' } as const;

test.concurrent(
  'a live message that Slack took while the program died is found and goes on',
  async (context) => {
    const world = await openFakeWorld(context);
    const first = await world.start();
    world.console.startImageScan(ALPINE, SCAN);
    world.slack.failNext('chat.postMessage', lateAnswer);
    await watch(world);
    await world.until('the live message', () => posts(world).length > 0);
    await first.kill();
    const second = await world.start();
    await whenPrinted(second, /ambiguous post found/);
    world.forward(SCAN.durationMs);
    await world.until(
      'the end',
      () => replies(world).length > 0 && stateOf(posts(world)[0]!) === 'completed',
    );
    await whileNothingShouldHappen();
    expect(posts(world)).toHaveLength(1);
    expect(replies(world).map(stateOf)).toEqual(['completed']);
  },
);

test.concurrent(
  'a completion that Slack took while the program died is not posted again',
  async (context) => {
    const world = await openFakeWorld(context);
    const first = await world.start();
    world.console.startImageScan(ALPINE, SCAN);
    await watch(world);
    await world.until('the live message', () => posts(world).length > 0);
    world.slack.failNext('chat.postMessage', lateAnswer);
    world.forward(SCAN.durationMs);
    await world.until('the completion', () => replies(world).length > 0);
    await first.kill();
    const second = await world.start();
    await whenPrinted(second, /ambiguous post found/);
    await world.until('the final state', () => stateOf(posts(world)[0]!) === 'completed');
    await whileNothingShouldHappen();
    expect(posts(world)).toHaveLength(1);
    expect(replies(world).map(stateOf)).toEqual(['completed']);
  },
);

test.concurrent(
  'a completion that never reached Slack before the program died is posted',
  async (context) => {
    const world = await openFakeWorld(context);
    const first = await world.start();
    world.console.startImageScan(ALPINE, SCAN);
    await watch(world);
    await world.until('the live message', () => posts(world).length > 0);
    const heal = world.slack.failWhile('chat.postMessage', {
      kind: 'late',
      afterMs: 600_000,
      stored: 'last',
    });
    world.forward(SCAN.durationMs);
    const calls = () => world.slack.calls('chat.postMessage').length;
    const before = calls();
    await world.until('an attempt', () => calls() > before);
    await first.kill();
    heal();
    await world.start();
    await world.until('the completion', () => replies(world).length > 0);
    await world.until('the final state', () => stateOf(posts(world)[0]!) === 'completed');
    await whileNothingShouldHappen();
    expect(replies(world).map(stateOf)).toEqual(['completed']);
  },
);
