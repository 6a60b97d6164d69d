import { describe, expect, it } from 'vitest';
import { ended, HOUR, MINUTE, scanning, SECOND } from '../../support/observations.ts';
import { LEASE_MS, rowOf } from '../../support/store.ts';
import { refused, UNKNOWN, UNSENT } from './fake-channel.ts';
import { advance, callsOf, hold, messagesOf, openWorld, useWorld, watchLive, world } from '../world.ts';

useWorld();

const livesOf = (id: string) => messagesOf(id, 'live');

function lastShown(id: string): string[] {
  return livesOf(id).map(({ shown }) => `${shown.at(-1)?.kind} ${shown.at(-1)?.scanned}`);
}

/** Slack takes no edit of this message any more; of any, where none is named. */
function closeEdits(ts?: string): void {
  world.slack.answer = ({ kind, messageTs }) => {
    const isEdit = kind === 'update' || kind === 'final';
    return isEdit && (ts === undefined || ts === messageTs) ? refused('edit-closed') : null;
  };
}

describe('a live message that Slack takes no more edits of', () => {
  it('is followed by a new one, which is edited from then on, and the completion goes below that', async () => {
    const id = await watchLive();
    closeEdits(livesOf(id)[0]!.ts);
    await advance(scanning(7, 12), 5 * SECOND);
    await advance(scanning(9, 12), 5 * SECOND);
    expect(lastShown(id)).toEqual(['live 0', 'update 9']);
    await advance(ended(12, 12), 5 * SECOND);
    expect(lastShown(id)).toEqual(['live 0', 'final 12']);
    expect(world.slack.callsAs('completion')[0]?.messageTs).toBe(livesOf(id)[1]?.ts);
    expect(await world.open()).toEqual([]);
  });

  it('is followed by one new message only; the end is told all the same', async () => {
    const id = await watchLive();
    closeEdits();
    for (const scanned of [7, 8, 9]) await advance(scanning(scanned, 12), 5 * SECOND);
    await advance(ended(12, 12), 5 * SECOND);
    expect(lastShown(id)).toEqual(['live 0', 'live 7']);
    expect(world.slack.messages.filter(({ kind }) => kind === 'completion')).toHaveLength(1);
    expect(await world.open()).toEqual([]);
  });

  it('gets no new one for its final state: the completion says it, below the old one', async () => {
    const id = await watchLive();
    closeEdits(livesOf(id)[0]!.ts);
    await advance(ended(12, 12), 5 * SECOND);
    expect(lastShown(id)).toEqual(['live 0']);
    expect(world.slack.callsAs('completion')[0]?.messageTs).toBe(livesOf(id)[0]?.ts);
    expect(await world.open()).toEqual([]);
  });

  it('gets one new message, however its post goes: it is looked for like the first', async () => {
    const id = await watchLive();
    closeEdits(livesOf(id)[0]!.ts);
    const close = world.slack.answer;
    world.slack.answer = (delivery) =>
      delivery.kind === 'live' && delivery.attempts === 1 ? { kept: UNKNOWN } : close(delivery);
    await advance(scanning(7, 12), 2 * MINUTE);
    expect(livesOf(id)).toHaveLength(2);
    await advance(scanning(9, 12), 5 * SECOND);
    expect(lastShown(id)).toEqual(['live 0', 'update 9']);
  });

  it('shows in the new one what came while it was being edited', async () => {
    const id = await watchLive({ reading: scanning(7, 12) });
    const respond = await hold('update');
    await world.read(scanning(9, 12));
    await respond(refused('edit-closed'));
    await world.deliverFor(5 * SECOND);
    expect(lastShown(id)).toEqual(['live 0', 'live 9']);
  });
});

/** An edit whose response is lost, and which applies when the test says so. */
function loseEdit(): () => void {
  let land = (): void => undefined;
  world.slack.answer = (delivery) => {
    if (delivery.kind !== 'update') return null;
    world.slack.answer = () => null;
    land = () => void world.slack.send(delivery);
    return UNKNOWN;
  };
  return () => land();
}

describe('an edit that lands late', () => {
  it('is undone by the newer one, which is drawn once more', async () => {
    const id = await watchLive();
    const land = loseEdit();
    await advance(scanning(3, 12));
    await advance(scanning(7, 12), 5 * SECOND);
    expect(lastShown(id)).toEqual(['update 7']);
    land();
    await world.deliverFor(SECOND);
    expect(lastShown(id)).toEqual(['update 3']);
    await world.deliverFor(MINUTE);
    expect(lastShown(id)).toEqual(['update 7']);
    expect(await world.open()).toEqual([]);
  });

  it('is undone by the final state, also where another process sent it', async () => {
    const id = await watchLive();
    const land = loseEdit();
    await advance(scanning(3, 12));
    world.restart();
    await advance(ended(12, 12), 5 * SECOND);
    land();
    await world.deliverFor(MINUTE);
    expect(lastShown(id)).toEqual(['final 12']);
    expect(await world.open()).toEqual([]);
  });

  it('costs no further edit where it was surely not sent', async () => {
    const id = await watchLive();
    world.slack.answer = ({ attempts }) => (attempts === 1 ? UNSENT : null);
    await advance(scanning(3, 12), 2 * MINUTE);
    expect(callsOf(id)).toEqual(['live 0', 'update 3', 'update 3']);
  });
});

