import { beforeEach, describe, expect, it } from 'vitest';
import type { Remark } from '../../../src/scan/command.ts';
import type { Command } from '../../../src/slack/grammar/parse.ts';
import type { Invocation, CommandReply, Request } from '../../../src/slack/context.ts';
import { beginMove, beginWatches, endBoard } from '../../../src/slack/commands/board.ts';
import { confirmEndAll, endAll } from '../../../src/slack/commands/end-all.ts';
import { listWatches } from '../../../src/slack/commands/list.ts';
import { beginCommand } from '../../../src/slack/commands/run.ts';
import { beginUnsubscribe } from '../../../src/slack/commands/subscribe.ts';
import { beginUnwatch } from '../../../src/slack/commands/unwatch.ts';
import { subscribe } from '../../../src/store/subscriptions.ts';
import { makeFaulty, useMemory } from '../../support/memory.ts';
import { ended, IMAGE, MINUTE, NOON, REGULAR, scanning, SETTINGS } from '../../support/observations.ts';
import { imageNamed, readNow, tsOf, watching, watchingLive } from '../../support/store.ts';
import { named, requestOf, textsOf } from './request.ts';

const database = useMemory();

interface Options {
  readonly invocation?: Partial<Invocation>;
  readonly remarks?: readonly Remark[];
  readonly bot?: object;
}

async function run(command: Command, { invocation = {}, remarks = [], bot = {} }: Options = {}) {
  const counted: string[] = [];
  const onCommand = (name: string, outcome: string) => counted.push(`${name} ${outcome}`);
  const request = requestOf({ database, bot: { onCommand, ...bot }, invocation });
  const replies: CommandReply[] = [];
  for await (const reply of (await beginCommand(request, { command, remarks }))()) replies.push(reply);
  return { counted, replies, texts: replies.map(({ text }) => text) };
}

const inThread = (thread: string) => ({ conversation: { channel: 'C1', thread } });

describe('unwatch', () => {
  const unwatch: Command = { name: 'unwatch', targets: named('a') };
  const active = async () => (await listWatches(requestOf({ database }))).text;
  const STOPPED = /no longer watched here/;
  const ELSEWHERE = /^The scan of `a:1` is not watched in this thread/;
  const MISSED = /^The scan of `a:1` is not watched here/;

  it('ends no watch of another image', async () => {
    await watching(database, { target: imageNamed('b') });
    expect((await run(unwatch)).texts).toEqual([expect.stringMatching(MISSED)]);
    expect(await active()).toMatch(/^1 scan is watched/);
  });

  it.each<[string, string[], Partial<Invocation>, RegExp, RegExp]>([
    ['in a channel ends what is watched there', ['', '1.0'], {}, STOPPED, /^1 scan is watched/],
    ['in a channel ends that of its threads where it has none', ['1.0'], {}, STOPPED, /^Nothing/],
    ['in a thread ends that of the thread', ['', '1.0'], inThread('1.0'), STOPPED, /^1 scan is watched/],
    ['in a thread ends nothing of the channel', [''], inThread('2.0'), ELSEWHERE, /^1 scan is watched/],
    ['of what is not watched says so', [], {}, MISSED, /^Nothing/],
    ['repeated after a crash says what was done', [], { isRetry: true }, STOPPED, /^Nothing/],
  ])('%s', async (_, threads, invocation, text, list) => {
    for (const thread of threads) await watching(database, { target: imageNamed('a'), thread });
    expect((await run(unwatch, { invocation })).texts).toEqual([expect.stringMatching(text)]);
    expect(await active()).toMatch(list);
  });

  it('in the thread of its live message ends it', async () => {
    const thread = tsOf(await watchingLive(database, { target: imageNamed('a') }));
    const { texts } = await run(unwatch, { invocation: inThread(thread) });
    expect(texts).toEqual([expect.stringMatching(STOPPED)]);
    expect(await active()).toMatch(/^Nothing/);
  });

  it('without a name offers to stop what is watched in the thread', async () => {
    const thread = tsOf(await watchingLive(database, { target: imageNamed('a') }));
    await watching(database, { target: imageNamed('b') });
    const bare: Command = { name: 'unwatch', targets: [{ target: REGULAR, isTagAssumed: false }] };
    const { replies } = await run(bare, { invocation: inThread(thread) });
    const buttons = replies[0]?.blocks.flatMap((block) => ('accessory' in block ? [block.accessory] : []));
    expect(buttons).toHaveLength(1);
    expect(JSON.stringify(replies)).toContain('The scan of `a:1` is watched here');
  });
});

