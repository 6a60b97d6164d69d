import { beforeEach, expect, it } from 'vitest';
import { EDIT_PACE } from '../../../src/store/limits/pace.ts';
import { ended, HOUR, scanning, SECOND } from '../../support/observations.ts';
import { recordingLog } from '../../support/store.ts';
import { createWorld, watchLive, type World } from '../world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

const count = (kind: string): number => world.slack.calls.filter((call) => call.kind === kind).length;

async function deliverAll(): Promise<void> {
  while ((await world.deliver()) > 0);
}

it('uses up what the pace of edits permits, to the last, and makes no more', async () => {
  await watchLive(world);
  for (let second = 1; second <= 55; second += 1) {
    await world.read(scanning(second, 100));
    await world.deliver();
    world.pass(SECOND);
  }
  const { atOnce, stepMs } = EDIT_PACE;
  expect(count('update')).toBe(atOnce + Math.floor((54 * SECOND) / stepMs));
});

it('counts final states among the edits, also where the clock is set back meanwhile', async () => {
  for (let channel = 0; channel < 5; channel += 1) await world.watch({ channel: `C${channel}` });
  await deliverAll();
  await world.read(ended(12, 12));
  await deliverAll();
  expect(count('final')).toBe(EDIT_PACE.atOnce);
  world.pass(-HOUR);
  await deliverAll();
  expect(count('final')).toBe(EDIT_PACE.atOnce);
  world.pass(61 * SECOND);
  await deliverAll();
  expect(count('final')).toBe(2 * EDIT_PACE.atOnce);
});

it('looks at once for what a killed process was posting when the clock was set back since', async () => {
  await world.watch();
  world.slack.answer = () => 'never';
  await world.begin();
  world.restart();
  world.pass(-HOUR);
  world.slack.answer = () => null;
  await world.deliver();
  expect(world.slack.lookups).toHaveLength(1);
});

it('logs each message that was delivered, updates for debugging alone', async () => {
  const { log, lines } = recordingLog();
  world = await createWorld({ log });
  await watchLive(world);
  await world.read(scanning(3, 12));
  await world.deliver();
  expect(lines).toEqual(['info delivered', 'debug delivered']);
});
