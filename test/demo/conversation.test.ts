import { expect, test } from 'vitest';
import { printChanges } from '../../src/demo/conversation.ts';
import type { SlackMessage } from '../../src/demo/local-slack.ts';

const NAMES = new Map([
  ['U01ALICE', 'alice'],
  ['U00BOT', 'scanprogress'],
]);
const SECOND = 1_800_000_000;

const message = (seconds: number, text: string, more: Partial<SlackMessage> = {}): SlackMessage => ({
  ts: `${SECOND + seconds}.000001`,
  user: 'U00BOT',
  text,
  blocks: [],
  ...more,
});
const line = (seconds: number, said: string): string =>
  `${new Date((SECOND + seconds) * 1_000).toLocaleTimeString('en-GB')}  #general  ${said}`;
const print = (before: readonly SlackMessage[], after: readonly SlackMessage[]): string[] =>
  printChanges({ channel: '#general', before, after, names: NAMES });

test('a new message is a line with its time, channel, author and text', () => {
  expect(print([], [message(0, 'hello', { user: 'U01ALICE' })])).toEqual([line(0, 'alice: hello')]);
});

test('what is known already is not printed again', () => {
  const known = message(0, 'hello');
  expect(print([known], [known, message(1, 'again')])).toEqual([line(1, 'scanprogress: again')]);
});

test('an edit is marked and has the time of the edit', () => {
  const edited = message(0, '7/12', { edited: { ts: `${SECOND + 9}.000001` } });
  expect(print([message(0, '6/12')], [edited])).toEqual([line(9, 'scanprogress: (edited) 7/12')]);
});

test('an edit that leaves the text alone is no line', () => {
  const edited = message(0, '6/12', { edited: { ts: `${SECOND + 9}.000001` } });
  expect(print([message(0, '6/12')], [edited])).toEqual([]);
});

test('replies and what only one person sees are marked', () => {
  const thread = { thread_ts: `${SECOND}.000001` };
  const help = message(2, 'help', { subtype: 'ephemeral', ephemeral_to: 'U01ALICE' });
  expect(print([], [message(0, 'root', thread), message(1, 'done', thread), help])).toEqual([
    line(0, 'scanprogress: root'),
    line(1, 'scanprogress: ↳ done'),
    line(2, 'scanprogress: (only to alice) help'),
  ]);
});

test('markup is printed as a person reads it, on one line, and a terminal is told nothing', () => {
  const text = '<@U01ALICE> a &lt; b\n<https://x.example/y|the results> <https://z.example> \u001b[2Jx';
  expect(print([], [message(0, text)])).toEqual([
    line(0, 'scanprogress: @alice a < b / the results https://z.example [2Jx'),
  ]);
});
