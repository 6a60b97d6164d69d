/** Events of the app itself: its data stay, for the operator to keep or delete. */

import type { App } from '@slack/bolt';
import type { CommandContext } from '../context.ts';
import { isBotRevoked } from './event-payloads.ts';

export function registerAppEvents(app: App, bot: Pick<CommandContext, 'onTokenLost'>): void {
  app.event('app_uninstalled', () => {
    bot.onTokenLost(
      'the app was uninstalled in Slack: install it again, set the new SLACK_BOT_TOKEN and restart',
    );
    return Promise.resolve();
  });
  app.event('tokens_revoked', ({ body }) => {
    if (isBotRevoked(body))
      bot.onTokenLost(
        'SLACK_BOT_TOKEN was revoked in Slack: reinstall the app, set the new token and restart',
      );
    return Promise.resolve();
  });
}
