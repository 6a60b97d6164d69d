/** Messages about a scan that two people follow: of alpine:3.16 by default. */

import type { WatchEnd } from '../../../src/scan/delivery.ts';
import type { Snapshot } from '../../../src/scan/snapshot.ts';
import type { Target } from '../../../src/scan/target.ts';
import { type CompletionInput, completionView } from '../../../src/views/messages/completion.ts';
import { type LiveInput, liveView } from '../../../src/views/messages/live.ts';
import { ALPINE, CONSOLE_URL, draw, HOUR, NOW } from '../support/samples.ts';

interface Ending {
  readonly end?: WatchEnd;
}

const NO_REQUESTS = { startedBy: null, stoppedBy: null, requestedBy: null };

export function live(snapshot: Snapshot, more: Partial<LiveInput> & Ending = {}) {
  const { end = null, ...rest } = more;
  return liveView({
    watchId: 'w1',
    target: ALPINE,
    content: { snapshot, end, stoppedBy: end === 'stopped' ? 'U2' : null },
    followers: ['U1', 'U2'],
    consoleUrl: CONSOLE_URL,
    watchTtlMs: 24 * HOUR,
    requests: NO_REQUESTS,
    now: NOW,
    ...rest,
  });
}

/** Its lines. */
export const drawn = (...input: Parameters<typeof live>) => draw(live(...input));

/** The post of its end. */
export function completion(target: Target, snapshot: Snapshot, more: Partial<CompletionInput> & Ending = {}) {
  const { end = 'scan-ended', ...rest } = more;
  return completionView({
    target,
    content: { snapshot, end, stoppedBy: null },
    followers: ['U1', 'U2'],
    consoleUrl: CONSOLE_URL,
    watchTtlMs: 24 * HOUR,
    requests: NO_REQUESTS,
    report: null,
    mayMention: true,
    isRescanOffered: false,
    now: NOW,
    ...rest,
  });
}
