/** What must be quick: a lost response, a wrong 429, a token that works again, a takeover. */

import { describe, expect, it } from 'vitest';
import { ended, MINUTE, SECOND } from '../../support/observations.ts';
import { rateLimited, refused, UNKNOWN } from './fake-channel.ts';
import { advance, callsOf, killWhileSending, openWorld, useWorld, watchLive, world } from '../world.ts';

useWorld();

/** Seconds after `start` at which the conversation was looked through. */
const lookedAt = (start: number) => world.slack.lookups.map(({ at }) => (at - start) / SECOND);

describe('a post of unknown outcome', () => {
  it('is looked for after 1, 2, 4, 8 and 15 s, and repeated then', async () => {
    const id = await world.watch();
    const start = world.now();
    world.slack.answer = ({ attempts }) => (attempts === 1 ? UNKNOWN : null);
    await world.deliverFor(MINUTE);
    expect(lookedAt(start)).toEqual([1, 2, 4, 8, 15]);
    expect(callsOf(id)).toEqual(['live 0', 'live 0']);
  });
});

describe('a post that was answered with 429', () => {
  it.each([1, 5, 40])('after %i s is not repeated where Slack stored it all the same', async (seconds) => {
    await watchLive();
    const answer = { kept: rateLimited(seconds * SECOND) };
    world.slack.answer = ({ kind }) => (kind === 'completion' ? answer : null);
    await advance(ended(12, 12), 2 * MINUTE);
    expect(world.slack.callsAs('completion')).toHaveLength(1);
    expect(world.slack.messages).toHaveLength(2);
    expect(await world.open()).toEqual([]);
  });

  it('is repeated after one lookup where the wait was longer than Slack takes to show a message', async () => {
    const id = await world.watch();
    const start = world.now();
    world.slack.answer = ({ attempts }) => (attempts === 1 ? rateLimited(30 * SECOND) : null);
    await world.deliverFor(MINUTE);
    expect(lookedAt(start)).toEqual([30]);
    expect(world.slack.calls.map(({ at }) => (at - start) / SECOND)).toEqual([0, 30]);
    expect(callsOf(id)).toEqual(['live 0', 'live 0']);
  });
});

describe('what a refused token keeps waiting', () => {
  async function refuse(options: Parameters<typeof openWorld>[0] = {}): Promise<string> {
    await openWorld(options);
    const id = await watchLive();
    world.slack.answer = () => refused('unauthorized');
    await advance(ended(12, 12));
    world.slack.calls.length = 0;
    return id;
  }

  it('goes out at once after a restart with a good one', async () => {
    const id = await refuse();
    world.slack.answer = () => null;
    world.restart();
    await world.deliverFor(2 * SECOND);
    expect(callsOf(id).sort()).toEqual(['completion 12', 'final 12']);
  });

  it('goes out within seconds of when it works again, without a try in between', async () => {
    let isGood = false;
    const id = await refuse({ isTokenGood: () => Promise.resolve(isGood) });
    await world.deliverFor(20 * SECOND);
    expect(world.slack.calls).toEqual([]);
    isGood = true;
    world.slack.answer = () => null;
    await world.deliverFor(6 * SECOND);
    expect(callsOf(id).sort()).toEqual(['completion 12', 'final 12']);
  });

  it.each([true, null])('is tried once a minute where Slack says %s of it all the time', async (answer) => {
    await refuse({ isTokenGood: () => Promise.resolve(answer) });
    await world.deliverFor(5 * MINUTE - SECOND);
    expect(world.slack.calls).toHaveLength(4);
  });
});

describe('what a killed process was sending', () => {
  it('is looked for within 15 s', async () => {
    await world.watch();
    const start = world.now();
    await killWhileSending('stored');
    await world.deliverFor(15 * SECOND);
    expect(lookedAt(start)).toEqual([14]);
    expect(await world.open()).toEqual([]);
  });
});