describe('subscribe', () => {
  const subscribe: Command = { name: 'subscribe', targets: named('a') };
  const unsubscribe: Command = { name: 'unsubscribe', targets: named('a', 'b') };

  it('is for all to see where it changes something, also once more after a crash', async () => {
    const first = await run(subscribe);
    const again = await run(subscribe);
    const retried = await run(subscribe, { invocation: { isRetry: true } });
    const forAll = [first, again, retried].map(({ replies }) => replies[0]?.isForAll);
    expect(forAll).toEqual([true, undefined, true]);
    expect(again.texts[0]).toMatch(/^This channel is already subscribed/);
    expect(retried.texts).toEqual(first.texts);
  });

  it('names apart what was subscribed to before', async () => {
    await run(subscribe);
    const { replies } = await run({ name: 'subscribe', targets: named('a', 'b') });
    expect(replies[0]?.text).toMatch(/subscribed this channel to `b:1`/);
    expect(JSON.stringify(replies[0]?.blocks)).toContain('already subscribed to `a:1`.');
  });

  it('ends for all to see what there was, and says what there was not', async () => {
    await run(subscribe);
    const first = await run(unsubscribe);
    expect(first.replies[0]?.isForAll).toBe(true);
    expect(first.texts[0]).toMatch(/unsubscribed this channel from `a:1`/);
    const second = await run(unsubscribe);
    expect(second.replies[0]?.isForAll).toBeUndefined();
    expect(second.texts[0]).toMatch(/^This channel is not subscribed to `a:1`, `b:1`/);
  });
});

describe('a list', () => {
  const end = async (kind: 'unwatch-all' | 'unsubscribe-all', countedAt: number | null, thread = '') =>
    (await endAll(requestOf({ database }), kind, { thread, countedAt })).text;

  beforeEach(async () => {
    await watching(database, { target: imageNamed('a'), userId: 'U1' });
    await watching(database, { target: imageNamed('b'), userId: 'U2' });
  });

  it.each([
    ['a member', 'yes', /^2 scans are watched here/],
    ['one who has left', 'no', /^1 scan/],
    ['one of whom nobody knows', 'unknown', /^1 scan/],
  ])('clicked by %s', async (_, member, text) => {
    const bot = { access: { isMember: () => Promise.resolve(member) } };
    const { text: shown } = await listWatches(requestOf({ database, bot, invocation: { isTyped: false } }));
    expect(shown).toMatch(text);
  });

  it('of a thread is shown apart and ended alone, that of a channel with its threads', async () => {
    await watching(database, { target: imageNamed('a'), thread: '1.0' });
    const { text } = await listWatches(requestOf({ database, invocation: inThread('1.0') }));
    expect(text).toBe('1 scan is watched in this thread · 2 scans are watched elsewhere in this channel');
    expect(await end('unwatch-all', null, '1.0')).toContain('1 ');
    expect(await end('unwatch-all', null)).toContain('2 ');
    expect(await end('unwatch-all', null)).toMatch(/^Nothing/);
  });

  it('of watches and subscriptions is ended with both, and without watches asks about the subscriptions', async () => {
    const ask = async () => (await confirmEndAll(requestOf({ database }), 'unwatch-all')).text;
    await subscribe(database, { target: imageNamed('a'), channel: 'C1', userId: 'U1', now: NOON });
    const before = await ask();
    await end('unwatch-all', null);
    expect([before, await ask()]).toEqual([
      expect.stringMatching(/^Stop 2 watches/),
      expect.stringMatching(/^Nothing is watched here/),
    ]);
  });

  it('is ended as it was when the question was asked: what began since goes on', async () => {
    await watching(database, { target: imageNamed('later'), now: NOON + 1 });
    expect(await end('unwatch-all', NOON)).toMatch(/^2 watches were stopped/);
    expect((await listWatches(requestOf({ database }))).text).toMatch(/^1 scan is watched here/);
  });

  it.each(['unwatch-all', 'unsubscribe-all'] as const)(
    '%s says that of those nothing was left',
    async (kind) => {
      await subscribe(database, { target: imageNamed('a'), channel: 'C1', userId: 'U1', now: NOON });
      expect(await end(kind, NOON - 1)).toMatch(/^All of these have already ended/);
    },
  );
});

it('where a thread has no watch, `unwatch all` says so of the thread', async () => {
  await watching(database, { target: imageNamed('a') });
  const { texts } = await run({ name: 'unwatch-all' }, { invocation: inThread('2.0') });
  expect(texts).toEqual(['Nothing is watched in this thread.']);
});

it('where nothing but subscriptions is left, who wants silence is asked about those', async () => {
  await subscribe(database, { target: imageNamed('a'), channel: 'C1', userId: 'U1', now: NOON });
  const { replies, texts } = await run({ name: 'unwatch-all' });
  expect(texts).toEqual([expect.stringMatching(/^Nothing is watched here/)]);
  expect(JSON.stringify(replies)).toContain('1 subscription of this channel stays');
});

