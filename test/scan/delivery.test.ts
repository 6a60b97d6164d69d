import { expect, it } from 'vitest';
import { threadOf } from '../../src/scan/delivery.ts';
import { saying } from '../support/store.ts';

const CONTENT = saying(3);
const UNSUBSCRIBED = { ...CONTENT, stopped: 'subscription' } as const;
const IN_CHANNEL = { settings: { completionIn: 'channel' } } as const;
const POST = {
  ...{ content: CONTENT, thread: '', isThreadGone: false, messageTs: '7.1' },
  settings: { completionIn: 'thread' },
} as const;

it.each([
  ['a live message goes to the channel', { kind: 'live' }, ''],
  ['a live message of a thread goes to that', { kind: 'live', thread: '5.0' }, '5.0'],
  [
    'all goes to the channel once its thread is gone',
    { kind: 'notice', thread: '5.0', isThreadGone: true },
    '',
  ],
  ['a notice goes below the message', { kind: 'notice' }, '7.1'],
  ['a completion goes below the message', { kind: 'completion' }, '7.1'],
  ['a stop goes below the message', { kind: 'stopped-by' }, '7.1'],
  ['that of a subscription goes to the channel', { kind: 'stopped-by', content: UNSUBSCRIBED }, ''],
  ['a message that is gone has no thread', { kind: 'completion', messageTs: null }, ''],
  ['a completion goes to a channel that wants that', { kind: 'completion', ...IN_CHANNEL }, ''],
  ['so does a stop', { kind: 'stopped-by', ...IN_CHANNEL }, ''],
  ['a notice stays below', { kind: 'notice', ...IN_CHANNEL }, '7.1'],
  ['a thread comes before the settings', { kind: 'completion', thread: '5.0', ...IN_CHANNEL }, '5.0'],
] as const)('%s', (_, changes, thread) => {
  expect(threadOf({ ...POST, ...changes })).toBe(thread);
});
