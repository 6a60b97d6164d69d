import { describe, expect, it } from 'vitest';
import type { ConversationKind } from '../../../src/views/parts/channel.ts';
import type { Understood } from '../../../src/slack/grammar/parse.ts';
import { parseWithNames, understand } from '../../../src/slack/commands/understand.ts';
import type { SlackCalls } from '../../../src/slack/web-api/calls.ts';
import { rememberNames } from '../../../src/store/known-names.ts';
import { subscribe } from '../../../src/store/subscriptions.ts';
import { NOON, scanning } from '../../support/observations.ts';
import { readNow, stopping, watching } from '../../support/store.ts';
import { image } from '../../views/support/samples.ts';
import { useMemory } from '../../support/memory.ts';
import { summary } from '../grammar/summary.ts';

const database = useMemory();
const NOBODY = { channel: null, userId: null };

it('bare names are images where results have shown them', async () => {
  const meaning = async () => summary(await parseWithNames({ database }, 'watch alpine and nginx', NOBODY));
  expect(await meaning()).toMatch(/^not-understood/);
  await rememberNames(database, ['alpine'], NOON);
  expect(await meaning()).toMatch(/^not-understood nginx/);
  await rememberNames(database, ['nginx', 'thanks'], NOON);
  expect(await meaning()).toBe('watch alpine:latest? nginx:latest?');
  expect(summary(await parseWithNames({ database }, 'thanks', NOBODY))).toBe('courtesy');
});

type ReadThread = SlackCalls['readThread'];
const ownUserId = () => 'U0BOT';
/** No thread is read. */
const IN_CHANNEL = { ownUserId, calls: { readThread: () => Promise.reject(new Error('not to be read')) } };

const offersOf = ({ remarks }: Understood): string[] =>
  remarks.flatMap((remark) => (remark.kind === 'offer' ? [remark.meant] : []));

