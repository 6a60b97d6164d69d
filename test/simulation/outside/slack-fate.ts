/** What becomes of one call to Slack. */

import type { DeliveryKind, Receipt } from '../../../src/scan/delivery.ts';
import type { Outside } from '../world.ts';

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

export function drawFate(world: Outside, kind: DeliveryKind): SlackFate {
  const { chance, faults } = world;
  const share = faults();
  const isPost = kind !== 'update' && kind !== 'final';
  const landsMs = chance.hits(share.slowSlack) ? chance.between(500, 9_500) : latencyMs(world);
  const answerMs = landsMs + chance.between(1, 50);
  const plain: SlackFate = { kind: 'plain', landsMs, answerMs, receipt: null };
  if (chance.hits(share.rateLimited)) {
    return {
      ...plain,
      landsMs: null,
      receipt: { kind: 'rate-limited', retryAfterMs: chance.pick([1_000, 7_000, 30_000]) },
    };
  }
  if (chance.hits(share.unsent)) return { ...plain, landsMs: null, receipt: unsent };
  if (!isPost && chance.hits(share.lateEdit)) {
    return {
      ...plain,
      landsMs: chance.between(CALL_MS + 1, CALL_MS + LATE_MS),
      answerMs: CALL_MS,
      receipt: unknown('timeout'),
    };
  }
  if (chance.hits(share.lostMessage)) {
    const lostAt = chance.hits(0.5) ? CALL_MS : answerMs;
    return { ...plain, landsMs: storedOrNot(world, landsMs), answerMs: lostAt, receipt: unknown('timeout') };
  }
  if (chance.hits(share.fatalError)) {
    return { ...plain, landsMs: storedOrNot(world, landsMs), receipt: unknown('fatal_error') };
  }
  if (chance.hits(share.malformed)) return { ...plain, kind: 'malformed' };
  return !isPost && chance.hits(share.editClosed) ? { ...plain, kind: 'edit-closed' } : plain;
}

const unsent: Receipt = { kind: 'unsent', detail: 'ECONNREFUSED' };

function unknown(detail: string): Receipt {
  return { kind: 'unknown', detail };
}

function storedOrNot({ chance }: Outside, landsMs: number): number | null {
  return chance.hits(0.5) ? landsMs : null;
}

/** After a clock change Slack stores immediately: the age of a call is unknown then. */
function latencyMs({ chance, isClockSet }: Outside): number {
  const latency = chance.between(20, 300);
  return isClockSet ? 0 : latency;
}
