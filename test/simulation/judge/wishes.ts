/** The thresholds of each channel, as they really were. */

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
