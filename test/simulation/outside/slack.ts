/**
 * Slack's true state: its messages with all their states, and the outcome of calls. A response may be lost although the
 * message exists; an edit may apply long after its caller has given up.
 */

import type { DeliveryContent, DeliveryKind, Found, Receipt } from '../../../src/scan/delivery.ts';
import { targetId } from '../../../src/scan/target.ts';
import { toSearch } from '../../../src/slack/outgoing/render.ts';
import type { LeasedDelivery, Message, Shown, SimulatedSlack } from './messages.ts';
import { drawFate, type SlackFate } from './slack-fate.ts';
import type { WorldBase } from '../world.ts';

/** A call's own time limit. */
const CALL_MS = 10_000;
/** The contract counts on a message being in the history within 15 s. */
const VISIBLE_WITHIN_MS = 14_000;
const NO_LIVE_MESSAGE: Receipt = { kind: 'refused', error: 'no_live_message', reason: 'message-gone' };

export function createSimulatedSlack(world: WorldBase): SimulatedSlack {
  const messages: Message[] = [];
  const { clock, trace, names } = world;
  const archive = createArchive(clock);
  const nameOf = ({ kind, messageId }: { kind: DeliveryKind; messageId: string }) =>
    `${kind} of ${names.of(messageId)}`;

  /** What Slack does when the call reaches it. */
  function land(
    delivery: LeasedDelivery,
    { begunAt, isLate }: { begunAt: number; isLate: boolean },
  ): Receipt {
    const { kind, content, conversation, messageTs, id, messageId, subject } = delivery;
    const shown: Shown = { at: clock.monotonicNow(), kind, content, isLate, ...detailsOf(subject) };
    if (archive.isArchived(conversation.channel)) return refused('is_archived', 'place-gone');
    trace.say(() => `slack: ${nameOf(delivery)} is stored${isLate ? ' late' : ''}: ${describeShown(shown)}`);
    if (isEdit(kind)) {
      const message = messages.find(({ ts }) => ts === messageTs);
      if (message === undefined || message.isDeleted) return refused('message_not_found', 'message-gone');
      message.shown.push(shown);
      return { kind: 'accepted', ts: message.ts };
    }
    const visibleAt = Math.min(
      clock.monotonicNow() + world.random.between(0, world.scenario.historyLateMs),
      begunAt + VISIBLE_WITHIN_MS,
    );
    const ts = `${String(messages.length + 1)}.${String(clock.monotonicNow())}`;
    const thread = toSearch(delivery).thread;
    messages.push({
      ts,
      channel: conversation.channel,
      thread,
      kind,
      messageId,
      about: subject.kind === 'scan' ? targetId(subject.target) : null,
      delivery: id,
      visibleAt,
      shown: [shown],
      isDeleted: false,
      isClosed: false,
      isKnown: false,
    });
    return { kind: 'accepted', ts };
  }

  /** Errors without any effect; null where the call is executed. */
  function refuse(delivery: LeasedDelivery, fate: SlackFate): Receipt | null {
    const { kind, conversation, messageTs, isPlain, isTableRejected, thread } = delivery;
    if (world.isDown('token-revoked')) return refused('token_revoked', 'unauthorized');
    if (archive.isArchived(conversation.channel)) return refused('is_archived', 'place-gone');
    const isTableIn = kind === 'completion' && !isTableRejected;
    if (fate.kind === 'malformed')
      return isPlain ? null : refused('invalid_blocks', isTableIn ? 'table' : 'malformed');
    if (kind === 'live') return null;
    const live = messages.find(({ ts }) => ts === messageTs);
    if (live !== undefined && isEdit(kind) && fate.kind === 'edit-closed') live.isClosed = true;
    if (live?.isClosed === true && isEdit(kind)) return refused('edit_window_closed', 'edit-closed');
    const root = isEdit(kind) ? undefined : messages.find(({ ts }) => ts === thread);
    return root?.isDeleted === true ? refused('thread_not_found', 'message-gone') : null;
  }

  return {
    messages,
    ...archive,
    delete(which) {
      const known = messages.filter(
        ({ kind, isKnown, isDeleted }) => kind === 'live' && isKnown && !isDeleted,
      );
      const message = known[which];
      if (message === undefined) return;
      message.isDeleted = true;
      trace.say(() => `somebody deletes the ${nameOf(message)}`);
    },
    send(gate, delivery) {
      // Like the bot, which has nothing to edit then and makes no call.
      if (isEdit(delivery.kind) && delivery.messageTs === null) return Promise.resolve(NO_LIVE_MESSAGE);
      return gate.ask(`sending the ${nameOf(delivery)}`, (answer) => {
        const begunAt = clock.monotonicNow();
        const call = world.judge.slack.onCall(gate, delivery);
        const fate = drawFate(world, delivery.kind);
        const end = (receipt: Receipt): void => {
          trace.say(
            () =>
              `slack: ${gate.name}’s ${nameOf(delivery)} is answered: ${receipt.kind}${'error' in receipt ? ` ${receipt.error}` : ''}`,
          );
          call.onAnswer(receipt);
          answer(receipt);
        };
        const refusal = refuse(delivery, fate);
        if (refusal !== null) {
          clock.after(fate.answerMs, () => end(refusal));
          return;
        }
        let landed: Receipt = { kind: 'unknown', detail: 'nothing landed' };
        if (fate.landsMs !== null) {
          const isLate = fate.landsMs > CALL_MS;
          clock.after(fate.landsMs, () => (landed = land(delivery, { begunAt, isLate })));
        }
        clock.after(fate.answerMs, () => {
          const receipt = fate.receipt ?? landed;
          const message =
            receipt.kind === 'accepted' ? messages.find(({ ts }) => ts === receipt.ts) : undefined;
          if (message !== undefined) message.isKnown = true;
          end(receipt);
        });
      });
    },
    find(gate, delivery) {
      return gate.ask(`looking for the ${nameOf(delivery)}`, (answer) => {
        const look = world.judge.slack.onLook(gate);
        const isSlow = world.random.hits(world.faults().slowSlack);
        clock.after(world.random.between(20, isSlow ? 9_500 : 200), () => {
          const found = lookFor(world, messages, delivery);
          trace.say(() => `slack: ${gate.name} looks for the ${nameOf(delivery)}: ${found.kind}`);
          look.onAnswer(found);
          answer(found);
        });
      });
    },
  };
}

