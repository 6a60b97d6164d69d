import type { KnownBlock } from '@slack/types';
import { describe, expect, it } from 'vitest';
import { confirmModal } from '../../../src/views/replies/confirm-modal.ts';
import { draw } from '../support/samples.ts';

const input = { channel: 'C1', thread: '1700000000.000100', isOngoing: null };

describe('the question before a scan is started or stopped', () => {
  it.each([
    ['start', 'start-regular', 'Start registry scan?', 'Start scan'],
    ['stop', 'stop-regular', 'Stop registry scan?', 'Stop scan'],
  ] as const)('knows what it asks and where the answer goes: %s', (kind, callback, title, submit) => {
    expect(confirmModal(kind, input)).toMatchObject({
      type: 'modal',
      callback_id: callback,
      title: { text: title },
      private_metadata: '{"channel":"C1","thread":"1700000000.000100"}',
      submit: { text: submit },
      close: { text: 'Cancel' },
    });
  });

  it.each([
    ['start', false, /^This scans all registries[^\n]*$/],
    [
      'start',
      true,
      /A registry scan is running already.*Stop it first, or wait.*\*Start scan\* only watches it/,
    ],
    ['start', null, /did not say in time.*may refuse/],
    ['stop', true, /^This stops the registry scan for everybody[^\n]*$/],
    ['stop', false, /may be nothing to stop.*just started only after a moment/],
    ['stop', null, /did not say in time/],
  ] as const)('says what will come of it: %s while one goes on: %s', (kind, isOngoing, words) => {
    expect(draw({ blocks: confirmModal(kind, { ...input, isOngoing }).blocks as KnownBlock[] })).toMatch(
      words,
    );
  });

  it('refuses to carry more than comes back', () => {
    expect(() => confirmModal('start', { ...input, channel: 'C'.repeat(3_000) })).toThrow(RangeError);
  });
});
