/** What a payload is, and by which id its copies are known. */

import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CALLBACK_IDS } from '../../views/parts/buttons.ts';
import { eventPayload, messageKey } from './payloads.ts';

const eventBody = z.object({ type: z.literal('event_callback'), event_id: z.string().min(1) });
/** Only these modals are acknowledged before their work is done: only they are stored. */
const confirmationBody = z.object({
  type: z.literal('view_submission'),
  view: z.object({
    id: z.string().min(1),
    callback_id: z.enum([CALLBACK_IDS.startRegular, CALLBACK_IDS.stopRegular]),
  }),
});
const triggeredBody = z.object({ trigger_id: z.string().min(1) });

/** `view ID`, `message CHANNEL TS` or Slack's event ID; null for what is not stored. */
export function eventId(body: unknown): string | null {
  const view = confirmationBody.safeParse(body).data?.view;
  // A modal is submitted once, so its ID is that of the submission.
  if (view !== undefined) return `view ${view.id}`;
  const id = eventBody.safeParse(body).data?.event_id;
  // An edit repeats a message under another event id: it is not handled twice.
  return id === undefined ? null : (messageKey(body) ?? id);
}

const namedBody = z.object({
  type: z.string().optional(),
  command: z.string().optional(),
  event: z.object({ type: z.string() }).optional(),
});

/** Such as `app_mention`, `/scanprogress`, `block_actions`. */
export function kindOf(body: unknown): string {
  const named = namedBody.safeParse(body).data;
  return named?.event?.type ?? named?.command ?? named?.type ?? 'unknown';
}

/** Slack creates one for each command, click and shortcut. */
export function triggerOf(body: unknown): string | null {
  return triggeredBody.safeParse(body).data?.trigger_id ?? null;
}

export function classOf(body: unknown): 'event' | 'command' | 'interaction' {
  const named = namedBody.safeParse(body).data;
  if (named?.command !== undefined) return 'command';
  return named?.type === 'event_callback' ? 'event' : 'interaction';
}

/**
 * The event's own id, or part of a trigger ID's hash, because a trigger ID can open modals. Copies of one payload have
 * the same.
 */
export function toRequestId(body: unknown): string {
  const trigger = triggerOf(body);
  return eventId(body) ?? (trigger === null ? randomUUID() : hashOf(trigger)).slice(0, 12);
}

/** In hexadecimal digits. The database keeps no trigger ID. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Of a message that is none of the bot's. */
export function isIrrelevant(body: unknown): boolean {
  const parsed = z.object({ event: z.object({ type: z.enum(['app_mention', 'message']) }) }).safeParse(body);
  return parsed.success && eventPayload(body) === null;
}
