import { beforeEach, describe, expect, it } from 'vitest';
import { recoverAbandoned } from '../../src/store/delivery-leases.ts';
import { stopWatch } from '../../src/store/watches.ts';
import { ended, HOUR, MINUTE, scanning, SECOND } from '../support/observations.ts';
import { imageNamed, LEASE_MS, outboxLines, recordingLog, recovery, saying } from '../support/store.ts';
import { type Answer, MESSAGE_GONE, rateLimited, refused, UNKNOWN, UNSENT } from './fake-channel.ts';
import { callsOf, createWorld, openOf, watchLive, type World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

/** Watches of one target each, in a channel each, with their live messages there. */
async function watchMany(count: number, prefix = 'image'): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(
      await world.watch({ target: imageNamed(`${prefix}-${index}`), channel: `C-${prefix}-${index}` }),
    );
  }
  await world.deliverFor(SECOND);
  world.pass(2 * MINUTE);
  return ids;
}

describe('a watch', () => {
  it('is posted, edited, finished and completed', async () => {
    const id = await watchLive(world);
    await world.read(scanning(7, 12));
    await world.deliver();
    await world.read(ended(12, 12));
    await world.deliver();
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'completion 12', 'final 12']);
    const [live, completion] = world.slack.messages;
    expect(live?.shown.map(({ scanned, end }) => [scanned, end])).toEqual([
      [0, null],
      [7, null],
      [12, 'scan-ended'],
    ]);
    expect(completion).toMatchObject({ kind: 'completion', watchId: id });
    expect(world.slack.calls.find(({ kind }) => kind === 'completion')?.messageTs).toBe(live?.ts);
    expect(await openOf(world.database)).toEqual([]);
  });

  it('tells of every settled attempt', async () => {
    await watchLive(world);
    await world.read(ended(12, 12));
    world.slack.answer = ({ kind }) => (kind === 'final' ? UNSENT : null);
    await world.deliver();
    expect(world.settled).toEqual(['live done', 'completion done', 'final later']);
  });

  it('that is stopped is silent but for its final state', async () => {
    const id = await watchLive(world);
    await world.read(scanning(7, 12));
    const content = { ...saying(7), end: 'stopped', stoppedBy: 'U1' } as const;
    await stopWatch(world.database, { id, now: world.now(), content });
    await world.read(ended(12, 12));
    await world.deliverFor(MINUTE);
    expect(callsOf(world, id)).toEqual(['live 0', 'final 7']);
  });

  it('that is stopped before its live message went out says nothing at all', async () => {
    const id = await world.watch({ liveDelayMs: SECOND });
    const content = { ...saying(0), end: 'stopped', stoppedBy: 'U1' } as const;
    await stopWatch(world.database, { id, now: world.now(), content });
    await world.deliverFor(MINUTE);
    expect(world.slack.calls).toEqual([]);
  });

  it('that is stopped while Slack takes no live message says nothing later', async () => {
    const id = await world.watch();
    world.slack.answer = () => rateLimited(SECOND);
    const { answering } = await world.begin();
    const content = { ...saying(0), end: 'stopped', stoppedBy: 'U1' } as const;
    await stopWatch(world.database, { id, now: world.now(), content });
    await answering;
    world.slack.answer = () => null;
    await world.deliverFor(MINUTE);
    expect(world.slack.messages).toEqual([]);
    expect(await openOf(world.database)).toEqual([]);
  });
});

