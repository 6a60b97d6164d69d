import { expect, it } from 'vitest';
import { idFrom, newId } from '../../src/store/ids.ts';
import { deliveryId, replacementId } from '../../src/store/outbox/enqueue.ts';

const NOON = Date.UTC(2026, 0, 15, 12);

it('ids of a thousand rows of one millisecond differ, and are short', () => {
  const ids = new Set(Array.from({ length: 1_000 }, () => newId(NOON)));
  expect(ids.size).toBe(1_000);
  expect([...ids].every((id) => /^[\w-]{14}$/.test(id))).toBe(true);
});

it('later ids come after earlier ones, whatever digit of the time changes', () => {
  const times = Array.from({ length: 41 }, (_, bit) => NOON + 2 ** bit - 1);
  const ids = times.map(newId);
  expect(ids.toSorted()).toEqual(ids);
});

it('an id from a name is the same each time, and of no other name', () => {
  const namespace = '2b1d6c3e-8a5f-4e0b-9c77-1f6e0d4a92b8';
  expect(idFrom('a', namespace)).toBe(idFrom('a', namespace));
  expect(idFrom('a', namespace)).not.toBe(idFrom('b', namespace));
  expect(idFrom('a', namespace)).toMatch(/^[\w-]{14}$/);
});

it('ids of deliveries are what they were in every version before: a post is never recorded twice', () => {
  const failed = { messageId: 'm', watchId: 'w', kind: 'notice', topic: 'failed', scan: 1 } as const;
  expect([
    deliveryId({ messageId: 'm', kind: 'final', scan: 1 }),
    deliveryId(failed),
    replacementId('m'),
  ]).toEqual([
    '8f2a697e-ea01-5cbb-92f7-fad148c0d380',
    '564bbc43-3a91-5bc7-854e-10ed7231943a',
    '4cdffa20-a34d-55f5-b34f-d4287a591dcc',
  ]);
});
