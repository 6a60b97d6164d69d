/** What every command and button works with; created once, in app.ts. */

import type { SlackMeters } from './web-api/call-report.ts';
import type { ImageReference } from '../image/reference.ts';
import type { ControlOutcome } from '../scan/control.ts';
import type { ConsoleHealth, Observed, ScopeObservation } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import type { Conversation } from '../scan/watch.ts';
import type { Database } from '../store/database.ts';
import type { Log } from '../log.ts';
import type { Message } from '../views/kit/blocks.ts';
import type { ConversationKind, NoPost } from '../views/parts/channel.ts';
import type { Access } from './access/access.ts';
import type { SlackCalls } from './web-api/calls.ts';
import type { Operators } from './operators.ts';
import type { WebApi } from './web-api/web-api.ts';
import { withTimeout } from '../async.ts';

export interface CommandContext {
  readonly database: Database;
  /** Polls the Console and records the observation; rejects only where the database does. */
  readonly observe: (target: Target) => Promise<Observed>;
  /** Wait for the rate limit of person-priority polls, ms; 0 where only the Console's response is awaited. */
  readonly pollWaitMs: () => number;
  /** Something was inserted into the outbox. */
  readonly wake: () => void;
  readonly onCommand: SlackMeters['onCommand'];
  /** URL of an image's results in the Console, null where the template gives none. */
  readonly consoleLink: (target: Target) => string | null;
  /** URL of a message, null until the workspace's own is known. */
  readonly permalink: (conversation: Conversation, ts: string) => string | null;
  /** User ID of the bot, null until known. */
  readonly ownUserId: () => string | null;
  /** Changes something at the Console: for operators only. None rejects. */
  readonly control: Control;
  readonly operators: Operators;
  readonly access: Access;
  /** The person's workspace where Slack requires it, because the token belongs to an organisation; otherwise null. */
  readonly groupTeam: (teamId: string | null) => string | null;
  /** From requests of this process. */
  readonly consoleHealth: () => ConsoleHealth;
  readonly calls: SlackCalls;
  /** Slack no longer accepts the token; `reason` says why, and what to do. All data stay. */
  readonly onTokenLost: (reason: string) => void;
  /** Whether the bot may post in that channel, or why not; null where Slack does not say. Never rejects. */
  readonly mayPost: WebApi['mayPost'];
  /** A snapshot younger than this, ms, is fresh enough for a reply. */
  readonly freshForMs: number;
  /** Aborts when the process stops: what waits replies with what is known. */
  readonly shutdown: AbortSignal;
  readonly now: () => number;
  readonly log: Log;
}

export interface Control {
  /** May take minutes. */
  readonly startScan: (target: Target) => Promise<ControlOutcome>;
  readonly stopRegularScan: () => Promise<ControlOutcome>;
  readonly fetchScope: (reference: ImageReference) => Promise<ScopeObservation>;
}

/** The person who sent the command or click, and where. */
export interface Invocation {
  readonly userId: string;
  readonly conversation: Conversation;
  readonly kind: ConversationKind;
  /** The person's workspace according to the payload; null where missing. */
  readonly teamId: string | null;
  /** Typed in a conversation, which only its members can do. */
  readonly isTyped: boolean;
  /** Only the person sees the reply. */
  readonly isEphemeral: boolean;
  /** A crashed process may have done it without replying: repeated effects are not an error. */
  readonly isRetry: boolean;
  /** Of the message with the command, if any. */
  readonly messageTs?: string;
  /** Opens a modal within 3 s; null where the payload has none. */
  readonly triggerId: string | null;
}

export interface Request {
  readonly bot: CommandContext;
  readonly invocation: Invocation;
}

/** A reply. To a command it is ephemeral unless it is for all, because it changes the channel. */
export interface CommandReply extends Message {
  readonly isForAll?: boolean;
}

export function forAll(message: Message): CommandReply {
  return { ...message, isForAll: true };
}

/**
 * The second step of a command. Changes of state are committed before it, so that Slack never gets an acknowledgement
 * for something that a crash would lose; slow work happens in it. Yields the replies in order, or none where the
 * conversation shows what was done.
 */
export type Responder = () => AsyncIterable<CommandReply>;

/** The second step of a command with one reply. */
export function respondWith(reply: () => CommandReply | Promise<CommandReply>): Responder {
  return async function* () {
    yield await reply();
  };
}

/** Replies wait for it: Slack allows three seconds, and without a result the post is tried. */
const NO_POST_LIMIT_MS = 1_500;

/** Why the bot cannot post there, according to Slack; null where it can, or if unknown. */
export async function whyNoPost(
  { mayPost }: Pick<CommandContext, 'mayPost'>,
  channel: string,
): Promise<NoPost | null> {
  const may = await withTimeout(mayPost(channel), NO_POST_LIMIT_MS);
  return may === 'yes' ? null : may;
}
