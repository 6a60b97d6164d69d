import type { RespondArguments } from '@slack/bolt';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { CommandContext } from '../../../src/slack/context.ts';
import {
  createAckTarget,
  createResponder,
  type ResponseOptions,
} from '../../../src/slack/outgoing/respond.ts';
import { recordingLog } from '../../support/store.ts';

const MESSAGE = { text: 'hello', blocks: [] };
const AWAY = () => Promise.reject(new Error('ECONNRESET'));
const NO_PREVIEWS = { unfurl_links: false, unfurl_media: false };
const EPHEMERAL = { ...MESSAGE, ...NO_PREVIEWS, response_type: 'ephemeral' };

/** What goes to the response_url, and what is logged. */
function world(respondWith: () => Promise<unknown> = () => Promise.resolve({ ok: true })) {
  const { log, lines } = recordingLog();
  const sent: unknown[] = [];
  const respond = (message: string | RespondArguments) => {
    sent.push(message);
    return respondWith() as Promise<never>;
  };
  return { bot: { log } as unknown as CommandContext, respond, sent, lines };
}

it.each<[ResponseOptions | undefined, string, boolean]>([
  [undefined, 'ephemeral', false],
  [{}, 'ephemeral', false],
  [{ isShared: true }, 'in_channel', false],
  [{ isReplacement: true }, 'ephemeral', true],
])('a reply with %j is %s, and replaces what was clicked: %s', async (options, type, isReplacement) => {
  const { bot, respond, sent, lines } = world();
  await createResponder(bot, respond, 'C1')(MESSAGE, options);
  const changes = { response_type: type, replace_original: isReplacement };
  expect(sent).toEqual([{ ...MESSAGE, ...NO_PREVIEWS, ...changes }]);
  expect(lines).toEqual([]);
});

it.each([
  ['is used up', () => Promise.resolve({ ok: false, status: 404 }), 'warn response_url rejected the reply'],
  ['is out of reach', AWAY, 'warn reply did not reach Slack'],
])('a response_url that %s is logged', async (_, respondWith, line) => {
  const { bot, respond, lines } = world(respondWith);
  await createResponder(bot, respond, 'C1')(MESSAGE);
  expect(lines).toEqual([line]);
});

it.each<[string, { canAckCarry?: boolean; ack?: () => Promise<void>; isShared?: boolean }, unknown, number]>([
  ['goes with the acknowledgement', {}, EPHEMERAL, 1],
  ['of a click does not', { canAckCarry: false }, undefined, 2],
  ['for all does not', { isShared: true }, undefined, 2],
  ['goes to the response_url where a socket breaks', { ack: AWAY }, EPHEMERAL, 2],
])('the first reply %s, the second one never', async (_, options, carried, replies) => {
  const { canAckCarry = true, ack = () => Promise.resolve(), isShared = false } = options;
  const { bot, respond, sent } = world();
  const acked: unknown[] = [];
  const noting = (message: unknown) => {
    acked.push(message);
    return ack();
  };
  const target = createAckTarget(bot, { ack: noting, canAckCarry, respond, channel: 'C1' });
  for (let times = 0; times < 2; times += 1) await target.respond(MESSAGE, { isShared });
  await target.acknowledge();
  expect([acked, sent.length]).toEqual([[carried], replies]);
});

it.each([
  ['a reply for all is over once it was sent, after the acknowledgement', true, ['acknowledged', 'sent']],
  ['an acknowledgement is over once it was sent', false, ['acknowledged']],
])('%s', async (_, isReply, expected) => {
  const order: string[] = [];
  const later = (what: string) => nextTurn().then(() => order.push(what));
  const { bot, respond } = world(() => later('sent'));
  const ack = async () => {
    await later('acknowledged');
  };
  const target = createAckTarget(bot, { ack, canAckCarry: true, respond, channel: 'C1' });
  await (isReply ? target.respond(MESSAGE, { isShared: true }) : target.acknowledge());
  expect(order).toEqual(expected);
});
