/** Why the program is not ready, for the log and `/readyz`: what happened, and what the operator can do. Plain text. */

import { printDuration } from '../kit/duration.ts';

/** Slack is unreachable. */
export function slackUnreachable(ms: number): string {
  return `no call to Slack has come through for ${printDuration(ms)}: check the network, the proxy and status.slack.com; everything stays queued`;
}

/** No tick has started, or the last one has not ended. */
export function pollStall(ms: number): string {
  return `no tick of POLL_CRON for ${printDuration(ms)}, so no progress is read: restart the bot, and report it with its log`;
}

/** `why`: what happened to the last attempt. */
export function slackNotConnected(why: string): string {
  return `no connection to Slack; trying again (${why})`;
}

export function socketsDisconnected(why: string): string {
  return `no socket to Slack is open, so nothing that people type arrives; trying again (${why})`;
}

export function badConfiguration(problem: string): string {
  return `${problem}; mend the configuration`;
}

/** `code`: Slack's error code. */
export function appTokenRejected(code: string): string {
  return `Slack refuses SLACK_APP_TOKEN (${code}): make a new app-level token with connections:write and start again with it`;
}

export function botTokenRejectedText(code: string): string {
  return `Slack refuses SLACK_BOT_TOKEN (${code}): reinstall the app or set the new token, and start again if it changed; everything stays queued`;
}

export const BOT_TOKEN_REVOKED =
  'SLACK_BOT_TOKEN was revoked in Slack: reinstall the app, set the new token and restart';
export const APP_UNINSTALLED =
  'the app was uninstalled in Slack: install it again, set the new SLACK_BOT_TOKEN and restart';
