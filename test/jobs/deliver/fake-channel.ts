/**
 * Slack as the delivery loop sees it: two functions. It keeps every message with everything it ever showed, and every
 * call with its time, and does whatever a test wants with the next ones.
 */

import type { DeliveryContent, DeliveryKind, Found, Receipt } from '../../../src/scan/delivery.ts';
import type { LeasedDelivery } from '../../../src/store/outbox/load.ts';

export interface Call {
  readonly at: number;
  readonly kind: DeliveryKind;
  readonly messageId: string;
  readonly id: string;
  readonly scanned: number;
  readonly isPlain: boolean;
  readonly messageTs: string | null;
}

export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly kind: DeliveryKind;
  readonly messageId: string;
  readonly delivery: string;
  /** What it showed, from its post to its last edit. */
  readonly shown: Shown[];
}

export interface Shown {
  readonly kind: DeliveryKind;
  readonly scan: number;
  readonly scanned: number;
  readonly end: DeliveryContent['end'];
}

/**
 * `kept`: its response although it stores the message. `never`: neither stores nor responds. `stored`: stores and never
 * responds.
 */
export type Answer = Receipt | { readonly kept: Receipt } | 'never' | 'stored';

export interface FakeChannel {
  readonly calls: Call[];
  readonly callsAs: (...kinds: readonly DeliveryKind[]) => Call[];
  readonly lookups: { readonly at: number; readonly id: string }[];
  readonly messages: Message[];
  /** Slack's response to a call; null for the default. */
  answer: (delivery: LeasedDelivery) => Answer | null | Promise<Answer | null>;
  /** What the history shows; null for what is there. */
  find: (delivery: LeasedDelivery) => Found | Promise<Found> | null;
  readonly send: (delivery: LeasedDelivery) => Promise<Receipt>;
  readonly look: (delivery: LeasedDelivery) => Promise<Found>;
  /** Somebody deletes a message. */
  remove(ts: string): void;
}

export function createFakeChannel(now: () => number): FakeChannel {
  const channel: FakeChannel = {
    calls: [],
    callsAs: (...kinds) => channel.calls.filter(({ kind }) => kinds.includes(kind)),
    lookups: [],
    messages: [],
    answer: () => null,
    find: () => null,
    async send(delivery) {
      // Like the bot, which has nothing to edit then and makes no call.
      if (isEdit(delivery.kind) && delivery.messageTs === null) return MESSAGE_GONE;
      channel.calls.push(toCall(delivery, now()));
      const answer = await channel.answer(delivery);
      if (answer === 'stored') store(channel.messages, delivery);
      if (answer === 'never' || answer === 'stored') return new Promise(() => undefined);
      if (answer === null) return store(channel.messages, delivery);
      if (!('kept' in answer)) return answer;
      store(channel.messages, delivery);
      return answer.kept;
    },
    async look(delivery) {
      channel.lookups.push({ at: now(), id: delivery.id });
      const found = await channel.find(delivery);
      if (found !== null) return found;
      const message = channel.messages.find(({ delivery: id }) => id === delivery.id);
      return message === undefined ? { kind: 'absent' } : { kind: 'found', ts: message.ts };
    },
    remove(ts) {
      channel.messages.splice(
        channel.messages.findIndex((message) => message.ts === ts),
        1,
      );
    },
  };
  return channel;
}

export const MESSAGE_GONE: Receipt = { kind: 'refused', error: 'message_not_found', reason: 'message-gone' };
export const UNKNOWN: Receipt = { kind: 'unknown', detail: 'timeout' };
export const UNSENT: Receipt = { kind: 'unsent', detail: 'ECONNREFUSED' };

export function rateLimited(retryAfterMs: number): Receipt {
  return { kind: 'rate-limited', retryAfterMs };
}

export function refused(reason: (Receipt & { kind: 'refused' })['reason']): Receipt {
  return { kind: 'refused', error: reason, reason };
}

function isEdit(kind: DeliveryKind): boolean {
  return kind === 'update' || kind === 'final';
}

function toCall(delivery: LeasedDelivery, at: number): Call {
  const { kind, messageId, id, content, isPlain, messageTs } = delivery;
  return { at, kind, messageId, id, scanned: content.snapshot.images.scanned, isPlain, messageTs };
}

function store(messages: Message[], delivery: LeasedDelivery): Receipt {
  const { kind, messageId, id, conversation, content, messageTs } = delivery;
  const { images, scan } = content.snapshot;
  const shown: Shown = { kind, scan, scanned: images.scanned, end: content.end };
  if (!isEdit(kind)) {
    const ts = `ts-${messages.length}-${id}`;
    messages.push({ ts, channel: conversation.channel, kind, messageId, delivery: id, shown: [shown] });
    return { kind: 'accepted', ts };
  }
  const message = messages.find(({ ts }) => ts === messageTs);
  if (message === undefined) return MESSAGE_GONE;
  message.shown.push(shown);
  return { kind: 'accepted', ts: message.ts };
}
