import { describe, expect, it } from 'vitest';
import { ended, MINUTE, scanning, SECOND } from '../../support/observations.ts';
import { imageNamed, outboxLines, rowOf } from '../../support/store.ts';
import { type Answer, MESSAGE_GONE, rateLimited, refused, UNKNOWN, UNSENT } from './fake-channel.ts';
import { advance, callsOf, hold, useWorld, watchLive, world } from '../world.ts';

useWorld();

describe('one message', () => {
  it('is edited again with the newest snapshot where one came while it was being edited', async () => {
    const id = await watchLive({ reading: scanning(3, 12) });
    const respond = await hold('update');
    await world.read(scanning(5, 12));
    await advance(scanning(7, 12));
    expect(callsOf(id)).toEqual(['live 0', 'update 3']);
    await respond(null);
    await world.deliver();
    await world.deliver();
    expect(callsOf(id)).toEqual(['live 0', 'update 3', 'update 7']);
    expect(await world.open()).toEqual([]);
  });

  it.each<[string, Answer | null]>([
    ['is accepted', null],
    ['never reached Slack', UNSENT],
    ['is refused for its blocks', refused('malformed')],
    ['is rate limited', rateLimited(5 * SECOND)],
    ['is refused for good', refused('other')],
  ])('gets its final state after an edit that %s, and nothing after it', async (_, answer) => {
    const id = await watchLive({ reading: scanning(7, 12) });
    const respond = await hold('update');
    await advance(ended(12, 12));
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'completion 12']);
    await respond(answer);
    await world.deliverFor(5 * MINUTE, SECOND);
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'completion 12', 'final 12']);
    expect(await world.open()).toEqual([]);
  });

  it('shows its final state in the end though an edit before it lands late', async () => {
    const id = await watchLive();
    world.slack.answer = ({ kind }) => (kind === 'update' ? UNKNOWN : null);
    await advance(scanning(7, 12));
    await advance(ended(12, 12));
    const [live] = world.slack.messages;
    live!.shown.push({ kind: 'update', scan: 1, scanned: 7, end: null });
    await world.deliverFor(MINUTE);
    expect(live!.shown.at(-1)).toMatchObject({ kind: 'final', end: 'scan-ended' });
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'completion 12', 'final 12', 'final 12']);
    expect(world.slack.calls.at(-1)!.at - world.slack.calls.at(-2)!.at).toBe(30 * SECOND);
    expect(await world.open()).toEqual([]);
  });

  it('never goes back to less than it showed', async () => {
    const id = await world.watch();
    world.slack.answer = ({ kind }) => (kind === 'live' ? UNSENT : null);
    const { answering } = await world.begin();
    await world.read(scanning(3, 12));
    await answering;
    world.slack.answer = () => null;
    await advance(scanning(7, 12), 10 * SECOND);
    expect(callsOf(id)).toEqual(['live 0', 'live 7']);
  });

  it('that somebody deleted is edited no more, and its completion is still posted', async () => {
    const id = await watchLive({ reading: scanning(3, 12) });
    world.slack.remove(world.slack.messages[0]!.ts);
    await world.deliver();
    await advance(scanning(7, 12));
    await advance(ended(12, 12), MINUTE);
    expect(callsOf(id)).toEqual(['live 0', 'update 3', 'completion 12']);
    expect(world.slack.calls.at(-1)).toMatchObject({ messageTs: null });
    expect(await world.open()).toEqual([]);
  });

  it('that is found to be gone by its completion has that posted to the channel', async () => {
    const id = await watchLive();
    world.slack.answer = ({ messageTs }) => (messageTs === null ? null : MESSAGE_GONE);
    await advance(ended(12, 12), MINUTE);
    expect(world.slack.callsAs('completion').map(({ messageTs }) => messageTs !== null)).toEqual([
      true,
      false,
    ]);
    expect(world.slack.messages.map(({ kind, messageId }) => [kind, messageId])).toEqual([
      ['live', id],
      ['completion', id],
    ]);
    expect(await world.open()).toEqual([]);
  });

  it('that is gone with its whole thread does not have its completion tried for ever', async () => {
    const id = await watchLive({ thread: '17.1' });
    world.slack.answer = () => MESSAGE_GONE;
    await advance(ended(12, 12), MINUTE);
    // Once in the thread, and once in the channel, which takes it no more than the thread did.
    expect(callsOf(id)).toEqual(['live 0', 'completion 12', 'final 12', 'completion 12']);
    expect(await world.open()).toEqual([]);
  });

  it('whose thread takes no replies has its end told in the channel', async () => {
    const id = await watchLive({ reading: ended(12, 12), thread: '17.1' });
    const threads: string[] = [];
    world.slack.answer = ({ kind, thread }) => {
      if (kind !== 'completion') return null;
      threads.push(thread);
      return thread === '' ? null : MESSAGE_GONE;
    };
    await world.deliverFor(MINUTE);
    expect(threads).toEqual(['17.1', '']);
    expect(await outboxLines(world.database, id)).toContain('completion sent 12');
  });

  it('that is found to be gone at its end leaves the completion', async () => {
    const id = await watchLive();
    world.slack.answer = ({ kind }) => (kind === 'final' ? MESSAGE_GONE : null);
    await advance(ended(12, 12), MINUTE);
    expect(callsOf(id)).toEqual(['live 0', 'completion 12', 'final 12']);
    expect(await outboxLines(world.database, id)).toEqual([
      'completion sent 12',
      'final given-up 12',
      'live sent 0',
    ]);
  });
});