describe('ends', () => {
  it('go before updates, and updates take turns', async () => {
    const ids = await watchMany(10);
    const [first, ...others] = ids;
    for (const [index] of ids.entries()) {
      await world.read(scanning(1, 12), imageNamed(`image-${index}`));
    }
    await world.read(ended(12, 12), imageNamed('image-0'));
    world.slack.calls.length = 0;
    await world.deliver();
    expect(world.slack.calls.slice(0, 2).map(({ kind, watchId }) => [kind, watchId])).toEqual([
      ['completion', first],
      ['final', first],
    ]);
    await world.deliver();
    const updated = world.slack.calls.filter(({ kind }) => kind === 'update').map(({ watchId }) => watchId);
    expect(updated.sort()).toEqual(others.sort());
  });

  it('never wait for updates, of which at most 42 are sent a minute', async () => {
    const ids = await watchMany(60);
    world.slack.calls.length = 0;
    const start = world.now();
    for (let index = 0; index < 60; index += 1) {
      await world.read(scanning(1, 12), imageNamed(`image-${index}`));
    }
    await world.deliverFor(20 * SECOND);
    expect(world.slack.calls.map(({ kind }) => kind)).toEqual(Array<string>(42).fill('update'));
    for (const index of [55, 56, 57]) await world.read(ended(12, 12), imageNamed(`image-${index}`));
    const at = world.now();
    await world.deliver();
    const finals = world.slack.calls.filter(({ kind }) => kind === 'final');
    expect(finals.map((call) => call.at)).toEqual([at, at, at]);
    await world.deliverFor(start + MINUTE - SECOND - world.now());
    expect(world.slack.calls.filter(({ kind }) => kind === 'update')).toHaveLength(42);
    await world.deliverFor(MINUTE);
    const updates = world.slack.calls.filter(({ kind }) => kind === 'update');
    const updated = new Set(updates.map(({ watchId }) => watchId));
    expect(updates).toHaveLength(updated.size);
    expect(ids.filter((id, index) => (index < 55 || index > 57) && !updated.has(id))).toEqual([]);
  });

  it('take at most 48 edits a minute, whatever there is to edit', async () => {
    await watchMany(120);
    world.slack.calls.length = 0;
    for (let minute = 0; minute < 4; minute += 1) {
      for (let index = 0; index < 60; index += 1) {
        await world.read(scanning(minute + 1, 12), imageNamed(`image-${index}`));
      }
      for (let index = 60 + 15 * minute; index < 75 + 15 * minute; index += 1) {
        await world.read(ended(12, 12), imageNamed(`image-${index}`));
      }
      await world.deliverFor(MINUTE);
    }
    const edits = world.slack.calls.filter(({ kind }) => kind === 'update' || kind === 'final');
    for (const { at } of edits) {
      const inMinute = edits.filter((other) => other.at >= at && other.at < at + MINUTE);
      expect(inMinute.length).toBeLessThanOrEqual(48);
    }
    expect(edits.filter(({ kind }) => kind === 'final')).toHaveLength(60);
  });

  it('that come all at once are told once each, with nothing after the final state', async () => {
    const count = 200;
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      ids.push(await world.watch({ channel: `C${index % 40}`, thread: `17.${index}` }));
    }
    await world.deliverFor(20 * SECOND, SECOND);
    await world.read(scanning(3, 12));
    await world.deliver();
    await world.read(ended(12, 12));
    world.slack.answer = ({ attempts, id }) => {
      // Every third call goes wrong once, in one way or another.
      if (attempts > 1 || id.charCodeAt(0) % 3 !== 0) return null;
      return [UNSENT, { kept: UNKNOWN }, UNKNOWN, rateLimited(2 * SECOND)][id.charCodeAt(1) % 4]!;
    };
    await world.deliverFor(10 * MINUTE, SECOND);
    expect(await openOf(world.database)).toEqual([]);
    for (const id of ids) {
      const messages = world.slack.messages.filter(({ watchId }) => watchId === id);
      expect(messages.map(({ kind }) => kind).sort()).toEqual(['completion', 'live']);
      const shown = messages.find(({ kind }) => kind === 'live')!.shown.map(({ kind }) => kind);
      expect(new Set(shown.slice(shown.indexOf('final')))).toEqual(new Set(['final']));
    }
  });
});

