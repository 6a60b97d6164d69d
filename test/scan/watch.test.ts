import { expect, it } from 'vitest';
import { isConversationId } from '../../src/scan/watch.ts';

it.each([
  ['C0GENERAL', true],
  ['G1', true],
  ['D1', true],
  ['C', false],
  ['U1', false],
  ['xC1', false],
  ['C1 ', false],
  [`C${'1'.repeat(41)}`, false],
])('%j names a conversation: %s', (text, expected) => {
  expect(isConversationId(text)).toBe(expected);
});
