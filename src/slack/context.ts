/** What every command and button works with; put together once, in side.ts. */

import type { SlackMeters } from './web-api/call-report.ts';
import type { ImageReference } from '../image/reference.ts';
import type { ControlOutcome } from '../scan/control.ts';
import type { ConsoleHealth, Failure, ScopeObservation, Snapshot } from '../scan/snapshot.ts';
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
  /** Asks the Console and records the answer; rejects only where the database does. */
  readonly observe: (
    target: Target,
  ) => Promise<{ readonly snapshot: Snapshot; readonly failure: Failure | null }>;
  /** How long questions wait because so many were asked at once, ms; 0 where the Console is all that is waited for. */
  readonly questionsWaitMs: () => number;
  /** Something was put into the outbox. */
  readonly wake: () => void;
  readonly onCommand: SlackMeters['onCommand'];
  /** Address of an image's results in the Console, null where the template yields none. */
  readonly consoleLink: (target: Target) => string | null;
  /** Address of a message, null before the workspace's own is known. */
  readonly permalink: (conversation: Conversation, ts: string) => string | null;
  /** User ID of the bot itself, null before it is known. */
  readonly ownUserId: () => string | null;
  /** Changes something at the Console: for operators alone. None rejects. */
  readonly control: Control;
  readonly operators: Operators;
  readonly access: Access;
  /** The workspace that Slack wants to be told of a person's, where the token is of a whole organisation; else null. */
  readonly groupTeam: (teamId: string | null) => string | null;
  /** By what this process asked it. */
  readonly consoleHealth: () => ConsoleHealth;
  readonly calls: SlackCalls;
  /** Slack takes the token no more; `problem` says why, and what to do. Everything that is known stays. */
  readonly onTokenLost: (problem: string) => void;
  /** Whether Slack takes posts of the bot in that channel, or why not; null where it does not tell. Never rejects. */
  readonly mayPost: WebApi['mayPost'];
  /** A snapshot younger than this, ms, is fresh enough for an answer. */
  readonly freshForMs: number;
  readonly now: () => number;
  readonly log: Log;
}

export interface Control {
  /** May take minutes. */
  readonly startScan: (target: Target) => Promise<ControlOutcome>;
  readonly stopRegularScan: () => Promise<ControlOutcome>;
  readonly fetchScope: (reference: ImageReference) => Promise<ScopeObservation>;
}

/** Who asks, and where. */
export interface Invocation {
  readonly userId: string;
  readonly conversation: Conversation;
  readonly kind: ConversationKind;
  /** The workspace of the person, as Slack told it; null where it did not. */
  readonly teamId: string | null;
  /** What is typed in a conversation, only a member of it can type. */
  readonly isTyped: boolean;
  /** Only the asker sees the answer. */
  readonly isEphemeral: boolean;
  /** An earlier process may have done it, and was killed before it had answered: what is done already is no news. */
  readonly isRetry: boolean;
  /** Of the message that it was said in, where there is one. */
  readonly messageTs?: string;
  /** Opens a dialog, within 3 s; null where a person did nothing that allows one. */
  readonly triggerId: string | null;
}

export interface Request {
  readonly bot: CommandContext;
  readonly invocation: Invocation;
}

/** An answer. To a command it goes to the person alone, unless it is for all: what changes the channel. */
export interface Reply extends Message {
  readonly isForAll?: boolean;
}

export function forAll(message: Message): Reply {
  return { ...message, isForAll: true };
}

/**
 * The second step of a command. What changes state is committed before it, so that Slack is never told "received" of
 * something that a crash would lose; what may take time happens in it. It yields the answers in order, and none where
 * the conversation shows for itself what was done.
 */
export type Responder = () => AsyncIterable<Reply>;

/** The second step of a command that has one answer. */
export function respondWith(answer: () => Reply | Promise<Reply>): Responder {
  return async function* () {
    yield await answer();
  };
}

const NO_POST_PATIENCE_MS = 1_500;

/** Why nothing can be posted there, as Slack tells now; null where it can, or that is not known. */
export async function whyNoPost(
  { mayPost }: Pick<CommandContext, 'mayPost'>,
  channel: string,
): Promise<NoPost | null> {
  const may = await withTimeout(mayPost(channel), NO_POST_PATIENCE_MS);
  return may === 'yes' ? null : may;
}
