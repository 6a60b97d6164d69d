/** Notification settings of each channel. */

import { type ChannelSettings, DEFAULT_SETTINGS } from '../scan/channel-settings.ts';
import type { Database } from './database.ts';

export async function findSettings(database: Database, channel: string): Promise<ChannelSettings> {
  const [row] = await database.query('select settings from channel_settings where channel = $1', [channel]);
  return parseSettings(row === undefined ? null : String(row['settings']));
}

export async function saveSettings(
  database: Database,
  change: { channel: string; settings: ChannelSettings; userId: string; now: number },
): Promise<void> {
  const { channel, settings, userId, now } = change;
  await database.query(
    `insert into channel_settings (channel, settings, changed_by, changed_at) values ($1, $2, $3, $4)
      on conflict (channel) do update set settings = excluded.settings, changed_by = excluded.changed_by,
        changed_at = excluded.changed_at`,
    [channel, JSON.stringify(settings), userId, now],
  );
}

/** Parses the column written by saveSettings. Earlier versions wrote fewer fields, and one under another name. */
export function parseSettings(settings: string | null): ChannelSettings {
  if (settings === null) return DEFAULT_SETTINGS;
  const { areLivesShown, ...written } = JSON.parse(settings) as Partial<ChannelSettings> & EarlierSettings;
  const earlier = areLivesShown === undefined ? {} : { showLiveMessages: areLivesShown };
  return { ...DEFAULT_SETTINGS, ...earlier, ...written };
}

interface EarlierSettings {
  readonly areLivesShown?: boolean;
}
