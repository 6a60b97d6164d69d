import { describe, expect, it } from 'vitest';
import { ended, HOUR, MINUTE, scanning, SECOND } from '../../support/observations.ts';
import { EDIT_SPACING } from '../../../src/store/limits/spacing.ts';
import { imageNamed } from '../../support/store.ts';
import { rateLimited, UNKNOWN, UNSENT } from './fake-channel.ts';
import { advance, callsOf, readMany, stop, useWorld, watchLive, watchMany, world } from '../world.ts';
import { sql } from '../../../src/store/sql.ts';
import { isWithheld } from '../../../src/store/outbox/withhold.ts';

useWorld();

describe('a watch', () => {
  it('is posted, edited, finished and completed', async () => {
    const id = await watchLive();
    await advance(scanning(7, 12));
    await advance(ended(12, 12));
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'completion 12', 'final 12']);
    const [live, completion] = world.slack.messages;
    const [attempt] = await world.database.query(
      sql`select attempted_at - attempted_at_slack as ahead from deliveries where kind = 'live'`,
    );
    expect(attempt).toEqual({ ahead: 0 });
    expect(live?.shown.map(({ scanned, end }) => [scanned, end])).toEqual([
      [0, null],
      [7, null],
      [12, 'scan-ended'],
    ]);
    expect(completion).toMatchObject({ kind: 'completion', messageId: id });
    expect(world.slack.calls.find(({ kind }) => kind === 'completion')?.messageTs).toBe(live?.ts);
    expect(await world.open()).toEqual([]);
  });

  it('tells of every settled attempt', async () => {
    await watchLive();
    world.slack.answer = ({ kind }) => (kind === 'final' ? UNSENT : null);
    await advance(ended(12, 12));
    expect(world.settled).toEqual(['live done', 'completion done', 'final later']);
  });

  it('that is stopped is silent but for its final state', async () => {
    const id = await watchLive({ reading: scanning(7, 12) });
    await stop(id, 7);
    await advance(ended(12, 12), MINUTE);
    expect(callsOf(id)).toEqual(['live 0', 'final 7']);
    // Its final state would say that a post was kept back.
    expect(await isWithheld(world.database, id)).toBe(false);
  });

  it('that is stopped before its live message went out says nothing at all', async () => {
    const id = await world.watch({ liveDelayMs: SECOND });
    await stop(id);
    await world.deliverFor(MINUTE);
    expect(world.slack.calls).toEqual([]);
  });

  it('that is stopped while Slack takes no live message says nothing later', async () => {
    const id = await world.watch();
    world.slack.answer = () => rateLimited(SECOND);
    const { answering } = await world.begin();
    await stop(id);
    await answering;
    world.slack.answer = () => null;
    await world.deliverFor(MINUTE);
    expect(world.slack.messages).toEqual([]);
    expect(await world.open()).toEqual([]);
  });
});

describe('ends', () => {
  it('go before updates, and updates take turns', async () => {
    const ids = await watchMany(10);
    const [first, ...others] = ids;
    await readMany(scanning(1, 12), 10);
    await world.read(ended(12, 12), imageNamed('image-0'));
    world.slack.calls.length = 0;
    await world.deliver();
    expect(world.slack.calls.slice(0, 2).map(({ kind, messageId }) => [kind, messageId])).toEqual([
      ['completion', first],
      ['final', first],
    ]);
    await world.deliverFor(12 * SECOND);
    const updated = world.slack.callsAs('update').map(({ messageId }) => messageId);
    expect(updated.sort()).toEqual(others.sort());
  });

  it('wait for one step of the edits at most, however many updates there are', async () => {
    const ids = await watchMany(60);
    world.slack.calls.length = 0;
    await readMany(scanning(1, 12), 60);
    await world.deliverFor(20 * SECOND, 100);
    const { stepMs } = EDIT_SPACING;
    const kinds = world.slack.calls.map(({ kind }) => kind);
    expect(kinds).toEqual(Array<string>(2 + Math.floor((20 * SECOND - 100) / stepMs)).fill('update'));
    const at = world.now();
    for (const index of [57, 55, 56]) {
      await world.read(ended(12, 12), imageNamed(`image-${index}`));
      world.pass(1);
    }
    await world.deliverFor(5 * SECOND, 100);
    const finals = world.slack.callsAs('final');
    expect(finals.map(({ messageId }) => messageId)).toEqual([ids[57], ids[55], ids[56]]);
    for (const [index, final] of finals.entries())
      expect(final.at - at).toBeLessThanOrEqual((index + 1) * stepMs + 100);
  });

  it('take at most 50 edits a minute, whatever there is to edit', async () => {
    await watchMany(120);
    world.slack.calls.length = 0;
    for (let minute = 0; minute < 4; minute += 1) {
      await readMany(scanning(minute + 1, 12), 60);
      await readMany(ended(12, 12), 15, 60 + 15 * minute);
      await world.deliverFor(MINUTE);
    }
    const edits = world.slack.callsAs('update', 'final');
    for (const { at } of edits) {
      const inMinute = edits.filter((other) => other.at >= at && other.at < at + MINUTE);
      expect(inMinute.length).toBeLessThanOrEqual(50);
    }
    expect(edits.filter(({ kind }) => kind === 'final')).toHaveLength(60);
  });

  it('that come all at once are told once each, with nothing after the final state', async () => {
    const count = 200;
    const channelOf = (index: number) => `C${index % 5}`;
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      ids.push(await world.watch({ channel: channelOf(index), thread: `17.${index}` }));
    }
    await world.deliverFor(MINUTE, SECOND);
    await advance(scanning(3, 12));
    await world.read(ended(12, 12));
    world.slack.answer = ({ attempts, id }) => {
      // Every third call goes wrong once, in one way or another.
      if (attempts > 1 || id.charCodeAt(0) % 3 !== 0) return null;
      return [UNSENT, { kept: UNKNOWN }, UNKNOWN, rateLimited(2 * SECOND)][id.charCodeAt(1) % 4]!;
    };
    await world.deliverFor(10 * MINUTE, SECOND);
    expect(await world.open()).toEqual([]);
    const posts = world.slack
      .callsAs('completion')
      .map(({ messageId, at }) => `${channelOf(ids.indexOf(messageId))} at ${at}`);
    expect(posts).toEqual([...new Set(posts)]);
    for (const id of ids) {
      const messages = world.slack.messages.filter(({ messageId }) => messageId === id);
      expect(messages.map(({ kind }) => kind).sort()).toEqual(['completion', 'live']);
      const shown = messages.find(({ kind }) => kind === 'live')!.shown.map(({ kind }) => kind);
      expect(new Set(shown.slice(shown.indexOf('final')))).toEqual(new Set(['final']));
    }
  });
});