describe('one message', () => {
  it('is edited again with the newest snapshot where one came while it was being edited', async () => {
    const id = await watchLive(world);
    await world.read(scanning(3, 12));
    const { promise, resolve } = Promise.withResolvers<null>();
    world.slack.answer = ({ kind }) => (kind === 'update' ? promise : null);
    const { answering } = await world.begin();
    await world.read(scanning(5, 12));
    await world.read(scanning(7, 12));
    await world.deliver();
    expect(callsOf(world, id)).toEqual(['live 0', 'update 3']);
    resolve(null);
    await answering;
    await world.deliver();
    await world.deliver();
    expect(callsOf(world, id)).toEqual(['live 0', 'update 3', 'update 7']);
    expect(await openOf(world.database)).toEqual([]);
  });

  it.each<[string, Answer | null]>([
    ['is accepted', null],
    ['never reached Slack', UNSENT],
    ['is refused for its blocks', refused('malformed')],
    ['is rate limited', rateLimited(5 * SECOND)],
    ['is refused for good', refused('other')],
  ])('gets its final state after an edit that %s, and nothing after it', async (_, answer) => {
    const id = await watchLive(world);
    await world.read(scanning(7, 12));
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    world.slack.answer = ({ kind }) => (kind === 'update' ? promise : null);
    const { answering } = await world.begin();
    await world.read(ended(12, 12));
    await world.deliver();
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'completion 12']);
    resolve(answer);
    await answering;
    await world.deliverFor(5 * MINUTE, SECOND);
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'completion 12', 'final 12']);
    expect(await openOf(world.database)).toEqual([]);
  });

  it('shows its final state in the end though an edit before it lands late', async () => {
    const id = await watchLive(world);
    await world.read(scanning(7, 12));
    world.slack.answer = ({ kind }) => (kind === 'update' ? UNKNOWN : null);
    await world.deliver();
    await world.read(ended(12, 12));
    await world.deliver();
    const [live] = world.slack.messages;
    live!.shown.push({ kind: 'update', scan: 1, scanned: 7, end: null });
    await world.deliverFor(MINUTE);
    expect(live!.shown.at(-1)).toMatchObject({ kind: 'final', end: 'scan-ended' });
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'completion 12', 'final 12', 'final 12']);
    expect(world.slack.calls.at(-1)!.at - world.slack.calls.at(-2)!.at).toBe(30 * SECOND);
    expect(await openOf(world.database)).toEqual([]);
  });

  it('never goes back to less than it showed', async () => {
    const id = await world.watch();
    world.slack.answer = ({ kind }) => (kind === 'live' ? UNSENT : null);
    const { answering } = await world.begin();
    await world.read(scanning(3, 12));
    await answering;
    await world.read(scanning(7, 12));
    world.slack.answer = () => null;
    await world.deliverFor(10 * SECOND);
    expect(callsOf(world, id)).toEqual(['live 0', 'live 7']);
  });

  it('that somebody deleted is edited no more, and its completion is still posted', async () => {
    const id = await watchLive(world);
    await world.read(scanning(3, 12));
    world.slack.remove(world.slack.messages[0]!.ts);
    await world.deliver();
    await world.read(scanning(7, 12));
    await world.deliver();
    await world.read(ended(12, 12));
    await world.deliverFor(MINUTE);
    expect(callsOf(world, id)).toEqual(['live 0', 'update 3', 'completion 12']);
    expect(world.slack.calls.at(-1)).toMatchObject({ messageTs: null });
    expect(await openOf(world.database)).toEqual([]);
  });

  it('that is found to be gone by its completion has that posted to the channel', async () => {
    const id = await watchLive(world);
    await world.read(ended(12, 12));
    world.slack.answer = ({ messageTs }) => (messageTs === null ? null : MESSAGE_GONE);
    await world.deliverFor(MINUTE);
    const posts = world.slack.calls.filter(({ kind }) => kind === 'completion');
    expect(posts.map(({ messageTs }) => messageTs !== null)).toEqual([true, false]);
    expect(world.slack.messages.map(({ kind, watchId }) => [kind, watchId])).toEqual([
      ['live', id],
      ['completion', id],
    ]);
    expect(await openOf(world.database)).toEqual([]);
  });

  it('that is gone with its whole thread does not have its completion tried for ever', async () => {
    const id = await watchLive(world, { thread: '17.1' });
    await world.read(ended(12, 12));
    world.slack.answer = () => MESSAGE_GONE;
    await world.deliverFor(MINUTE);
    // Once in the thread, and once in the channel, which takes it no more than the thread did.
    expect(callsOf(world, id)).toEqual(['live 0', 'completion 12', 'final 12', 'completion 12']);
    expect(await openOf(world.database)).toEqual([]);
  });

  it('whose thread takes no replies has its end told in the channel', async () => {
    const id = await watchLive(world, { thread: '17.1' });
    await world.read(ended(12, 12));
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
    const id = await watchLive(world);
    await world.read(ended(12, 12));
    world.slack.answer = ({ kind }) => (kind === 'final' ? MESSAGE_GONE : null);
    await world.deliverFor(MINUTE);
    expect(callsOf(world, id)).toEqual(['live 0', 'completion 12', 'final 12']);
    expect(await outboxLines(world.database, id)).toEqual([
      'completion sent 12',
      'final given-up 12',
      'live sent 0',
    ]);
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
    await world.read(reading, imageNamed('image-1'));
    await world.read(reading, imageNamed('image-2'));
    await world.deliverFor(2 * MINUTE, 250);
    const called = world.slack.calls.filter((call) => call.kind === kind);
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
    expect(callsOf(world, first!)).toEqual(['live 0', 'update 7', 'completion 12']);
    world.pass(HOUR);
    world.slack.answer = ({ kind }) => (kind === 'completion' ? rateLimited(HOUR) : null);
    await world.read(ended(12, 12), imageNamed('image-1'));
    await world.deliver();
    expect(callsOf(world, second!)).toEqual(['live 0', 'completion 12', 'final 12']);
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
    // One edit is drawn once more, since nobody knows what became of its first attempt.
    expect(world.slack.calls).toHaveLength(3);
    expect(world.slack.calls.filter(({ at }) => at < until)).toEqual([]);
  });

  it('costs freshness and no end', async () => {
    const id = await watchLive(world);
    world.slack.answer = () => rateLimited(10 * SECOND);
    for (let scanned = 1; scanned < 12; scanned += 1) {
      await world.read(scanning(scanned, 12));
      await world.deliverFor(5 * SECOND);
    }
    await world.read(ended(12, 12));
    await world.deliverFor(MINUTE);
    world.slack.answer = () => null;
    world.slack.calls.length = 0;
    await world.deliverFor(MINUTE);
    expect(callsOf(world, id).sort()).toEqual(['completion 12', 'final 12']);
  });
});

