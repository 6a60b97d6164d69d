/** Delivery → Slack call. Rendered when sent, from the snapshot of the outbox. */

import { messageOf } from '../../errors.ts';
import type { BoardLine } from '../../scan/board.ts';
import type { Receipt } from '../../scan/delivery.ts';
import { mayMention } from '../../scan/channel-settings.ts';
import type { Target } from '../../scan/target.ts';
import type { LeasedDelivery, Subject } from '../../store/outbox/load.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { hasTable, withoutTables } from '../../views/kit/table.ts';
import { boardCompletionView, boardView } from '../../views/messages/board.ts';
import { completionView } from '../../views/messages/completion.ts';
import { digestView } from '../../views/messages/digest.ts';
import { liveView } from '../../views/messages/live.ts';
import { noticeView } from '../../views/messages/notice.ts';
import { stoppedByView } from '../../views/messages/stopped-by.ts';
import { bindButtons } from '../web-api/binding.ts';
import type { PostSearch } from '../web-api/find-post.ts';
import type { WebApi } from '../web-api/web-api.ts';

export interface SendOptions {
  readonly webApi: WebApi;
  /** Why nothing is sent to a conversation now; null where sending is allowed. Rejects only where the database does. */
  readonly withheldReason: (channel: string) => Promise<string | null>;
  readonly consoleLink: (target: Target) => string | null;
  readonly watchTtlMs: number;
  /** SCAN_OPERATORS is set. */
  readonly isRescanOffered: boolean;
  readonly now: () => number;
}

/** Never rejects: every outcome is a receipt. */
export function createDeliverySender(options: SendOptions): (delivery: LeasedDelivery) => Promise<Receipt> {
  return async (delivery) => {
    try {
      const { channel } = delivery.conversation;
      const withheldReason = await options.withheldReason(channel);
      if (withheldReason !== null) return { kind: 'unsent', detail: withheldReason };
      const { text, blocks } = bindButtons(render(options, delivery), channel);
      const sent = delivery.isPlain ? [] : delivery.isTableRejected ? withoutTables(blocks) : blocks;
      const receipt = await send(options.webApi, delivery, { text, blocks: sent });
      return hasTable(sent) && isMalformed(receipt) ? { ...receipt, reason: 'table' } : receipt;
    } catch (error) {
      // A bug of a view: tried once more as text, like blocks that Slack rejects, then failed.
      return { kind: 'refused', error: messageOf(error), reason: 'malformed' };
    }
  };
}

/** Not every Slack takes tables, and the buttons are worth another try. */
function isMalformed(receipt: Receipt): receipt is Receipt & { readonly kind: 'refused' } {
  return receipt.kind === 'refused' && receipt.reason === 'malformed';
}

function send(webApi: WebApi, delivery: LeasedDelivery, message: Message): Promise<Receipt> {
  const { id, kind, messageTs, thread } = delivery;
  const { channel } = delivery.conversation;
  switch (kind) {
    case 'live':
    case 'notice':
    case 'stopped-by':
    case 'completion':
    case 'digest':
      return webApi.post({ channel, thread, ...message, delivery: id });
    case 'update':
    case 'final':
      if (messageTs === null) return Promise.resolve(NO_LIVE_MESSAGE);
      return webApi.update({ channel, ts: messageTs, ...message });
  }
}

/** Its post failed, or it was deleted. */
const NO_LIVE_MESSAGE: Receipt = { kind: 'refused', error: 'no_live_message', reason: 'message-gone' };

/** Where the post would be. */
export function toSearch({ id, conversation, thread, slackAt }: LeasedDelivery): PostSearch {
  return { channel: conversation.channel, thread, delivery: id, slackAt };
}

function render(options: SendOptions, delivery: LeasedDelivery): Message {
  const { subject, settings } = delivery;
  switch (subject.kind) {
    case 'board':
      return renderBoard(options, delivery, subject.lines);
    case 'scan':
      return renderScan(options, delivery, subject);
    case 'digest':
      return digestView(subject.digest, settings.digest);
  }
}

function renderBoard(
  { watchTtlMs, now: clock }: SendOptions,
  { kind, content, messageId, followers, settings, isQuiet, isPlain }: LeasedDelivery,
  lines: readonly BoardLine[],
): Message {
  if (kind === 'stopped-by') return stoppedByView({ targets: lines.map(({ target }) => target), content });
  const now = clock();
  const board = { boardId: messageId, lines, followers, isQuiet, watchTtlMs, now };
  return kind === 'completion'
    ? boardCompletionView({ ...board, mayMention: mayMention(settings, now), isPlain })
    : boardView(board);
}

function renderScan(
  options: SendOptions,
  { kind, content, followers, messageId, settings, isQuiet, isPlain }: LeasedDelivery,
  { target, report, requests, diagnosis, before, others }: Subject & { readonly kind: 'scan' },
): Message {
  const { consoleLink, watchTtlMs, isRescanOffered } = options;
  const now = options.now();
  const shown = report?.kind === 'diagnosis' ? null : report;
  const consoleUrl = consoleLink(target);
  const input = { target, content, followers, requests, report: shown, consoleUrl, watchTtlMs, now };
  switch (kind) {
    case 'live':
    case 'update':
    case 'final':
      return liveView({ ...input, watchId: messageId, diagnosis, before, isQuiet });
    case 'completion':
      return completionView({ ...input, mayMention: mayMention(settings, now), isRescanOffered, isPlain });
    case 'stopped-by':
      return stoppedByView({ targets: [target], content });
    // A digest is about no scan.
    case 'digest':
    case 'notice': {
      const topic = content.notice ?? 'stalled';
      const found = report?.kind === 'image' ? report : null;
      return noticeView({
        topic,
        target,
        snapshot: content.snapshot,
        diagnosis: report?.kind === 'diagnosis' ? report : null,
        report: found,
        others,
        isRescanOffered,
        now,
      });
    }
  }
}
