import { expect, it } from 'vitest';
import { enqueueDigests } from '../../../src/jobs/reports/digests.ts';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { nextDigestAt } from '../../../src/scan/weekly-digest.ts';
import { saveSettings } from '../../../src/store/channel-settings.ts';
import { sql } from '../../../src/store/sql.ts';
import { NOON } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { recordingLog } from '../../support/store.ts';

const TIME = { weekday: 'monday', minute: 9 * 60, timeZone: 'Europe/Berlin' } as const;

const database = useMemory();

it.each([
  ['this process', false, ['info weekly digest is to be posted']],
  ['another one', true, []],
])('a digest is logged by who records it: %s', async (_, isRecordedBefore, lines) => {
  const settings = { ...DEFAULT_SETTINGS, digest: TIME };
  await saveSettings(database, { channel: 'C1', userId: 'U1', now: NOON, settings });
  const recording = recordingLog();
  if (isRecordedBefore)
    database.after = (text) =>
      text.includes('digest_from')
        ? database.query(sql`update channel_settings set digest_at = null`)
        : undefined;
  await enqueueDigests({ database, now: () => nextDigestAt(TIME, NOON), log: recording.log });
  expect(recording.lines).toEqual(lines);
});