describe('what nobody knows the outcome of', () => {
  it('is repeated where it is an edit', async () => {
    const id = await watchLive(world);
    await world.read(scanning(7, 12));
    world.slack.answer = ({ attempts }) => (attempts < 3 ? UNKNOWN : null);
    await world.deliverFor(10 * SECOND);
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'update 7', 'update 7']);
    // Those before it may still land; once they cannot, it is drawn for the last time.
    await world.deliverFor(MINUTE);
    expect(callsOf(world, id)).toHaveLength(5);
    expect(world.slack.looks).toEqual([]);
    expect(await openOf(world.database)).toEqual([]);
  });

  it.each(['live', 'completion'] as const)(
    'is looked for where it is a %s, and settled with its ts',
    async (kind) => {
      const id = await world.watch();
      if (kind === 'completion') {
        await world.deliver();
        await world.read(ended(12, 12));
      }
      world.slack.answer = (delivery) => (delivery.kind === kind ? { kept: UNKNOWN } : null);
      await world.deliverFor(10 * SECOND);
      const message = world.slack.messages.find((each) => each.kind === kind);
      expect(world.slack.messages.filter((each) => each.kind === kind)).toHaveLength(1);
      expect(callsOf(world, id).filter((call) => call.startsWith(kind))).toHaveLength(1);
      const [row] = await world.database.query('select ts, state from deliveries where kind = $1', [kind]);
      expect(row).toEqual({ ts: message?.ts, state: 'sent' });
    },
  );

  it('is edited once it is found', async () => {
    const id = await world.watch();
    world.slack.answer = ({ kind }) => (kind === 'live' ? { kept: UNKNOWN } : null);
    await world.deliver();
    await world.read(scanning(7, 12));
    await world.deliverFor(10 * SECOND);
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7']);
  });

  it('is posted again after 15 s in which it did not show, and not before', async () => {
    const id = await world.watch();
    const start = world.now();
    world.slack.answer = ({ attempts }) => (attempts === 1 ? UNKNOWN : null);
    await world.deliverFor(2 * MINUTE);
    expect(callsOf(world, id)).toEqual(['live 0', 'live 0']);
    const [first, second] = world.slack.calls;
    expect(first?.id).toBe(second?.id);
    expect(second!.at - start).toBe(15 * SECOND);
    expect(world.slack.messages).toHaveLength(1);
  });

  it('is posted once where the history shows it late', async () => {
    await world.watch();
    const start = world.now();
    world.slack.answer = () => ({ kept: UNKNOWN });
    world.slack.find = () => (world.now() - start < 14 * SECOND ? { kind: 'absent' } : null);
    await world.deliverFor(3 * MINUTE);
    expect(world.slack.messages).toHaveLength(1);
    expect(await openOf(world.database)).toEqual([]);
  });

  it('is posted again at once where nobody can look', async () => {
    const id = await world.watch();
    const start = world.now();
    world.slack.answer = ({ attempts }) => (attempts === 1 ? UNKNOWN : null);
    world.slack.find = () => ({ kind: 'hidden', error: 'missing_scope' });
    await world.deliverFor(10 * SECOND);
    expect(callsOf(world, id)).toEqual(['live 0', 'live 0']);
    expect(world.slack.calls[1]!.at - start).toBeLessThan(5 * SECOND);
  });

  it('is looked for again where looking fails, for as long as it takes', async () => {
    const id = await world.watch();
    world.slack.answer = () => ({ kept: UNKNOWN });
    world.slack.find = () => ({ kind: 'failed', error: 'timeout' });
    await world.deliverFor(10 * MINUTE);
    expect(world.slack.looks.length).toBeGreaterThan(20);
    expect(callsOf(world, id)).toEqual(['live 0']);
    world.slack.find = () => null;
    await world.deliverFor(MINUTE);
    expect(await openOf(world.database)).toEqual([]);
    expect(world.slack.messages).toHaveLength(1);
  });

  it('of one conversation holds up no other', async () => {
    await world.watch({ channel: 'C1' });
    world.slack.answer = () => UNKNOWN;
    await world.deliver();
    world.slack.answer = () => null;
    world.slack.find = () => new Promise(() => undefined);
    world.pass(2 * SECOND);
    const id = await world.watch({ channel: 'C2' });
    await world.begin();
    expect(callsOf(world, id)).toEqual(['live 0']);
  });
});

