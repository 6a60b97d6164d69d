import { beforeEach, expect, it } from 'vitest';
import { enqueueDigests } from '../../../src/jobs/reports/digests.ts';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { nextDigestAt, WEEK_MS } from '../../../src/scan/weekly-digest.ts';
import { saveSettings } from '../../../src/store/channel-settings.ts';
import { sql } from '../../../src/store/sql.ts';
import { NOON } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { recordingLog, SILENT_LOG } from '../../support/store.ts';

const TIME = { weekday: 'monday', minute: 9 * 60, timeZone: 'Europe/Berlin' } as const;

const database = useMemory();

const DUE = nextDigestAt(TIME, NOON);

beforeEach(async () => {
  const settings = { ...DEFAULT_SETTINGS, digest: TIME };
  await saveSettings(database, { channel: 'C1', userId: 'U1', now: NOON, settings });
});

it.each([
  ['this process', false, ['info weekly digest is to be posted']],
  ['another one', true, []],
])('a digest is logged by who records it: %s', async (_, isRecordedBefore, lines) => {
  const recording = recordingLog();
  if (isRecordedBefore)
    database.after = (text) =>
      text.includes('digest_from')
        ? database.query(sql`update channel_settings set digest_at = null`)
        : undefined;
  await enqueueDigests({ database, now: () => DUE, log: recording.log });
  expect(recording.lines).toEqual(lines);
});

it('a digest that cannot be recorded holds up no other channel', async () => {
  const settings = { ...DEFAULT_SETTINGS, digest: TIME };
  await saveSettings(database, { channel: 'C2', userId: 'U1', now: NOON, settings });
  let writes = 0;
  database.before = (text) => {
    if (text.includes('update channel_settings') && (writes += 1) === 1) throw new Error('disk I/O error');
  };
  const recording = recordingLog();
  await enqueueDigests({ database, now: () => DUE, log: recording.log });
  expect(recording.lines).toEqual([
    'error weekly digest not recorded; trying again',
    'info weekly digest is to be posted',
  ]);
});

it.each([
  ['one week where it is the first', null, DUE - WEEK_MS],
  ['one week where the clock was set back since the last one', DUE, DUE - WEEK_MS],
  ['all that is new since the last one', DUE - 2 * WEEK_MS, DUE - 2 * WEEK_MS],
])('a digest is of %s', async (_, before, from) => {
  await database.query(sql`update channel_settings set digest_from = ${before}`);
  await enqueueDigests({ database, now: () => DUE, log: SILENT_LOG });
  const [row] = await database.query(sql`select content from deliveries`);
  expect(JSON.parse(String(row?.['content']))).toMatchObject({ from, until: DUE });
});

it('one that would be due in a month, since the clock was set back, is due a week from now', async () => {
  const now = DUE - 4 * WEEK_MS;
  await enqueueDigests({ database, now: () => now, log: SILENT_LOG });
  const rows = await database.query(
    sql`select digest_at, (select count(*) from deliveries) as posts from channel_settings`,
  );
  expect(rows).toEqual([{ digest_at: nextDigestAt(TIME, now), posts: 0 }]);
});

it('one whose next time cannot be recorded is told in the log', async () => {
  const recording = recordingLog();
  database.failOn('update channel_settings');
  await enqueueDigests({ database, now: () => DUE - 4 * WEEK_MS, log: recording.log });
  database.failOn(null);
  expect(recording.lines).toEqual(['error weekly digest not recorded; trying again']);
});

it.each([
  ['is due again after a week', TIME, DUE + WEEK_MS, 1],
  ['is due no more where the channel wants none since', null, null, 0],
])('a digest %s', async (_, digest, next, posts) => {
  const settings = JSON.stringify({ ...DEFAULT_SETTINGS, digest });
  await database.query(sql`update channel_settings set settings = ${settings}`);
  await enqueueDigests({ database, now: () => DUE, log: SILENT_LOG });
  const rows = await database.query(
    sql`select digest_at, (select count(*) from deliveries) as posts from channel_settings`,
  );
  expect(rows).toEqual([{ digest_at: next, posts }]);
});