/** Which channels take no messages, and when. */
function createArchive({ monotonicNow }: WorldBase['clock']) {
  const spells: { readonly channel: string; readonly from: number; until: number }[] = [];
  const open = (channel: string) => spells.find((one) => one.channel === channel && one.until === Infinity);
  return {
    archive(channel: string): void {
      if (open(channel) === undefined) spells.push({ channel, from: monotonicNow(), until: Infinity });
    },
    unarchive(channel: string): void {
      const spell = open(channel);
      if (spell !== undefined) spell.until = monotonicNow();
    },
    isArchived: (channel: string) => open(channel) !== undefined,
    wasArchived: (channel: string, from: number, until = Infinity) =>
      spells.some((one) => one.channel === channel && one.from <= until && one.until >= from),
  };
}

function lookFor(world: WorldBase, messages: readonly Message[], delivery: LeasedDelivery): Found {
  const { clock, random, faults, scenario, isDown } = world;
  if (isDown('token-revoked')) return { kind: 'failed', error: 'token_revoked' };
  if (scenario.isHistoryHidden) return { kind: 'no-access', error: 'missing_scope' };
  if (random.hits(faults().failedLook)) {
    if (random.hits(0.5)) return { kind: 'failed', error: 'simulated' };
    return { kind: 'rate-limited', retryAfterMs: random.pick([3_000, 10_000, 30_000]) };
  }
  const { thread, channel } = toSearch(delivery);
  const message = messages.find(
    (one) =>
      one.delivery === delivery.id &&
      one.channel === channel &&
      one.thread === thread &&
      one.visibleAt <= clock.monotonicNow(),
  );
  if (message === undefined) return { kind: 'absent' };
  message.isKnown = true;
  return { kind: 'found', ts: message.ts };
}

function isEdit(kind: DeliveryKind): boolean {
  return kind === 'update' || kind === 'final';
}

function refused(error: string, reason: (Receipt & { kind: 'refused' })['reason']): Receipt {
  return { kind: 'refused', error, reason };
}

function detailsOf(subject: LeasedDelivery['subject']): Pick<Shown, 'report' | 'lines'> {
  if (subject.kind === 'scan') return { report: subject.report, lines: [] };
  return { report: null, lines: subject.kind === 'board' ? subject.lines : [] };
}

function describeShown({ content, lines }: Shown): string {
  const each = lines.map((line) => ` | ${targetId(line.target)} ${describe(line.content)}`);
  return `${describe(content)}${each.join('')}`;
}

function describe({ snapshot, end, notice }: DeliveryContent): string {
  const { scan, state, images, restarts } = snapshot;
  return `${notice === undefined ? '' : `${notice}! `}${end === null ? '' : `${end}: `}#${String(scan)} ${state} ${String(images.scanned)}/${String(images.total)} again ${String(restarts)}`;
}
