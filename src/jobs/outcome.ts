/** Writes a settlement, and one log line about the delivery's outcome. */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { type LeasedDelivery, subjectId } from '../store/outbox/load.ts';
import type { SettledUnreadable } from '../store/outbox/unreadable.ts';
import * as settlements from '../store/outbox/settle.ts';
import { isEdit, type Settlement } from './settle.ts';

export interface OutcomeOptions {
  readonly database: Database;
  readonly owner: string;
  readonly now: () => number;
  readonly log: Log;
}

export interface Outcome {
  /** `superseded`: the lease expired, so another process settles it. */
  readonly kind: Settlement['kind'] | 'superseded';
}

/** Rejects where the database does: the delivery stays `sending`, and is recovered when its lease expires. */
export async function applySettlement(
  options: OutcomeOptions,
  delivery: LeasedDelivery,
  settlement: Settlement,
): Promise<Outcome> {
  const isWritten = await write(options, delivery, settlement);
  const kind = isWritten ? settlement.kind : 'superseded';
  logOutcome(options.log, delivery, { kind, error: settlement.error });
  return { kind };
}

/** A call takes at most 10 s. Deliveries of a crashed process are recovered when its lease expires. */
export const DELIVERY_LEASE_MS = 14_000;

/** Three times the limit of a call: an edit that has not applied by then was lost. */
export const MAY_STILL_APPLY_MS = 30_000;

/** False where the lease had expired. */
function write(options: OutcomeOptions, delivery: LeasedDelivery, settlement: Settlement): Promise<boolean> {
  const { database, owner } = options;
  const now = options.now();
  const settling = { delivery, owner, now };
  switch (settlement.kind) {
    case 'done':
      return isEdit(delivery.kind)
        ? settlements.settleEdited(database, settling)
        : settlements.settlePosted(database, settling, settlement.ts);
    case 'later': {
      const { inMs, error, mayLand } = settlement;
      const retry = {
        dueAt: now + inMs,
        error,
        mayStillApplyUntil: mayLand ? now + MAY_STILL_APPLY_MS : null,
      };
      return settlements.settleLater(database, settling, retry);
    }
    case 'unauthorized':
      // A process with another token may send it now.
      return settlements.settleLater(database, settling, { dueAt: now, error: settlement.error });
    case 'in-doubt': {
      const { inMs, error, skipped } = settlement;
      return settlements.settleAmbiguous(database, settling, { dueAt: now + inMs, error, missed: skipped });
    }
    case 'plain':
      return settlements.settleSimplified(database, settling, { form: 'text', error: settlement.error });
    case 'table-refused':
      return settlements.settleSimplified(database, settling, { form: 'no-table', error: settlement.error });
    case 'message-gone':
      return settlements.settleMessageNotFound(database, settling, settlement.error);
    case 'edit-closed':
      return settlements.settleEditWindowClosed(database, settling, settlement.error);
    case 'place-gone':
      return settlements.settleChannelUnavailable(database, settling, settlement.error);
    case 'given-up':
      return settlements.settleFailed(database, settling, settlement.error);
  }
}

const WORDS: Readonly<Record<Outcome['kind'], { level: 'info' | 'warn' | 'error'; message: string }>> = {
  done: { level: 'info', message: 'delivered' },
  later: { level: 'warn', message: 'not delivered yet; trying again' },
  'in-doubt': { level: 'warn', message: 'post ambiguous; searching the conversation first' },
  plain: { level: 'error', message: 'Slack rejected the blocks, a bug to report; sending the text alone' },
  'table-refused': { level: 'warn', message: 'Slack rejected the table; sending it as text' },
  'message-gone': { level: 'info', message: 'live message deleted; the completion will still be posted' },
  'edit-closed': {
    level: 'info',
    message: 'edit window closed; a new live message continues',
  },
  superseded: { level: 'warn', message: 'lease expired; superseded' },
  'place-gone': { level: 'warn', message: 'channel unavailable; watch ended' },
  unauthorized: {
    level: 'error',
    message: 'Slack rejects SLACK_BOT_TOKEN; deliveries stay queued until it works',
  },
  'given-up': { level: 'error', message: 'Slack rejected it permanently; given up' },
};

export function logUnreadable(log: Log, { id, error, isGivenUp }: SettledUnreadable): void {
  const fields = { delivery: id, error: messageOf(error) };
  if (isGivenUp) log.error(fields, 'delivery unreadable, a bug to report; given up');
  else log.error(fields, 'end unreadable to this version; tried again every ten minutes, for a day');
}

/** `error`: Slack's code, or what happened. */
function logOutcome(
  log: Log,
  delivery: LeasedDelivery,
  { kind, error }: Outcome & { readonly error: string | undefined },
): void {
  const { id, messageId, attempts } = delivery;
  const fields = {
    delivery: id,
    watch: messageId,
    target: subjectId(delivery.subject),
    kind: delivery.kind,
    attempts,
    error,
  };
  const { level, message } = WORDS[kind];
  // Updates come every few seconds: debug level.
  log[kind === 'done' && delivery.kind === 'update' ? 'debug' : level](fields, message);
}