describe('an image that no scan was seen of', () => {
  const typist = (channel: string, userId = 'U9', kind: ConversationKind = 'channel') => ({
    ...{ userId, kind },
    conversation: { channel, thread: '' },
  });

  it.each([
    ['C1', 'U9', 'channel', /^progress zebraproj:latest/],
    ['C2', 'U9', 'channel', /^not-understood zebraproj/],
    ['C2', 'U1', 'channel', /^not-understood zebraproj/],
    ['D1', 'U1', 'direct', /^progress zebraproj:latest/],
    ['D2', 'U9', 'direct', /^not-understood zebraproj/],
  ] as const)(
    'a bare name that only U1 watches, in C1, typed in %s by %s (%s), is %s',
    async (channel, user, kind, meaning) => {
      const target = image('zebraproj:latest');
      await watching(database, { target, channel: 'C1', userId: 'U1' });
      await readNow(database, scanning(1, 2), { target });
      const understood = await understand(
        { database, ...IN_CHANNEL },
        'is zebraproj done',
        typist(channel, user, kind),
      );
      expect(summary(understood)).toMatch(meaning);
    },
  );

  it.each([
    ['checkout-api:2.9.1', 'progress checkout-api:2.9.1 (offer)', 'ghcr.io/acme/checkout-api:2.9.1'],
    ['watch chekout-api:2.9.1', /^watch .*offer/, 'watch ghcr.io/acme/checkout-api:2.9.1'],
    ['checkout-api', /offer/, 'ghcr.io/acme/checkout-api:2.9.1'],
    ['unwatch alpine3.16', /^unwatch .*offer/, 'unwatch alpine:3.16'],
    ['scan apline:3.16', /^scan .*offer/, 'scan alpine:3.16'],
    ['ngnix', /^progress ngnix:latest\? \(offer\)/, 'nginx:latest'],
    ['is ngnix:1.25 done?', /^progress .*offer/, 'nginx:1.25'],
    ['how far is apline?', 'not-understood apline → alpine:3.16', null],
    ['alpine:3.17', 'progress alpine:3.17', null],
    ['alpine:3.16', 'progress alpine:3.16', null],
    ['api-v2:1', 'progress api-v2:1', null],
    ['reddis:7', 'progress reddis:7', null],
    ['unwatch billing-cart:1', 'unwatch billing-cart:1', null],
    ['billing-card:1', 'progress billing-card:1', null],
    ['payments-dev:1', 'progress payments-dev:1', null],
    ['postgres:1', 'progress postgres:1', null],
  ] as const)('%s is %s, and offered is %s', async (text, meaning, meant) => {
    for (const name of [
      'ghcr.io/acme/checkout-api:2.9.1',
      ...'alpine:3.16 api-v1:1 billing-cart:1 payments-db:1 postgis:1'.split(' '),
    ])
      await watching(database, { target: image(name) });
    // Two that it may mean are none.
    for (const name of ['a.io/redis:7', 'b.io/redis:7'])
      await subscribe(database, { target: image(name), channel: 'C1', userId: 'U1', now: NOON });
    await rememberNames(database, ['nginx', 'reddiss', 'billing-carts'], NOON);
    const understood = await understand({ database, ...IN_CHANNEL }, text, typist('C1'));
    expect(summary(understood)).toEqual(meaning instanceof RegExp ? expect.stringMatching(meaning) : meaning);
    expect(offersOf(understood)).toEqual(meant === null ? [] : [meant]);
  });

  it('is offered to nobody who may not see where it is watched', async () => {
    await watching(database, { target: image('ghcr.io/acme/checkout-api:2.9.1'), userId: 'U1' });
    const offers = async (...by: Parameters<typeof typist>) =>
      (await understand({ database, ...IN_CHANNEL }, 'checkout-api', typist(...by))).remarks.length;
    expect([await offers('C1', 'U2'), await offers('C2', 'U2')]).toEqual([1, 0]);
    // Others read the reply in a channel.
    expect([await offers('C2', 'U1'), await offers('D1', 'U1', 'direct')]).toEqual([0, 1]);
    expect(await offers('D2', 'U2', 'direct')).toBe(0);
  });

  it.each([
    ['why did search fail?', 'U1', 'not-understood search → ghcr.io/acme/search:2'],
    ['is search:1 done?', 'U1', 'progress search:1 (offer)'],
    ['is search:2 done?', 'U1', 'progress search:2 (offer)'],
    ['why did search fail?', 'U2', 'not-understood search → search:latest'],
    ['why did api fail?', 'U1', 'not-understood api → api:latest'],
    ['unwatch search', 'U1', 'unwatch search:latest?'],
    ['unsubscribe search:2', 'U1', 'unsubscribe search:2'],
  ])('%s of %s, who watched it before or not, is %s', async (text, userId, meaning) => {
    for (const [age, name] of ['acme/search:1', 'acme/search:2', 'acme/api:1', 'other/api:1'].entries()) {
      const target = image(`ghcr.io/${name}`);
      const id = await watching(database, { target, now: NOON + age });
      await readNow(database, scanning(1, 2), { target });
      await stopping(database, id);
    }
    const understood = await understand({ database, ...IN_CHANNEL }, text, typist('C1', userId));
    expect(summary(understood)).toBe(meaning);
  });

  it('is rather one of which a scan was seen than a typo that is watched', async () => {
    const target = image('ghcr.io/acme/search:2');
    await stopping(database, await watching(database, { target }));
    await readNow(database, scanning(1, 2), { target });
    await watching(database, { target: image('ghcr.io/acme/serch:2') });
    const offered = async (text: string) =>
      offersOf(await understand({ database, ...IN_CHANNEL }, text, typist('C1', 'U1')));
    expect(await offered('search:2')).toEqual(['ghcr.io/acme/search:2']);
    // Whose name results have shown, that is no typo.
    await watching(database, { target: image('alpin:3.16') });
    expect(await offered('watch alpine')).toEqual(['watch alpin:3.16']);
    await rememberNames(database, ['alpine'], NOON);
    expect(await offered('watch alpine')).toEqual([]);
  });

  const reading =
    (...messages: readonly unknown[]): ReadThread =>
    () =>
      Promise.resolve({ kind: 'read', messages, isWhole: false });
  const naming = (...texts: readonly string[]) => reading(...texts.map((text) => ({ text })));
  const LEDGER = 'ghcr.io/acme/ledger:7.0.2';
  const KNOWN = 'known.io/ledger:7.0.2';

  it.each<[string, ReadThread, string | null]>([
    ['with its registry', naming(`the push of ${LEDGER} failed`, '<@U0BOT> ledger:7.0.2?'), LEDGER],
    ['twice', naming(LEDGER, LEDGER), LEDGER],
    ['beside the one that was typed', naming(LEDGER, 'ledger:7.0.2'), null],
    ['of two registries', naming(LEDGER, 'a.io/ledger:7.0.2'), null],
    ['with another tag alone', naming('ghcr.io/acme/ledger:7.0.1'), KNOWN],
    ['nowhere', naming(), KNOWN],
    ['in a command alone', naming('<@U0BOT> watch ghcr.io/acme/leger:7.0.2'), KNOWN],
    ['in a reply of the bot alone', reading({ text: 'hi' }, { text: LEDGER, user: 'U0BOT' }), KNOWN],
    ['in a live message above', reading({ text: LEDGER, user: 'U0BOT' }, { text: 'hi' }), LEDGER],
    ['in what the bot may not read', () => Promise.resolve({ kind: 'no-access' }), KNOWN],
    ['in what Slack never returns', () => new Promise(() => undefined), KNOWN],
  ])('is the one that the thread names %s', async (_, readThread, meant) => {
    await watching(database, { target: image(KNOWN) });
    expect(await offeredInThread(readThread)).toEqual(meant === null ? [] : [meant]);
  });

  it.each([
    ['ledger:7.0.2', [LEDGER]],
    ['unwatch ledger:7.0.2', []],
  ])('and is watched here is %s, with the offer of %j', async (text, offered) => {
    for (const name of ['ledger:7.0.2', KNOWN]) await watching(database, { target: image(name) });
    expect(await offeredInThread(naming(LEDGER), text)).toEqual(offered);
  });

  it.each([
    ['ledger', [LEDGER]],
    ['ledger:latest', []],
  ])('%s, of which a scan was seen, is rather %j in a thread that names it', async (text, offered) => {
    const target = image('ledger:latest');
    await watching(database, { target });
    await readNow(database, scanning(1, 2), { target });
    expect(await offeredInThread(naming(LEDGER), text)).toEqual(offered);
  });

  async function offeredInThread(readThread: ReadThread, text = 'ledger:7.0.2') {
    const by = { ...typist('C1'), conversation: { channel: 'C1', thread: '1.0' } };
    const bot = { database, ownUserId, calls: { readThread } };
    return offersOf(await understand(bot, text, by));
  }
});