describe('a clock that is set back', () => {
  it('makes nothing wait for the hour to come again', async () => {
    const id = await watchLive();
    world.slack.answer = ({ attempts }) => (attempts === 1 ? UNSENT : null);
    await advance(ended(12, 12));
    world.pass(-HOUR);
    await world.deliverFor(5 * SECOND);
    expect(callsOf(id).filter((call) => call === 'completion 12')).toHaveLength(2);
    expect(await world.open()).toEqual([]);
  });

  it('between two processes makes nothing wait either', async () => {
    await watchLive();
    world.slack.answer = () => UNSENT;
    await advance(ended(12, 12));
    world.pass(-HOUR);
    world.restart();
    world.slack.answer = () => null;
    expect(await world.deliver()).toBe(2);
    expect(await world.open()).toEqual([]);
  });

  it.each([
    ['in one process', false],
    ['between two processes', true],
  ])('%s keeps no edit waiting for one that may still land', async (_, isRestarted) => {
    await watchLive();
    world.slack.answer = ({ attempts }) => (attempts === 1 ? UNKNOWN : null);
    await advance(ended(12, 12));
    world.pass(-HOUR);
    if (isRestarted) world.restart();
    await world.deliverFor(2 * MINUTE);
    expect(await world.open()).toEqual([]);
  });

  it('while a post is under way leads to one post', async () => {
    const id = await watchLive({ reading: ended(12, 12) });
    const respond = await hold('completion');
    world.pass(-HOUR);
    world.slack.answer = () => null;
    await world.deliverFor(3 * SECOND);
    await respond(null);
    await world.deliverFor(3 * MINUTE);
    expect(messagesOf(id, 'completion')).toHaveLength(1);
    expect(await world.open()).toEqual([]);
  });
});

describe('a machine that slept eight hours', () => {
  it('with a post under way posts it once', async () => {
    const id = await watchLive({ reading: ended(12, 12) });
    const respond = await hold('completion');
    world.pass(8 * HOUR);
    world.slack.answer = () => null;
    // The loop wakes before the response is read: by then the lease has expired.
    await world.deliver();
    await respond({ kept: UNKNOWN });
    await world.deliverFor(3 * MINUTE);
    expect(messagesOf(id, 'completion')).toHaveLength(1);
  });
});

describe('a token that Slack refuses', () => {
  it('makes the program not ready until it works again, and costs nothing', async () => {
    let problem: string | null = null;
    await openWorld({ onTokenChange: (error) => (problem = error) });
    const id = await watchLive();
    world.slack.answer = () => refused('unauthorized');
    await advance(ended(12, 12), 5 * MINUTE, 5 * SECOND);
    expect(problem).toBe('unauthorized');
    const tries = callsOf(id).length;
    expect(tries).toBeLessThan(20);
    world.slack.answer = () => null;
    await world.deliverFor(2 * MINUTE, 5 * SECOND);
    expect(problem).toBeNull();
    expect(callsOf(id).slice(-2).sort()).toEqual(['completion 12', 'final 12']);
    expect(await world.open()).toEqual([]);
  });
});

describe('a place that takes no messages', () => {
  it('ends the watch, unless its lease was lost meanwhile', async () => {
    const id = await watchLive({ reading: scanning(7, 12) });
    const respond = await hold();
    world.pass(LEASE_MS);
    world.restart();
    world.slack.answer = () => null;
    await world.deliver();
    await respond(refused('place-gone'));
    expect((await rowOf(world.database, 'watches', id))['state']).toBe('active');
    expect(world.log.lines).toContain('warn lease expired; superseded');
    world.slack.answer = () => refused('place-gone');
    await advance(scanning(9, 12), MINUTE);
    expect((await rowOf(world.database, 'watches', id))['state']).toBe('undeliverable');
    expect(await world.open()).toEqual([]);
  });
});

it('a completion whose acceptance could not be recorded is not posted again', async () => {
  const id = await watchLive({ reading: ended(12, 12) });
  world.database.failOn(`set state = 'sent'`);
  await world.deliver();
  await world.deliverFor(LEASE_MS);
  world.database.failOn(null);
  await world.deliverFor(3 * MINUTE);
  expect(messagesOf(id, 'completion')).toHaveLength(1);
  expect(await world.open()).toEqual([]);
});
