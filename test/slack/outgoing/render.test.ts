import { beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryKind, Receipt } from '../../../src/scan/delivery.ts';
import { REGULAR_SCAN } from '../../../src/scan/target.ts';
import { createDeliverySender, type SendOptions, toSearch } from '../../../src/slack/outgoing/render.ts';
import type { LeasedDelivery } from '../../../src/store/outbox/load.ts';
import { HOUR, NOON } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { groupedRows } from '../../support/rows.ts';
import { leaseOf, watching } from '../../support/store.ts';

const ACCEPTED: Receipt = { kind: 'accepted', ts: '2.0' };
const MALFORMED: Receipt = { kind: 'refused', error: 'invalid_blocks', reason: 'malformed' };
const FOUND = { name: 'a:1', findings: { critical: 3, high: 2, medium: 0, low: 0, compliance: 0 } };
const WORST = { kind: 'regular', errors: [], failed: [], specifications: 1, worst: [FOUND] } as const;

const NO_LINES = { subject: { kind: 'board', lines: [] } };

type Sent = Readonly<Record<string, unknown>> & { readonly blocks: readonly { readonly type: string }[] };

const database = useMemory();
let live: LeasedDelivery;

beforeEach(async () => {
  live = await leaseOf(database, await watching(database));
});

/** Of the registry scan, whose completion has a table. */
function completion(): LeasedDelivery {
  const requests = { startedBy: null, stoppedBy: null, requestedBy: null };
  const subject = {
    kind: 'scan',
    target: REGULAR_SCAN,
    report: WORST,
    requests,
    diagnosis: null,
    others: null,
  };
  const snapshot = { ...live.content.snapshot, state: 'completed', endedAt: NOON, evidence: 'reported' };
  const content = { ...live.content, end: 'scan-ended', snapshot };
  return { ...live, kind: 'completion', subject, content } as unknown as LeasedDelivery;
}

async function send(delivery: LeasedDelivery, receipt = ACCEPTED, options: Partial<SendOptions> = {}) {
  const sent: [method: string, message: Sent][] = [];
  const method = (name: string) => (message: Sent) => {
    sent.push([name, message]);
    return Promise.resolve(receipt);
  };
  const result = await createDeliverySender({
    webApi: { post: method('post'), update: method('update') } as unknown as SendOptions['webApi'],
    withheldReason: () => Promise.resolve(null),
    consoleLink: () => null,
    watchTtlMs: 24 * HOUR,
    isRescanOffered: false,
    now: () => NOON,
    ...options,
  })(delivery);
  return { receipt: result, sent };
}

const typesOf = ([, { blocks }]: [string, Sent]) => blocks.map(({ type }) => type);

it('a live message is posted with its delivery, where its watch is', async () => {
  const { receipt, sent } = await send({ ...live, thread: '1.0' });
  const text = expect.stringMatching(/^alpine:3.16 · scanning/) as string;
  const expected = { channel: 'C1', thread: '1.0', delivery: live.id, text };
  expect([receipt, sent]).toEqual([ACCEPTED, [['post', expect.objectContaining(expected)]]]);
  expect(JSON.stringify(sent)).toContain(`C1|${live.messageId}`);
});

const KINDS = groupedRows<string, DeliveryKind>({
  post: ['live', 'notice', 'stopped-by', 'completion'],
  update: ['update', 'final'],
});

it.each(KINDS)('%s: chat.%s', async (kind, method) => {
  const { sent } = await send({ ...live, kind, messageTs: '1.0' });
  const tsOrThread = method === 'post' ? '' : '1.0';
  expect(sent.map(([name, { ts, thread }]) => [name, ts ?? thread])).toEqual([[method, tsOrThread]]);
});

it('nothing is edited where there is no live message', async () => {
  const receipt = { kind: 'refused', error: 'no_live_message', reason: 'message-gone' };
  expect(await send({ ...live, kind: 'update', messageTs: null })).toEqual({ receipt, sent: [] });
});

it.each([
  ['a scan', () => completion()],
  ['a board', () => ({ ...completion(), ...NO_LINES }) as unknown as LeasedDelivery],
])('the end of %s mentions nobody where the settings say so', async (_, of) => {
  for (const areMentionsOn of [true, false]) {
    const delivery = { ...of(), followers: ['U1'], settings: { ...live.settings, areMentionsOn } };
    expect(JSON.stringify((await send(delivery)).sent).includes('<@U1>')).toBe(areMentionsOn);
  }
});

describe('what Slack rejects', () => {
  it('is sent as text', async () => {
    const { sent } = await send({ ...live, isPlain: true });
    expect(sent.map(([, { text, blocks }]) => [text, blocks])).toEqual([[expect.stringMatching(/./), []]]);
  });

  it('may be its table, which comes as lines then', async () => {
    const first = await send(completion(), MALFORMED);
    expect(first.receipt).toEqual({ ...MALFORMED, reason: 'table' });
    expect(typesOf(first.sent[0]!)).toContain('table');
    const second = await send({ ...completion(), isTableRejected: true }, MALFORMED);
    expect(second.receipt).toEqual(MALFORMED);
    expect(typesOf(second.sent[0]!)).not.toContain('table');
    expect(second.sent[0]![1].blocks).toHaveLength(first.sent[0]![1].blocks.length);
  });

  it.each<Receipt>([
    { kind: 'refused', error: 'is_archived', reason: 'place-gone' },
    { kind: 'unknown', detail: 'timeout' },
    ACCEPTED,
  ])('is not its table where it is something else: %o', async (receipt) => {
    expect((await send(completion(), receipt)).receipt).toEqual(receipt);
  });
});

const withheldReason = () => Promise.resolve('shared' as const);
const consoleLink = () => {
  throw new Error('no template');
};

it.each<[string, Partial<SendOptions>, Receipt]>([
  ['may not be sent there', { withheldReason }, { kind: 'unsent', detail: 'shared' }],
  ['cannot be rendered', { consoleLink }, { kind: 'refused', error: 'no template', reason: 'malformed' }],
])('what %s costs no call', async (_, options, receipt) => {
  expect(await send(live, ACCEPTED, options)).toEqual({ receipt, sent: [] });
});

it('a post is searched for where it would be, from the time of its attempt', () => {
  const search = { channel: 'C1', thread: '1.0', delivery: live.id, slackAt: NOON };
  expect(toSearch({ ...live, thread: '1.0', slackAt: NOON })).toEqual(search);
});
