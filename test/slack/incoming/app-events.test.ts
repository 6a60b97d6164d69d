import { expect, it } from 'vitest';
import { isBotRevoked } from '../../../src/slack/incoming/event-payloads.ts';

it.each([
  ['the bot’s', { bot: ['U0BOT'], oauth: [] }, true],
  ['a person’s', { bot: [], oauth: ['U1'] }, false],
  ['a person’s, where Slack tells of no other', { oauth: ['U1'] }, false],
])('tokens that are revoked, %s: the bot’s own is among them %o %s', (_, tokens, isOwn) => {
  expect(isBotRevoked({ event: { type: 'tokens_revoked', tokens } })).toBe(isOwn);
});
