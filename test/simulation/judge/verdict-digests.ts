/** I18: each weekly digest that was due is posted once, with kills around its hour. */

import type { World } from '../world.ts';

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
