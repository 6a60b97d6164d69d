/** What a Web API method of the fake Slack is, and what it works on. */

import type { Arguments } from './fake-slack-arguments.ts';
import type { Triggers } from './socket/fake-slack-triggers.ts';
import type { Workspace } from './fake-slack-workspace.ts';

export interface Bot {
  readonly id: string;
  readonly userId: string;
  readonly appId: string;
  readonly teamId: string;
  /** Of Enterprise Grid; the token is of the whole organisation then. */
  readonly enterpriseId?: string;
}

export interface MethodContext {
  readonly workspace: Workspace;
  readonly bot: Bot;
  readonly triggers: Triggers;
  /** The scopes of the bot token. */
  readonly scopes: readonly string[];
  /** A fresh address for Socket Mode. */
  openSocket(): string;
}

export interface Method {
  readonly token: 'bot' | 'app';
  /** Whether a JSON body is read at all; a form always is. */
  readonly json: boolean;
  readonly scopes: readonly string[];
  /** What the fake knows of; any other name is refused, to find slips of the pen. */
  readonly args: readonly string[];
  run(args: Arguments, context: MethodContext): Readonly<Record<string, unknown>>;
}

export type Methods = Readonly<Record<string, Method>>;
