/**
 * `settings`: the channel's settings, and the modal that changes them. Anyone who may post in a channel may change
 * them.
 */

import type { ChannelSettings } from '../../scan/channel-settings.ts';
import { findSettings, saveSettings } from '../../store/channel-settings.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { settingsModal } from '../../views/settings/modal.ts';
import { settingsSavedView, settingsView } from '../../views/settings/settings.ts';
import type { Request } from '../context.ts';

export async function showSettings({ bot, invocation }: Request): Promise<Message> {
  const { channel } = invocation.conversation;
  return settingsView({ settings: await findSettings(bot.database, channel), channel });
}

/** False where it could not be opened. */
export async function openSettings({ bot, invocation }: Request, channel: string): Promise<boolean> {
  if (invocation.triggerId === null) return false;
  const settings = await findSettings(bot.database, channel);
  // A trigger ID expires after 3 s, so the time zone is fetched only where quiet hours are not set.
  const timeZone = settings.quietHours === null ? await bot.calls.timeZoneOf(invocation.userId) : null;
  const view = settingsModal({ settings, channel, timeZone });
  return (await bot.calls.openModal(invocation.triggerId, view)) !== null;
}

/** Replaces all settings of the channel. The caller has checked that the person may. */
export async function changeSettings(
  { bot, invocation }: Request,
  settings: ChannelSettings,
): Promise<Message> {
  const { userId, conversation } = invocation;
  await saveSettings(bot.database, { channel: conversation.channel, settings, userId, now: bot.now() });
  bot.log.info({ channel: conversation.channel, user: userId, settings }, 'settings changed');
  return settingsSavedView(settingsView({ settings, channel: conversation.channel }));
}
