/** One call of the Web API: the token, the scopes and the names of the arguments first, as Slack does. */

import { Refused, type Arguments } from './fake-slack-arguments.ts';
import { CHAT_METHODS } from './fake-slack-chat.ts';
import type { Method, MethodContext, Methods } from './fake-slack-context.ts';
import { READING_METHODS } from './fake-slack-reading.ts';

export const METHODS: Methods = { ...CHAT_METHODS, ...READING_METHODS };

/** Names that the SDK may add to any call. */
const ANYWHERE = ['token', 'team_id'];

export interface Tokens {
  bot: string;
  app: string;
  /** Slack's error for a token that works no more, by token. */
  readonly dead: Map<string, string>;
}

export interface Call {
  readonly method: string;
  readonly token: string;
  readonly args: Arguments;
  readonly isJson: boolean;
}

export function callMethod(call: Call, tokens: Tokens, context: MethodContext): Record<string, unknown> {
  try {
    return { ok: true, ...toMethod(call, tokens, context.scopes).run(call.args, context) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, error: error.code, ...error.facts };
  }
}

function toMethod({ method, token, args, isJson }: Call, tokens: Tokens, scopes: readonly string[]): Method {
  const found = METHODS[method];
  if (found === undefined) throw new Refused('unknown_method');
  checkToken(token, found, tokens);
  const needed = found.scopes.find((scope) => !scopes.includes(scope));
  if (needed !== undefined) throw new Refused('missing_scope', { needed, provided: scopes.join(',') });
  if (isJson && !found.json) throw new Refused('invalid_arguments');
  const unknown = Object.keys(args).find((name) => !found.args.includes(name) && !ANYWHERE.includes(name));
  if (unknown !== undefined) throw new Refused('invalid_arg_name', { needed: unknown });
  return found;
}

function checkToken(token: string, method: Method, tokens: Tokens): void {
  if (token === '') throw new Refused('not_authed');
  const dead = tokens.dead.get(token);
  if (dead !== undefined) throw new Refused(dead);
  if (token === tokens[method.token]) return;
  throw new Refused(token === tokens.bot || token === tokens.app ? 'not_allowed_token_type' : 'invalid_auth');
}
