/** Notification settings of each channel. */

import { type ChannelSettings, DEFAULT_SETTINGS } from '../scan/channel-settings.ts';
import { nextDigestAt } from '../scan/weekly-digest.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

export async function findSettings(database: Database, channel: string): Promise<ChannelSettings> {
  const [row] = await database.query(sql`select settings from channel_settings where channel = ${channel}`);
  return parseSettings(row === undefined ? null : String(row['settings']));
}

/** Channels with a weekly digest whose settings the person changed last. */
export async function findOwnDigests(
  database: Database,
  userId: string,
): Promise<readonly { readonly channel: string }[]> {
  const rows = await database.query(
    sql`select channel from channel_settings where digest_at is not null and changed_by = ${userId}
      order by changed_at desc, channel`,
  );
  return rows.map(({ channel }) => ({ channel: String(channel) }));
}

export async function saveSettings(
  database: Database,
  change: { channel: string; settings: ChannelSettings; userId: string; now: number },
): Promise<void> {
  const { channel, settings, userId, now } = change;
  const digestAt = settings.digest === null ? null : nextDigestAt(settings.digest, now);
  await database.query(
    sql`insert into channel_settings (channel, settings, changed_by, changed_at, digest_at)
        values (${channel}, ${JSON.stringify(settings)}, ${userId}, ${now}, ${digestAt})
      on conflict (channel) do update set settings = excluded.settings, changed_by = excluded.changed_by,
        changed_at = excluded.changed_at, digest_at = ${KEEPS_WHAT_IS_DUE},
        digest_from = case when excluded.digest_at is null then null else channel_settings.digest_from end`,
  );
}

/** One that is due is posted still, where the channel wants any. */
const KEEPS_WHAT_IS_DUE = sql`case
  when excluded.digest_at is not null and channel_settings.digest_at <= excluded.changed_at
  then channel_settings.digest_at else excluded.digest_at end`;

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