describe('a refusal', () => {
  it('of the token keeps everything queued, and all of it goes out when it works again', async () => {
    const id = await watchLive(world);
    world.slack.answer = () => refused('unauthorized');
    await world.read(scanning(7, 12));
    await world.deliver();
    await world.read(ended(12, 12));
    const later = await world.watch({ target: imageNamed('later'), channel: 'C2' });
    world.slack.calls.length = 0;
    await world.deliverFor(10 * MINUTE, SECOND);
    expect(world.slack.calls.length).toBeGreaterThan(5);
    expect(world.slack.calls.length).toBeLessThan(50);
    expect((await openOf(world.database)).sort()).toEqual([
      'completion pending',
      'final pending',
      'live pending',
    ]);
    world.slack.answer = () => null;
    world.slack.calls.length = 0;
    await world.deliverFor(2 * MINUTE);
    expect(callsOf(world, id).sort()).toEqual(['completion 12', 'final 12']);
    expect(callsOf(world, later)).toEqual(['live 0']);
    expect(await openOf(world.database)).toEqual([]);
  });

  it.each(['live', 'update', 'completion'] as const)(
    'of the place, told by a %s, ends what is sent there',
    async (kind) => {
      const id = await world.watch();
      const other = await world.watch({ channel: 'C2' });
      const onlyHere = (answer: ReturnType<typeof refused>) => {
        world.slack.answer = (delivery) =>
          delivery.watchId === id && delivery.kind === kind ? answer : null;
      };
      onlyHere(refused('place-gone'));
      await world.deliver();
      if (kind === 'update') await world.read(scanning(7, 12));
      await world.deliver();
      await world.read(ended(12, 12));
      await world.deliverFor(MINUTE);
      const calls = callsOf(world, id);
      expect(calls.filter((call) => call.startsWith(kind))).toHaveLength(1);
      if (kind !== 'completion') expect(calls.at(-1)).toMatch(kind);
      expect(await openOf(world.database)).toEqual([]);
      const rows = await outboxLines(world.database, id);
      expect(rows.some((row) => row.includes('given-up'))).toBe(true);
      expect(rows.some((row) => row.startsWith('completion sent'))).toBe(false);
      expect(callsOf(world, other)).toContain('completion 12');
      const [watch] = await world.database.query('select state from watches where id = $1', [id]);
      expect(watch?.['state']).toBe(kind === 'completion' ? 'scan-ended' : 'undeliverable');
    },
  );

  it.each(['live', 'update', 'final', 'completion'] as const)(
    'of the blocks of a %s sends its text alone once, and then gives it up',
    async (kind) => {
      const id = await world.watch();
      world.slack.answer = (delivery) => (delivery.kind === kind ? refused('malformed') : null);
      await world.deliver();
      await world.read(scanning(7, 12));
      await world.deliver();
      await world.deliver();
      if (kind !== 'update') await world.read(ended(12, 12));
      await world.deliverFor(MINUTE);
      const mine = world.slack.calls.filter((call) => call.watchId === id && call.kind === kind);
      expect(mine.map(({ isPlain }) => isPlain)).toEqual([false, true]);
      expect(await openOf(world.database)).toEqual([]);
      expect((await outboxLines(world.database, id)).some((row) => row.startsWith(`${kind} given-up`))).toBe(
        true,
      );
    },
  );

  it('of one update leaves those that follow', async () => {
    const id = await watchLive(world);
    world.slack.answer = ({ content }) =>
      content.snapshot.images.scanned === 7 ? refused('malformed') : null;
    await world.read(scanning(7, 12));
    await world.deliverFor(5 * SECOND);
    await world.read(scanning(8, 12));
    await world.deliver();
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'update 7 plain', 'update 8']);
  });
});

