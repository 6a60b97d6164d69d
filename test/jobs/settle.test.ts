import { describe, expect, it } from 'vitest';
import { nextLookupIn, planSettlement, pauseOf, type Settlement } from '../../src/jobs/settle.ts';
import type { DeliveryKind, Receipt, RejectionReason } from '../../src/scan/delivery.ts';

const KINDS: readonly DeliveryKind[] = ['live', 'update', 'final', 'completion'];

function settle(
  kind: DeliveryKind,
  receipt: Receipt,
  rest: { attempts?: number; isPlain?: boolean; isInThread?: boolean; random?: number } = {},
) {
  const first = { attempts: 1, isPlain: false, isInThread: false, random: 0 };
  return planSettlement({ kind, receipt, ...first, ...rest });
}

function refused(reason: RejectionReason | 'table'): Receipt {
  return { kind: 'refused', error: reason, reason };
}

describe('what a receipt means', () => {
  const receipts: Readonly<Record<string, Receipt>> = {
    accepted: { kind: 'accepted', ts: '17.1' },
    'rate-limited': { kind: 'rate-limited', retryAfterMs: 30_000 },
    unsent: { kind: 'unsent', detail: 'ECONNREFUSED' },
    unknown: { kind: 'unknown', detail: 'timeout' },
    'message-gone': refused('message-gone'),
    'edit-closed': refused('edit-closed'),
    'place-gone': refused('place-gone'),
    unauthorized: refused('unauthorized'),
    malformed: refused('malformed'),
    other: refused('other'),
  };
  const table: readonly [receipt: string, live: string, update: string, final: string, completion: string][] =
    [
      ['accepted', 'done', 'done', 'done', 'done'],
      ['rate-limited', 'in-doubt', 'later', 'later', 'in-doubt'],
      ['unsent', 'later', 'later', 'later', 'later'],
      ['unknown', 'in-doubt', 'later', 'later', 'in-doubt'],
      ['message-gone', 'given-up', 'message-gone', 'message-gone', 'given-up'],
      ['edit-closed', 'given-up', 'edit-closed', 'edit-closed', 'given-up'],
      ['place-gone', 'place-gone', 'place-gone', 'place-gone', 'place-gone'],
      ['unauthorized', 'unauthorized', 'unauthorized', 'unauthorized', 'unauthorized'],
      ['malformed', 'plain', 'plain', 'plain', 'plain'],
      ['other', 'given-up', 'given-up', 'given-up', 'given-up'],
    ];

  it.each(table)('%s: %s for live, %s for update, %s for final, %s for completion', (name, ...expected) => {
    expect(KINDS.map((kind) => settle(kind, receipts[name]!).kind)).toEqual(expected);
  });

  it('has a row for every receipt', () => {
    expect(table.map(([name]) => name)).toEqual(Object.keys(receipts));
  });

  it('keeps what Slack or the network said', () => {
    const errors = Object.values(receipts).map((receipt) => {
      const settlement = settle('live', receipt);
      return settlement.kind === 'done' ? settlement.ts : settlement.error;
    });
    const refusals = ['message-gone', 'edit-closed', 'place-gone', 'unauthorized', 'malformed', 'other'];
    expect(errors).toEqual(['17.1', 'rate limited', 'ECONNREFUSED', 'timeout', ...refusals]);
  });
});

describe('a completion below a live message that is gone', () => {
  it('is tried again without it, and given up where that does not help', () => {
    expect(settle('completion', refused('message-gone'), { isInThread: true }).kind).toBe('message-gone');
    expect(settle('completion', refused('message-gone'), { isInThread: false }).kind).toBe('given-up');
  });
});

describe('blocks that Slack refuses', () => {
  it.each(KINDS)('are left out once, and then the %s is given up', (kind) => {
    expect(settle(kind, refused('malformed')).kind).toBe('plain');
    expect(settle(kind, refused('malformed'), { isPlain: true }).kind).toBe('given-up');
  });

  it('have text for their table first', () => {
    expect(settle('completion', refused('table')).kind).toBe('table-refused');
  });
});

describe('when it is tried again', () => {
  const inMs = (settlement: Settlement) => ('inMs' in settlement ? settlement.inMs : null);
  const unsent: Receipt = { kind: 'unsent', detail: 'ECONNREFUSED' };
  const unknown: Receipt = { kind: 'unknown', detail: 'timeout' };

  it('after Retry-After, and nothing else of the method before', () => {
    const settlement = settle('update', { kind: 'rate-limited', retryAfterMs: 30_000 });
    expect([inMs(settlement), pauseOf(settlement)]).toEqual([30_000, 30_000]);
  });

  it('at once by whoever has another token, where the token is refused', () => {
    expect(pauseOf(settle('completion', refused('unauthorized')))).toBe(0);
  });

  it.each([
    [1_000, 1_000, [1_000, 1_000, 2_000, 4_000, 7_000]],
    [4_000, 4_000, [2_000, 4_000, 7_000]],
    [5_000, 5_000, [2_000, 4_000, 7_000]],
    [30_000, 30_000, [7_000]],
  ])(
    'a post after a 429 with %i ms is looked for when it is over, and until 15 s have passed',
    (pause, first, then) => {
      const settlement = settle('live', { kind: 'rate-limited', retryAfterMs: pause });
      if (settlement.kind !== 'in-doubt') throw new Error(settlement.kind);
      expect([settlement.inMs, pauseOf(settlement)]).toEqual([first, pause]);
      const gaps = [];
      for (let missed = settlement.skipped; nextLookupIn(missed) !== null; missed += 1)
        gaps.push(nextLookupIn(missed));
      expect(gaps).toEqual(then);
    },
  );

  it('at once for others, whatever one delivery came to', () => {
    const accepted: Receipt = { kind: 'accepted', ts: '17.1' };
    const receipts = [unsent, unknown, refused('place-gone'), refused('malformed'), accepted];
    expect(receipts.map((receipt) => pauseOf(settle('live', receipt)))).toEqual([0, 0, 0, 0, 0]);
  });

  it('after 1, 2, 4 … 60 s at most and half of that at least', () => {
    const waits = (random: number) =>
      [1, 2, 3, 4, 5, 6, 7, 8, 100, 10_000].map((attempts) =>
        inMs(settle('live', unsent, { attempts, random })),
      );
    expect(waits(0)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
    expect(waits(1)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
  });

  it('is the same for an edit of which nobody knows', () => {
    const later = { kind: 'later', mayLand: true, inMs: 2_000, pauseMs: 0, error: 'timeout' };
    expect(settle('final', unknown, { attempts: 3 })).toEqual(later);
  });
});
