/** The thresholds of each channel, and the weekly digests that it was owed, as they really were. */

import type { NotificationRule } from '../../../src/scan/threshold.ts';
import { parseSettings } from '../../../src/store/channel-settings.ts';

export interface Wish extends NotificationRule {
  readonly channel: string;
  /** Ms since the run began. */
  readonly from: number;
}

export function noteWish(wishes: Wish[], row: Readonly<Record<string, unknown>>, from: number): void {
  const channel = String(row['channel']);
  const { threshold, areRegistryEndsPosted } = parseSettings(String(row['settings']));
  const last = wishes.findLast((one) => one.channel === channel);
  if (last?.threshold === threshold && last.areRegistryEndsPosted === areRegistryEndsPosted) return;
  wishes.push({ channel, from, threshold, areRegistryEndsPosted });
}

export interface DigestRecord {
  /** Epoch ms; null for none. */
  dueAt: number | null;
  /** Those whose time had come. */
  readonly owed: number[];
}

/** `now`: what the wall shows, epoch ms. Only who turns it off takes one that is due back. */
export function noteDigest(
  digests: Map<string, DigestRecord>,
  row: Readonly<Record<string, unknown>>,
  now: number,
): void {
  const channel = String(row['channel']);
  const known = digests.get(channel) ?? { dueAt: null, owed: [] };
  digests.set(channel, known);
  const dueAt = row['digest_at'] === null ? null : Number(row['digest_at']);
  if (dueAt === known.dueAt) return;
  const isOff = parseSettings(String(row['settings'])).digest === null;
  if (known.dueAt !== null && known.dueAt <= now && !isOff) known.owed.push(known.dueAt);
  known.dueAt = dueAt;
}
