import type { WebClient } from '@slack/web-api';
import { expect, it } from 'vitest';
import { createCalls } from '../../../src/slack/web-api/calls.ts';
import { UNLIMITED } from '../../../src/slack/web-api/rate-limits.ts';

/** A Slack whose conversation has these pages of members. */
function callsOn(pages: readonly (readonly string[])[]) {
  const asked: unknown[] = [];
  const members = ({ cursor = '0' }: { readonly cursor?: string }) => {
    asked.push(cursor);
    const next = Number(cursor) + 1;
    const next_cursor = next < pages.length ? String(next) : '';
    return Promise.resolve({ members: pages[Number(cursor)], response_metadata: { next_cursor } });
  };
  const client = { conversations: { members } } as unknown as WebClient;
  return { calls: createCalls(client, { log: undefined, rateLimits: UNLIMITED }), asked };
}

it.each([[[['U1', 'U2']]], [[['U1'], ['U2']]], [[['U1'], [], ['U2']]]])(
  'the members of a conversation are those of all its pages, each asked for once: %j',
  async (pages) => {
    const { calls, asked } = callsOn(pages);
    expect(await calls.membersOf('C1')).toEqual(new Set(['U1', 'U2']));
    expect(asked).toEqual(pages.map((_, page) => String(page)));
  },
);
