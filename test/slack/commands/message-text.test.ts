import { describe, expect, it } from 'vitest';
import { messageUrl } from '../../../src/slack/outgoing/permalinks.ts';
import { messageText } from '../../../src/slack/commands/named-images.ts';

describe('what a message says', () => {
  it.each([
    [{ text: 'a', blocks: [{ text: { type: 'mrkdwn', text: 'b' } }], ts: '1.2' }, 'a\nb'],
    [{ attachments: [{ fallback: 'c', title: 'd', color: 'red', image_url: 'e' }] }, 'c\nd'],
    [{ text: 'a', fallback: 'a' }, 'a'],
    [{ text: 'xoxb-1234567890-abcdefghijkl' }, '[redacted]'],
    [null, ''],
    [7, ''],
  ])('%j', (message, said) => {
    expect(messageText(message)).toBe(said);
  });

  it('is read no further than any message of Slack goes', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => ({ text: `${index}` }));
    expect(messageText(many).split('\n').length).toBeLessThan(2_000);
    expect(messageText({ text: 'x'.repeat(50_000) })).toHaveLength(40_000);
  });
});

it.each([
  ['https://acme.slack.com/', '', 'https://acme.slack.com/archives/C1/p17000001'],
  ['https://acme.slack.com', '1.2', 'https://acme.slack.com/archives/C1/p17000001?thread_ts=1.2&cid=C1'],
  ['', '', null],
  [null, '', null],
])('the address of a message in the workspace %j and the thread %j', (workspace, thread, url) => {
  expect(messageUrl(workspace, { channel: 'C1', thread }, '1700.0001')).toBe(url);
});
