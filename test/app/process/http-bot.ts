/** A bot in HTTP mode, to which Slack sends its requests. */

import type { Test } from '../../support/directory.ts';
import { runBot, type RunningBot } from '../../support/running-bot.ts';

export interface BotWithUrl extends RunningBot {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
}

const HTTP = { SLACK_APP_TOKEN: undefined, SLACK_SIGNING_SECRET: 'fake-signing-secret' };

export async function runHttpBot(
  test: Test,
  environment: Readonly<Record<string, string>> = {},
): Promise<BotWithUrl> {
  const bot = await runBot(test, { environment: { ...HTTP, ...environment }, isStarted: false });
  return { ...bot, url: await startHttp(bot) };
}

/** On any port; its URL. */
export async function startHttp(bot: RunningBot): Promise<string> {
  const url = `http://127.0.0.1:${(await bot.start()).port()}`;
  bot.slack.useHttp(`${url}/slack/events`);
  return url;
}