describe('a limit of Slack', () => {
  it.each([
    ['update', 'chat.update', scanning(7, 12)],
    ['completion', 'chat.postMessage', ended(12, 12)],
  ] as const)('on an %s rests all of %s until Retry-After is over', async (kind, _, reading) => {
    await watchMany(3);
    await world.read(reading, imageNamed('image-0'));
    world.slack.answer = (delivery) => (delivery.kind === kind ? rateLimited(30 * SECOND) : null);
    await world.deliver();
    const until = world.now() + 30 * SECOND;
    world.slack.answer = () => null;
    world.slack.calls.length = 0;
    await readMany(reading, 2, 1);
    await world.deliverFor(2 * MINUTE, 250);
    const called = world.slack.callsAs(kind);
    expect(called).toHaveLength(3);
    expect(called.filter(({ at }) => at < until)).toEqual([]);
    expect(called.filter(({ at }) => at < until + 2 * SECOND)).toHaveLength(3);
  });

  it('on edits holds up no post, and one on posts no edit', async () => {
    const [first, second] = await watchMany(2);
    world.slack.answer = ({ kind }) => (kind === 'update' ? rateLimited(HOUR) : null);
    await world.read(scanning(7, 12), imageNamed('image-0'));
    await world.deliver();
    await world.read(ended(12, 12), imageNamed('image-0'));
    await world.deliver();
    expect(callsOf(first!)).toEqual(['live 0', 'update 7', 'completion 12']);
    world.pass(HOUR);
    world.slack.answer = ({ kind }) => (kind === 'completion' ? rateLimited(HOUR) : null);
    await world.read(ended(12, 12), imageNamed('image-1'));
    await world.deliver();
    expect(callsOf(second!)).toEqual(['live 0', 'completion 12', 'final 12']);
  });

  it('rests the method though what it said could not be written down', async () => {
    await watchMany(2);
    await world.read(scanning(7, 12), imageNamed('image-0'));
    world.slack.answer = () => {
      world.database.failOn('update deliveries set lease_until = lease_until');
      return rateLimited(30 * SECOND);
    };
    await world.deliver();
    world.database.failOn(null);
    const until = world.now() + 30 * SECOND;
    world.slack.answer = () => null;
    await world.read(scanning(7, 12), imageNamed('image-1'));
    world.slack.calls.length = 0;
    await world.deliverFor(MINUTE);
    // One edit is repeated, because its first attempt is ambiguous.
    expect(world.slack.calls).toHaveLength(3);
    expect(world.slack.calls.filter(({ at }) => at < until)).toEqual([]);
  });

  it('costs freshness and no end', async () => {
    const id = await watchLive();
    world.slack.answer = () => rateLimited(10 * SECOND);
    for (let scanned = 1; scanned < 12; scanned += 1) await advance(scanning(scanned, 12), 5 * SECOND);
    await advance(ended(12, 12), MINUTE);
    world.slack.answer = () => null;
    world.slack.calls.length = 0;
    await world.deliverFor(MINUTE);
    expect(callsOf(id).sort()).toEqual(['completion 12', 'final 12']);
  });
});