describe('a refusal', () => {
  it('of the token keeps everything queued, and all of it goes out when it works again', async () => {
    const id = await watchLive();
    world.slack.answer = () => refused('unauthorized');
    await advance(scanning(7, 12));
    await world.read(ended(12, 12));
    const later = await world.watch({ target: imageNamed('later'), channel: 'C2' });
    world.slack.calls.length = 0;
    await world.deliverFor(10 * MINUTE, SECOND);
    expect(world.slack.calls.length).toBeGreaterThan(5);
    expect(world.slack.calls.length).toBeLessThan(50);
    expect((await world.open()).sort()).toEqual(['completion pending', 'final pending', 'live pending']);
    world.slack.answer = () => null;
    world.slack.calls.length = 0;
    await world.deliverFor(2 * MINUTE);
    expect(callsOf(id).sort()).toEqual(['completion 12', 'final 12']);
    expect(callsOf(later)).toEqual(['live 0']);
    expect(await world.open()).toEqual([]);
  });

  it('of the token keeps updates back, too', async () => {
    await watchLive();
    world.slack.answer = () => refused('unauthorized');
    for (const scanned of [1, 2]) await advance(scanning(scanned, 12));
    expect(world.slack.calls.map(({ kind }) => kind)).toEqual(['live', 'update']);
  });

  it.each(['live', 'update', 'completion'] as const)(
    'of the place, told by a %s, ends what is sent there',
    async (kind) => {
      const id = await world.watch();
      const other = await world.watch({ channel: 'C2' });
      world.slack.answer = (delivery) =>
        delivery.messageId === id && delivery.kind === kind ? refused('place-gone') : null;
      await world.deliver();
      if (kind === 'update') await advance(scanning(7, 12));
      await advance(ended(12, 12), MINUTE);
      const calls = callsOf(id);
      expect(calls.filter((call) => call.startsWith(kind))).toHaveLength(1);
      if (kind !== 'completion') expect(calls.at(-1)).toMatch(kind);
      expect(await world.open()).toEqual([]);
      const rows = await outboxLines(world.database, id);
      expect(rows.some((row) => row.includes('given-up'))).toBe(true);
      expect(rows.some((row) => row.startsWith('completion sent'))).toBe(false);
      expect(callsOf(other)).toContain('completion 12');
      expect((await rowOf(world.database, 'watches', id))['state']).toBe(
        kind === 'completion' ? 'scan-ended' : 'undeliverable',
      );
    },
  );

  it.each(['live', 'update', 'final', 'completion'] as const)(
    'of the blocks of a %s sends its text alone once, and then gives it up',
    async (kind) => {
      const id = await world.watch();
      world.slack.answer = (delivery) => (delivery.kind === kind ? refused('malformed') : null);
      await world.deliver();
      await advance(scanning(7, 12));
      await world.deliver();
      if (kind !== 'update') await world.read(ended(12, 12));
      await world.deliverFor(MINUTE);
      const mine = world.slack.callsAs(kind).filter(({ messageId }) => messageId === id);
      expect(mine.map(({ isPlain }) => isPlain)).toEqual([false, true]);
      expect(await world.open()).toEqual([]);
      const rows = await outboxLines(world.database, id);
      expect(rows.some((row) => row.startsWith(`${kind} given-up`))).toBe(true);
    },
  );

  it('of one update leaves those that follow', async () => {
    const id = await watchLive();
    world.slack.answer = ({ content }) =>
      content.snapshot.images.scanned === 7 ? refused('malformed') : null;
    await advance(scanning(7, 12), 5 * SECOND);
    await advance(scanning(8, 12));
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'update 7 plain', 'update 8']);
  });
});
