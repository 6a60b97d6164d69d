/** Events of the app itself: its data stay, for the operator to keep or delete. */

import type { App } from '@slack/bolt';
import { APP_UNINSTALLED, BOT_TOKEN_REVOKED } from '../../views/parts/readiness.ts';
import type { CommandContext } from '../context.ts';
import { isBotRevoked } from './event-payloads.ts';

export function registerAppEvents(app: App, bot: Pick<CommandContext, 'onTokenLost'>): void {
  app.event('app_uninstalled', () => {
    bot.onTokenLost(APP_UNINSTALLED);
    return Promise.resolve();
  });
  app.event('tokens_revoked', ({ body }) => {
    if (isBotRevoked(body)) bot.onTokenLost(BOT_TOKEN_REVOKED);
    return Promise.resolve();
  });
}
