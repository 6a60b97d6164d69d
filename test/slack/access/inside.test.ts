import { expect, it } from 'vitest';
import { isInside } from '../../../src/slack/access/inside.ts';
import type { Request } from '../../../src/slack/context.ts';

it.each([
  ['who types in a channel', { isTyped: true, channel: 'C1' }, 'yes'],
  ['who clicks in a direct message', { isTyped: false, channel: 'D1' }, 'yes'],
  ['who clicks in a channel that they are not in', { isTyped: false, channel: 'C1' }, 'no'],
])(
  '%s is inside it, without a question where it is clear: %o %s',
  async (_, { isTyped, channel }, inside) => {
    const bot = { access: { isMember: () => Promise.resolve('no') } };
    const invocation = { userId: 'U1', isTyped, conversation: { channel, thread: '' } };
    expect(await isInside({ bot, invocation } as unknown as Request)).toBe(inside);
  },
);
