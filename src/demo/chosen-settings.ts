/** What two channels of the demo have chosen in `settings` before its story begins. */

import { WEEKDAYS, type DigestTime } from '../scan/weekly-digest.ts';
import { type ChannelSettings, DEFAULT_SETTINGS } from '../scan/channel-settings.ts';
import { saveSettings } from '../store/channel-settings.ts';
import { migrate, readMigrations } from '../store/drivers/migrate.ts';
import { openLocation } from '../store/drivers/open.ts';
import { CHANNELS, PEOPLE } from './workspace.ts';

/** By then the release was scanned twice, and its second scan found more. */
const DIGEST_AFTER_MS = 7 * 60_000;

/** Security hears of what is new and high or worse; the platform team gets the digest of a week, soon. */
export async function chooseSettings(file: string, now: number): Promise<void> {
  const database = await openLocation({ kind: 'sqlite', file });
  try {
    await migrate(database, readMigrations(), now);
    const save = (channel: string, userId: string, chosen: Partial<ChannelSettings>) =>
      saveSettings(database, { channel, userId, now, settings: { ...DEFAULT_SETTINGS, ...chosen } });
    await save(CHANNELS.security.id, PEOPLE.security.id, { threshold: 'new-high' });
    await save(CHANNELS.platform.id, PEOPLE.platform.id, { digest: timeOf(now + DIGEST_AFTER_MS) });
  } finally {
    await database.close();
  }
}

function timeOf(at: number): DigestTime {
  const date = new Date(at);
  return {
    weekday: WEEKDAYS[(date.getUTCDay() + 6) % 7] ?? 'monday',
    minute: date.getUTCHours() * 60 + date.getUTCMinutes(),
    timeZone: 'UTC',
  };
}