it('a reply says so while what the scan found is requested', async () => {
  await watching(database, { target: IMAGE });
  const settings = { ...SETTINGS, reportWaitMs: MINUTE };
  for (const reading of [scanning(3, 12), ended(12, 12)]) await readNow(database, reading, { settings });
  const command: Command = { name: 'progress', target: { target: IMAGE, isTagAssumed: false } };
  const { replies } = await run(command, { bot: { consoleLink: () => null } });
  expect(JSON.stringify(replies)).toContain('findings not known yet');
});

it.each<[string, (request: Request) => Promise<unknown>]>([
  ['a watch', (request) => beginWatches(request, named('c'))],
  ['a board', (request) => beginWatches(request, named('c', 'd'))],
  ['a move to a board', (request) => beginMove(request, '')],
  ['the end of a board', (request) => endBoard(request, 'gone')],
  ['unwatch', (request) => beginUnwatch(request, named('a'))],
  ['unsubscribe', (request) => beginUnsubscribe(request, named('a'))],
  ['the end of all', (request) => endAll(request, 'unwatch-all', { thread: '', countedAt: null })],
])('%s is told to the outbox at once', async (_, act) => {
  for (const target of [imageNamed('a'), imageNamed('b')]) await watching(database, { target });
  let woken = 0;
  await act(requestOf({ database, bot: { wake: () => (woken += 1) } }));
  expect(woken).toBe(1);
});

describe('thanks', () => {
  const thanks: Command = { name: 'courtesy' };
  const EMOJI = [{ channel: 'C1', ts: '1.0' }, '+1'];

  it.each<[string, Partial<Invocation>, number, unknown[]]>([
    ['typed as a command get a reply', { messageTs: '1.0' }, 1, []],
    ['said in a message get an emoji', { isEphemeral: false, messageTs: '1.0' }, 0, [EMOJI]],
    ['said in none get nothing', { isEphemeral: false }, 0, []],
  ])('%s', async (_, invocation, replies, expected) => {
    const reacted: unknown[] = [];
    const react = (...reaction: unknown[]) => Promise.resolve(void reacted.push(reaction));
    const { texts } = await run(thanks, { invocation, bot: { calls: { react } } });
    expect([texts.length, reacted]).toEqual([replies, expected]);
  });
});

describe('a remark', () => {
  const LOWERED: Remark = { kind: 'lower-case', image: 'a:1' };
  const SYNONYM: Remark = { kind: 'synonym', typed: 'follow', command: 'watch' };
  const watch: Command = { name: 'watch', targets: named('a') };
  const silent = { invocation: { isRetry: true, isEphemeral: false } };

  it('is below the first reply', async () => {
    const { replies } = await run({ name: 'help' }, { remarks: [LOWERED] });
    expect(replies.map(({ blocks }) => JSON.stringify(blocks).includes('`a:1`'))).toEqual([true]);
  });

  it.each([
    ['stands alone where there is no reply', [LOWERED, SYNONYM], 1],
    ['of another word for it needs no reply', [SYNONYM], 0],
    ['is not made where there is none', [], 0],
  ])('%s', async (_, remarks, replies) => {
    await watching(database, { target: imageNamed('a') });
    expect((await run(watch, { ...silent, remarks })).texts).toHaveLength(replies);
  });

  it.each([
    ['channel', 1],
    ['direct', 0],
  ] as const)('about others in a conversation of kind %s: %i', async (kind, remarks) => {
    await watching(database, { target: imageNamed('a') });
    const invocation = { ...silent.invocation, kind };
    expect((await run(watch, { invocation, remarks: [{ kind: 'for-everybody' }] })).texts).toHaveLength(
      remarks,
    );
  });
});

it.each<[Invocation['kind'], boolean, boolean]>([
  ['channel', true, true],
  ['direct', false, true],
  ['channel', false, false],
])('help in a %s, for one person: %j, shows the version: %j', async (kind, isEphemeral, isShown) => {
  const { replies } = await run({ name: 'help' }, { invocation: { kind, isEphemeral } });
  expect(/scanprogress \d+\.\d+/.test(JSON.stringify(replies))).toBe(isShown);
});

describe('a command is counted', () => {
  it.each<[Command, string]>([
    [{ name: 'help' }, 'help answered'],
    [{ name: 'problem', problem: { kind: 'scan-what' } }, 'problem not-understood'],
  ])('%o: %s', async (command, expected) => {
    expect((await run(command)).counted).toEqual([expected]);
  });

  it.each<[Command, string]>([
    [{ name: 'unwatch', targets: named('a') }, 'watches'],
    [{ name: 'list' }, 'watches'],
  ])('as failed where the database does, at once or later: %o', async (command, table) => {
    const counted: string[] = [];
    const faulty = makeFaulty(database);
    faulty.failOn(table);
    const onCommand = (_: string, outcome: string) => counted.push(outcome);
    const request = requestOf({ database: faulty, bot: { onCommand } });
    const finished = async () => textsOf((await beginCommand(request, { command, remarks: [] }))());
    await expect(finished()).rejects.toThrow('disk I/O error');
    expect(counted).toEqual(['failed']);
  });
});
