/** I18: each weekly digest that was due is posted once, whoever dies around its hour. */

import { parseSettings } from '../../../src/store/channel-settings.ts';
import type { World } from '../world.ts';

export interface DigestRecord {
  /** Epoch ms; null for none. */
  dueAt: number | null;
  /** Those whose time had come. */
  readonly owed: number[];
}

type Row = Readonly<Record<string, unknown>>;

/** `now`: what the wall shows, epoch ms. Only who turns it off takes one that is due back. */
export function noteDigest(digests: Map<string, DigestRecord>, row: Row, now: number): void {
  const channel = String(row['channel']);
  const known = digests.get(channel) ?? { dueAt: null, owed: [] };
  digests.set(channel, known);
  const dueAt = row['digest_at'] === null ? null : Number(row['digest_at']);
  if (dueAt === known.dueAt) return;
  const isOff = parseSettings(String(row['settings'])).digest === null;
  if (known.dueAt !== null && known.dueAt <= now && !isOff) known.owed.push(known.dueAt);
  known.dueAt = dueAt;
}

export function judgeDigests({ judge, slack, clock, scenario, isClockSet }: World): void {
  if (isClockSet) return;
  for (const [channel, { dueAt, owed }] of judge.ledger.digests) {
    const posts = slack.messages.filter((one) => one.kind === 'digest' && one.channel === channel);
    const counted = `${channel} was owed ${String(owed.length)} digests and has ${String(posts.length)}`;
    if (dueAt !== null && dueAt <= clock.now()) judge.accuse('I18', `a digest of ${channel} was never made`);
    if (posts.length < owed.length && !slack.wasArchived(channel, 0)) judge.accuse('I18', counted);
    // Without the history there is no means but to post again.
    if (posts.length > owed.length && !(scenario.isHistoryHidden && owed.length > 0))
      judge.accuse('I18', counted);
  }
}
