/** Why the connection to Slack failed, as a sentence for operators and as fields for callers. */

import { ConfigurationError } from '../../errors.ts';
import { describe, toSlackCode } from '../web-api/receipt.ts';

/** The setting to check. */
export type Variable = 'SLACK_BOT_TOKEN' | 'SLACK_APP_TOKEN' | 'SLACK_API_URL';

export class StartError extends ConfigurationError {
  override readonly name = 'StartError';
  /** null where no setting is the cause. */
  readonly variable: Variable | null;
  /** Slack's error code; null for none. */
  readonly slackError: string | null;

  constructor(message: string, facts: { variable?: Variable; slackError?: string; cause?: unknown } = {}) {
    super(message, { cause: facts.cause });
    this.variable = facts.variable ?? null;
    this.slackError = facts.slackError ?? null;
  }
}

/** A call with one token failed: either Slack rejected the token, or Slack was unreachable. */
export function toStartError(error: unknown, call: { method: string; token: Variable; apiUrl: string }) {
  if (error instanceof StartError) return error;
  const code = toSlackCode(error);
  return code === null ? unreachable(error, call) : toRejection(code, call);
}

export function toRejection(code: string, call: { method: string; token: Variable }): StartError {
  return new StartError(`${call.token}: Slack answered ${code} to ${call.method}`, {
    variable: call.token,
    slackError: code,
  });
}

function unreachable(error: unknown, call: { method: string; apiUrl: string }): StartError {
  const { host } = new URL(call.apiUrl);
  return new StartError(`SLACK_API_URL: no answer from ${host} to ${call.method}: ${describe(error)}`, {
    variable: 'SLACK_API_URL',
    cause: error,
  });
}
