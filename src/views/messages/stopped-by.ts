/** A post for those who wait for a completion that will not come: who stopped the watch, and how to go on. */

import type { DeliveryContent } from '../../scan/delivery.ts';
import type { Target } from '../../scan/target.ts';
import { type Message, note } from '../kit/blocks.ts';
import { mention } from '../kit/mrkdwn.ts';
import { capital, commandFor, scanPhrase, shortName } from '../parts/target-name.ts';

interface StoppedByInput {
  /** All images of a board. */
  readonly targets: readonly Target[];
  readonly content: DeliveryContent;
}

export function stoppedByView({ targets, content }: StoppedByInput): Message {
  const who = content.stoppedBy === null ? '' : mention(content.stoppedBy);
  const by = who === '' ? '' : ` by ${who}`;
  const [target] = targets;
  if (target === undefined || targets.length > 1)
    return note(`🔕 The ${targets.length} images of this board are no longer watched: stopped${by}.`, [
      'I won’t post when they end. To watch one again: `/scanprogress watch IMAGE`',
    ]);
  const name = target.kind === 'regular' ? 'the registry scan' : shortName(target);
  return content.stopped === 'subscription'
    ? note(`🔕 This channel is no longer subscribed to ${name}: unsubscribed${by}.`, [
        `To follow every scan again: ${commandFor('subscribe', target)}`,
      ])
    : note(`🔕 ${capital(scanPhrase(target))} is no longer watched: stopped${by}.`, [
        `I won’t post when it ends. To watch it again: ${commandFor('watch', target)}`,
      ]);
}
