/** What becomes of one call to Slack. */

import type { DeliveryKind, Receipt } from '../../../src/scan/delivery.ts';
import type { WorldBase } from '../world.ts';

export interface SlackFate {
  readonly kind: 'plain' | 'malformed' | 'edit-closed';
  /** When Slack executes the call, ms after its start; null for never. */
  readonly landsMs: number | null;
  /** When the caller has a response. */
  readonly answerMs: number;
  /** The caller's receipt; null for the truth. */
  readonly receipt: Receipt | null;
}

/** A call's own time limit. */
const CALL_MS = 10_000;
/** An edit whose caller has given up may land so much later. */
const LATE_MS = 25_000;

export function drawFate(world: WorldBase, kind: DeliveryKind): SlackFate {
  const { random, faults } = world;
  const share = faults();
  const isPost = kind !== 'update' && kind !== 'final';
  const landsMs = random.hits(share.slowSlack) ? random.between(500, 9_500) : latencyMs(world);
  const answerMs = landsMs + random.between(1, 50);
  const plain: SlackFate = { kind: 'plain', landsMs, answerMs, receipt: null };
  if (random.hits(share.rateLimited)) {
    return {
      ...plain,
      landsMs: null,
      receipt: { kind: 'rate-limited', retryAfterMs: random.pick([1_000, 7_000, 30_000]) },
    };
  }
  if (random.hits(share.unsent)) return { ...plain, landsMs: null, receipt: unsent };
  if (!isPost && random.hits(share.lateEdit)) {
    return {
      ...plain,
      landsMs: random.between(CALL_MS + 1, CALL_MS + LATE_MS),
      answerMs: CALL_MS,
      receipt: unknown('timeout'),
    };
  }
  if (random.hits(share.lostMessage)) {
    const lostAt = random.hits(0.5) ? CALL_MS : answerMs;
    return { ...plain, landsMs: storedOrNot(world, landsMs), answerMs: lostAt, receipt: unknown('timeout') };
  }
  if (random.hits(share.fatalError)) {
    return { ...plain, landsMs: storedOrNot(world, landsMs), receipt: unknown('fatal_error') };
  }
  if (random.hits(share.malformed)) return { ...plain, kind: 'malformed' };
  return !isPost && random.hits(share.editClosed) ? { ...plain, kind: 'edit-closed' } : plain;
}

const unsent: Receipt = { kind: 'unsent', detail: 'ECONNREFUSED' };

function unknown(detail: string): Receipt {
  return { kind: 'unknown', detail };
}

function storedOrNot({ random }: WorldBase, landsMs: number): number | null {
  return random.hits(0.5) ? landsMs : null;
}

/** After a clock change Slack stores immediately: the age of a call is unknown then. */
function latencyMs({ random, isClockSet }: WorldBase): number {
  const latency = random.between(20, 300);
  return isClockSet ? 0 : latency;
}
