import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { CommandContext, Invocation } from '../../../src/slack/context.ts';
import { createNotify } from '../../../src/slack/outgoing/notify.ts';
import type { Reply } from '../../../src/slack/outgoing/reply.ts';

const allowed = () => Promise.resolve(null);

it.each([
  ['where they are', allowed, true, ['here']],
  ['by direct message where Slack refuses that', allowed, false, ['here', 'U1']],
  ['by direct message where nothing may be sent', () => Promise.resolve('shared'), true, ['U1']],
  ['by direct message where nobody knows that', () => Promise.reject(new Error('disk I/O')), true, ['U1']],
])('a person is notified %s', async (_, withheldReason, isTaken, expected) => {
  const notified: string[] = [];
  const postEphemeral = () => Promise.resolve(notified.push('here') > 0 && isTaken);
  const bot = { access: { withheldReason }, calls: { postEphemeral } };
  const reply = async ({ channel, thread, searchFrom }: Reply) => {
    expect([thread, searchFrom]).toEqual(['', null]);
    await nextTurn();
    notified.push(channel);
  };
  const invocation = { userId: 'U1', conversation: { channel: 'C1', thread: '' } };
  const notify = createNotify(bot as unknown as CommandContext, reply);
  await notify(invocation as Invocation, { text: 'hello', blocks: [] });
  expect(notified).toEqual(expected);
});
