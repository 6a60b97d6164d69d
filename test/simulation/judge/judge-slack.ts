/** What must hold of the calls to Slack, while they are made. */

import type { Found, Receipt } from '../../../src/scan/delivery.ts';
import type { LeasedDelivery } from '../outside/messages.ts';
import type { Gate } from '../outside/gate.ts';
import type { Court } from './court.ts';
import type { Ledger } from './ledger.ts';

export interface SlackJudge {
  onCall(gate: Gate, delivery: LeasedDelivery): { onAnswer(receipt: Receipt): void };
  onLook(gate: Gate): { onAnswer(found: Found): void };
}

type Method = 'posts' | 'edits' | 'looks' | 'token';

/** Slack grants 50 edits a minute. */
const EDITS_A_MINUTE = 50;
const MINUTE = 60_000;
/** About one message per second and channel. */
const PACE_MS = 1_000;

export function createSlackJudge(court: Court): SlackJudge {
  const { clock, accuse, isClockSet } = court;
  const quiet = createQuiet(court);
  const pace = createPace(court);
  const beingEdited = new Map<string, number>();
  const hasFinal = new Set<string>();
  return {
    onCall(gate, { kind, messageId, messageTs, conversation }) {
      const method: Method = kind === 'update' || kind === 'final' ? 'edits' : 'posts';
      quiet.check(gate, method);
      quiet.check(gate, 'token');
      const takeBack = method === 'posts' ? pace.onPost(gate, conversation.channel) : pace.onEdit(gate);
      checkStopped(court, { gate, kind, messageId });
      if (kind === 'notice') checkNotice(court, gate, messageId);
      if (kind === 'update' && hasFinal.has(messageId))
        accuse('I2', 'an update is sent after the final state');
      if (kind === 'final') hasFinal.add(messageId);
      const edited = method === 'edits' ? messageTs : null;
      if (edited !== null) {
        const edits = (beingEdited.get(edited) ?? 0) + 1;
        beingEdited.set(edited, edits);
        if (edits > 1 && !isClockSet)
          accuse('I2', 'a message is edited while another edit of it is under way');
      }
      return {
        onAnswer(receipt) {
          if (edited !== null) beingEdited.set(edited, (beingEdited.get(edited) ?? 1) - 1);
          if (receipt.kind === 'refused' || receipt.kind === 'unsent') takeBack();
          if (receipt.kind === 'rate-limited') quiet.begin(gate, method, receipt.retryAfterMs);
          // A refused token is refused for everything: a try a minute is enough, until one is taken.
          if (receipt.kind === 'refused' && receipt.reason === 'unauthorized')
            quiet.begin(gate, 'token', MINUTE);
          if (receipt.kind === 'accepted') quiet.end(gate, 'token');
        },
      };
    },
    onLook(gate) {
      quiet.check(gate, 'looks');
      return {
        onAnswer(found) {
          if (found.kind === 'rate-limited') quiet.begin(gate, 'looks', found.retryAfterMs);
        },
      };
    },
  };

  function checkStopped({ ledger }: Court, call: { gate: Gate; kind: string; messageId: string }): void {
    const silentSince = silentFrom(ledger, call.messageId);
    // Others are notified who stopped it.
    if (silentSince === null || call.kind === 'final' || call.kind === 'stopped-by') return;
    // What was leased before the stop and frozen is not called back: that is over once the lease is.
    if (clock.monotonicNow() > silentSince && !call.gate.wasFrozen())
      accuse('I12', `the ${call.kind} is sent after its watch was stopped, or moved onto a board`);
  }
}

/** Since when a watch, or a board, shows nothing but its final state; null while it may. */
function silentFrom({ watches, boards }: Ledger, id: string): number | null {
  const boardedAt = watches.get(id)?.boardedAt ?? null;
  if (boardedAt !== null) return boardedAt;
  const one = watches.get(id) ?? boards.get(id);
  return one?.state === 'stopped' ? one.endedAt : null;
}

/** What was leased before the end and frozen is not called back. */
function checkNotice({ ledger, clock, accuse }: Court, gate: Gate, messageId: string): void {
  const endedAt = (ledger.watches.get(messageId) ?? ledger.boards.get(messageId))?.endedAt ?? null;
  if (endedAt !== null && clock.monotonicNow() > endedAt && !gate.wasFrozen())
    accuse('I2', 'a notice is sent after the end of its watch');
}

/** I6: Slack's pause as one process knows it; another one cannot. */
function createQuiet({ clock, accuse, isClockSet }: Court) {
  const until = new Map<string, { from: number; until: number }>();
  return {
    begin(gate: Gate, method: Method, forMs: number): void {
      const key = `${gate.name} ${method}`;
      const now = clock.monotonicNow();
      until.set(key, { from: now, until: Math.max(until.get(key)?.until ?? 0, now + forMs) });
    },
    end: (gate: Gate, method: Method) => void until.delete(`${gate.name} ${method}`),
    check(gate: Gate, method: Method): void {
      const now = clock.monotonicNow();
      const known = until.get(`${gate.name} ${method}`);
      // Calls in the very instant of the response cannot know it, nor those held back by a freeze.
      if (known === undefined || now <= known.from || now >= known.until || isClockSet || gate.wasFrozen())
        return;
      accuse('I6', `${method} go on before Retry-After is over`);
    },
  };
}

/** Slack's limits per channel and per minute. What it refused, or never got, is no message: each tells how to take it back. */
function createPace({ clock, accuse, isClockSet }: Court) {
  const postedAt = new Map<string, number>();
  const edits = new Map<string, number[]>();
  return {
    onPost(gate: Gate, channel: string): () => void {
      const now = clock.monotonicNow();
      const before = postedAt.get(channel) ?? -Infinity;
      postedAt.set(channel, now);
      if (now - before < PACE_MS && !isClockSet && !gate.wasFrozen())
        accuse('I6', `${channel} gets two messages within a second`);
      return () => {
        if (postedAt.get(channel) === now) postedAt.set(channel, before);
      };
    },
    onEdit(gate: Gate): () => void {
      const now = clock.monotonicNow();
      const recent = (edits.get(gate.name) ?? []).filter((at) => at > now - MINUTE);
      edits.set(gate.name, [...recent, now]);
      if (recent.length >= EDITS_A_MINUTE && !isClockSet && !gate.wasFrozen())
        accuse('I6', `${gate.name} edits more than ${String(EDITS_A_MINUTE)} times a minute`);
      return () => undefined;
    },
  };
}