describe('a process that was killed', () => {
  it('while it edited has the edit repeated once its lease is over', async () => {
    const id = await watchLive(world);
    await world.read(scanning(7, 12));
    world.slack.answer = () => 'never';
    await world.begin();
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7']);
    world.restart();
    world.slack.answer = () => null;
    world.pass(LEASE_MS - 1);
    await world.deliver();
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7']);
    world.pass(1);
    await world.deliver();
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'update 7']);
    await world.deliverFor(MINUTE);
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'update 7', 'update 7']);
    expect(await openOf(world.database)).toEqual([]);
  });

  it.each([
    ['after Slack stored it has posted it once', true, 1],
    ['before Slack stored it has it posted once more', false, 2],
  ])('while it posted, %s', async (_, isStored, calls) => {
    const id = await watchLive(world);
    await world.read(ended(12, 12));
    world.slack.answer = ({ kind }) => (kind !== 'completion' ? null : isStored ? 'stored' : 'never');
    await world.begin();
    world.restart();
    world.slack.answer = () => null;
    await world.deliverFor(3 * MINUTE);
    expect(callsOf(world, id).filter((call) => call === 'completion 12')).toHaveLength(calls);
    expect(world.slack.messages.filter(({ kind }) => kind === 'completion')).toHaveLength(1);
    expect(await openOf(world.database)).toEqual([]);
  });

  it('while it edited, and an end came since, leaves the final state as the last word', async () => {
    const id = await watchLive(world);
    await world.read(scanning(7, 12));
    world.slack.answer = ({ kind }) => (kind === 'update' ? 'never' : null);
    await world.begin();
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7']);
    world.restart();
    await world.read(ended(12, 12));
    await world.deliverFor(2 * MINUTE);
    // Once more when the edit of the killed process cannot land any more.
    const finals = ['final 12', 'final 12'];
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'completion 12', ...finals]);
    expect(await openOf(world.database)).toEqual([]);
  });
});

describe('a process that stood still', () => {
  it.each([
    ['may have sent meanwhile', LEASE_MS],
    ['may send before the call is over', LEASE_MS - 5 * SECOND],
  ])('sends nothing that another one %s', async (_, stoodMs) => {
    const id = await world.watch();
    world.database.after = (sql) => {
      if (sql.includes(`set state = 'sending'`)) world.pass(stoodMs);
      return undefined;
    };
    await world.deliver();
    expect(callsOf(world, id)).toEqual([]);
    world.database.after = () => undefined;
    await world.deliverFor(2 * MINUTE);
    expect(callsOf(world, id)).toEqual(['live 0']);
    expect(world.slack.messages).toHaveLength(1);
  });

  it('and wakes up with an answer writes nothing over what was learnt since', async () => {
    const id = await watchLive(world);
    await world.read(scanning(7, 12));
    const { promise, resolve } = Promise.withResolvers<Answer>();
    world.slack.answer = () => promise;
    const { answering } = await world.begin();
    world.pass(LEASE_MS);
    await recoverAbandoned(world.database, recovery(world.now()));
    world.slack.answer = () => null;
    await world.deliver();
    resolve(UNKNOWN);
    await answering;
    expect(callsOf(world, id)).toEqual(['live 0', 'update 7', 'update 7']);
    await world.deliverFor(MINUTE);
    expect(callsOf(world, id)).toHaveLength(4);
    expect(await openOf(world.database)).toEqual([]);
  });
});

describe('a database that fails', () => {
  it('after a message was sent leaves it to be looked for, and posted once', async () => {
    const recording = recordingLog();
    world = await createWorld({ log: recording.log });
    await world.watch();
    world.database.failOn(`state = 'sent'`);
    await world.deliver();
    expect(recording.lines).toContain('error a delivery could not be settled');
    world.database.failOn(null);
    await world.deliverFor(2 * MINUTE);
    expect(world.slack.calls).toHaveLength(1);
    expect(world.slack.messages).toHaveLength(1);
    expect(await openOf(world.database)).toEqual([]);
  });

  it('before anything is sent is told to whoever asked for it', async () => {
    await world.watch();
    world.database.failOn('sending');
    await expect(world.deliver()).rejects.toThrow('disk I/O error');
    world.database.failOn(null);
    expect(await world.deliver()).toBe(1);
    expect(world.slack.calls).toHaveLength(1);
  });
});
