/** Channels that want a weekly digest, whose hour comes within the run, with processes that die around it. */

import fc from 'fast-check';
import { WEEKDAYS, type DigestTime } from '../../../src/scan/weekly-digest.ts';
import { findSettings, saveSettings } from '../../../src/store/channel-settings.ts';
import { channelOf } from './places.ts';
import type { SimulatedProcess } from '../process.ts';
import { type DigestWish, hasClockSet, hasFreeze, type Scenario } from './scenario.ts';
import type { World } from '../world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const CHANNELS = 4;

const kill = fc.record({
  kind: fc.constant('kill' as const),
  /** Every 20 s the program enqueues those that are due. */
  afterDueMs: fc.integer({ min: -2_000, max: 22_000 }),
  where: fc.constantFrom(
    '',
    'channel_settings',
    'select channel,',
    'sending the digest',
    'looking for the digest',
  ),
  steps: fc.integer({ min: 1, max: 4 }),
  downMs: fc.integer({ min: 200, max: 20_000 }),
});

const wish = fc.record({
  channel: fc.nat(CHANNELS - 1),
  atMs: fc.integer({ min: 1_000, max: 50_000 }),
  dueMs: fc.constantFrom(MINUTE, 2 * MINUTE),
  /** Somebody turns it off, before its time or after. */
  offMs: fc.option(fc.integer({ min: 40_000, max: 150_000 }), { freq: 4 }),
  kills: fc.array(kill, { maxLength: 2 }),
});

const wishes = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.uniqueArray(wish, { selector: ({ channel }) => channel, minLength: 1, maxLength: 3 }),
  },
);

/** Generated apart: what else a seed stands for stays. */
export function withDigests(scenario: Omit<Scenario, 'digests'>, seed: number): Scenario {
  const [digests = []] = fc.sample(wishes, { seed: -seed, numRuns: 1 });
  const whole = { ...scenario, digests };
  if (hasClockSet(whole) || hasFreeze(whole)) return whole;
  const kills = digests.flatMap(({ dueMs, kills: drawn }) =>
    drawn.map(({ afterDueMs, ...trouble }) => ({ ...trouble, atMs: dueMs + afterDueMs })),
  );
  return { ...whole, troubles: [...scenario.troubles, ...kills] };
}

/** Null turns it off. */
export async function chooseDigest(
  { clock, trace, start }: World,
  { database }: SimulatedProcess,
  { channel: index, dueMs }: Pick<DigestWish, 'channel'> & { readonly dueMs: number | null },
): Promise<void> {
  const channel = channelOf(index);
  const digest = dueMs === null ? null : timeOf(start + dueMs);
  const settings = { ...(await findSettings(database, channel)), digest };
  await saveSettings(database, { channel, settings, userId: 'U1', now: clock.now() });
  trace.say(() => `somebody sets the digest of ${channel}: ${JSON.stringify(digest)}`);
}

function timeOf(at: number): DigestTime {
  // 1970 began on a Thursday.
  const weekday = WEEKDAYS[(Math.floor(at / DAY) + 3) % 7] ?? 'monday';
  return { weekday, minute: Math.ceil((at % DAY) / MINUTE), timeZone: 'UTC' };
}
