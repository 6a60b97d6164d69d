import { expect, test as base, type TestContext, vi } from 'vitest';

import type { Fault } from '../../support/fake-slack/fake-slack-faults.ts';
import { postsIn, repliesIn, stateOf } from '../../support/program/program-conversation.ts';
import { whenPrinted } from '../../support/program/program.ts';
import { openFakeWorld, whileNothingShouldHappen } from '../../support/program/program-world.ts';
import { ALPINE } from '../../support/surroundings.ts';

// Deliveries of a killed process are searched when its lease expires.
vi.setConfig({ testTimeout: 400_000 });

const test = base.concurrent;
const SCAN = { repositories: 1, images: 12, durationMs: 1_000_000 };

/** Slack accepts the next post immediately and responds only after the program has died. */
const LATE_ANSWER: Fault = { kind: 'late', afterMs: 60_000, stored: 'first' };

/** A watch whose live message is there. */
async function openWatched(context: TestContext, { answerOfPost }: { answerOfPost?: Fault } = {}) {
  const world = await openFakeWorld(context);
  const { slack, until } = world;
  const first = await world.start();
  world.console.startImageScan(ALPINE, SCAN);
  if (answerOfPost !== undefined) slack.failNext('chat.postMessage', answerOfPost);
  await slack.command({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'watch alpine:3.16' }).ack;
  await until('the live message', () => postsIn(slack).length > 0);
  const expectOneEnd = async (): Promise<void> => {
    await until('the completion', () => repliesIn(slack).length > 0);
    await until('the final state', () => stateOf(postsIn(slack)[0]!) === 'completed');
    await whileNothingShouldHappen();
    expect(postsIn(slack)).toHaveLength(1);
    expect(repliesIn(slack).map(stateOf)).toEqual(['completed']);
  };
  return { ...world, first, expectOneEnd };
}

test('a live message that Slack took while the program died is found and goes on', async (context) => {
  const world = await openWatched(context, { answerOfPost: LATE_ANSWER });
  await world.first.kill();
  await whenPrinted(await world.start(), /ambiguous post found/);
  world.forward(SCAN.durationMs);
  await world.expectOneEnd();
});

test('a completion that Slack took while the program died is not posted again', async (context) => {
  const world = await openWatched(context);
  world.slack.failNext('chat.postMessage', LATE_ANSWER);
  world.forward(SCAN.durationMs);
  await world.until('the completion', () => repliesIn(world.slack).length > 0);
  await world.first.kill();
  await whenPrinted(await world.start(), /ambiguous post found/);
  await world.expectOneEnd();
});

test('a completion that never reached Slack before the program died is posted', async (context) => {
  const world = await openWatched(context);
  const heal = world.slack.failWhile('chat.postMessage', { kind: 'late', afterMs: 600_000, stored: 'last' });
  world.forward(SCAN.durationMs);
  const calls = () => world.slack.calls('chat.postMessage').length;
  const before = calls();
  await world.until('an attempt', () => calls() > before);
  await world.first.kill();
  heal();
  await world.start();
  await world.expectOneEnd();
});
