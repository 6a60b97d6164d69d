/** Puts the weekly digests that are due into the outbox. One that was due while nothing ran goes out late, and once. */

import { messageOf } from '../../errors.ts';
import { nextDigestAt, toWeeklyDigest, WEEK_MS } from '../../scan/weekly-digest.ts';
import { type DueDigest, readDigestFacts, readDueDigests, recordDigest } from '../../store/outbox/digests.ts';
import type { JobContext } from '../prune.ts';

export async function enqueueDigests(options: JobContext): Promise<void> {
  const { database, now, log } = options;
  for (const due of await readDueDigests(database, now())) {
    try {
      await enqueueDigest(options, due);
    } catch (error) {
      // The other channels must not wait for it.
      log.error(
        { channel: due.channel, error: messageOf(error) },
        'weekly digest not recorded; trying again',
      );
    }
  }
}

async function enqueueDigest({ database, now, log }: JobContext, due: DueDigest): Promise<void> {
  const { channel, time, from, isFarAhead } = due;
  const until = now();
  // From now on: after weeks of downtime one digest is posted, not one for each week.
  const nextAt = time === null ? null : nextDigestAt(time, until);
  if (time === null || isFarAhead) {
    await recordDigest(database, { due, digest: null, nextAt, now: until });
    return;
  }
  // The clock may have been set back since the last one.
  const since = from === null || from >= until ? until - WEEK_MS : from;
  const facts = await readDigestFacts(database, { channel, from: since, until });
  const isOurs = await recordDigest(database, { due, digest: toWeeklyDigest(facts), nextAt, now: until });
  if (isOurs) log.info({ channel, nextAt }, 'weekly digest is to be posted');
}
