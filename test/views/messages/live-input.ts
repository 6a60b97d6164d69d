/** A live message of alpine:3.16, followed by two people. */

import type { Snapshot } from '../../../src/scan/snapshot.ts';
import { type LiveInput, liveView } from '../../../src/views/messages/live.ts';
import { ALPINE, CONSOLE_URL, draw, HOUR, NOW } from '../support/samples.ts';

export function live(
  snapshot: Snapshot,
  more: Partial<LiveInput> & { end?: LiveInput['content']['end'] } = {},
) {
  const { end = null, ...rest } = more;
  return liveView({
    watchId: 'w1',
    target: ALPINE,
    content: { snapshot, end, stoppedBy: end === 'stopped' ? 'U2' : null },
    followers: ['U1', 'U2'],
    consoleUrl: CONSOLE_URL,
    watchTtlMs: 24 * HOUR,
    requests: { startedBy: null, stoppedBy: null, requestedBy: null },
    now: NOW,
    ...rest,
  });
}

/** Its lines. */
export const drawn = (...input: Parameters<typeof live>) => draw(live(...input));
