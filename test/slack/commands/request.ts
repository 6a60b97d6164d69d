/** A request without an app: a database, and what the test says about the rest. */

import type { NamedTarget } from '../../../src/scan/command.ts';
import type { CommandContext, Invocation, CommandReply, Request } from '../../../src/slack/context.ts';
import type { Database } from '../../../src/store/database.ts';
import { NOON } from '../../support/observations.ts';
import { CHANNEL, imageNamed, SILENT_LOG } from '../../support/store.ts';

interface Parts {
  readonly database: Database;
  readonly bot?: { readonly [Part in keyof CommandContext]?: unknown };
  readonly invocation?: Partial<Invocation>;
}

/** Of `U1` in `C1`, an operator and a member, by a slash command. */
export function requestOf({ database, bot = {}, invocation = {} }: Parts): Request {
  const parts = {
    database,
    observe: () => new Promise<never>(() => undefined),
    wake: () => undefined,
    permalink: () => null,
    operators: { ids: ['U1'], check: () => Promise.resolve('yes') },
    access: resolving({ membership: 'member', isMember: 'yes' }),
    consoleHealth: () => ({ isReachable: null, answeredAt: null, failure: null }),
    groupTeam: () => null,
    mayPost: () => Promise.resolve('yes'),
    freshForMs: 10_000,
    now: () => NOON,
    shutdown: new AbortController().signal,
    log: SILENT_LOG,
    ...bot,
  };
  const asked: Invocation = {
    userId: 'U1',
    conversation: CHANNEL,
    kind: 'channel',
    teamId: 'T1',
    isTyped: true,
    isEphemeral: true,
    isRetry: false,
    triggerId: null,
    ...invocation,
  };
  return { bot: parts as unknown as CommandContext, invocation: asked };
}

/** Functions that resolve to these values, whatever they are called with. */
export function resolving(values: Readonly<Record<string, unknown>>) {
  const functions = Object.entries(values).map(([name, value]) => [name, () => Promise.resolve(value)]);
  return Object.fromEntries(functions) as Readonly<Record<string, () => Promise<never>>>;
}

export function named(...repositories: readonly string[]): readonly NamedTarget[] {
  return repositories.map((repository) => ({ target: imageNamed(repository), isTagAssumed: false }));
}

/** All replies, as people read them in a notification. */
export async function textsOf(replies: AsyncIterable<CommandReply>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of replies) texts.push(text);
  return texts;
}
