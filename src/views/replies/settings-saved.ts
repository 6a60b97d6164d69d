/** The answer to *Save*: the settings as they are now. */

import { message, type Message, section } from '../kit/blocks.ts';

export function settingsSavedView(settings: Message): Message {
  return message('Settings saved.', [section(['✅ *Saved.*']), ...settings.blocks]);
}
