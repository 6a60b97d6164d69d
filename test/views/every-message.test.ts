import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerView } from '../../src/views/answer.ts';
import type { Message } from '../../src/views/blocks.ts';
import { completionView } from '../../src/views/completion.ts';
import { helpView } from '../../src/views/help.ts';
import { liveView } from '../../src/views/live.ts';
import { problemView } from '../../src/views/problem.ts';
import { watchListView } from '../../src/views/watch-list.ts';
import * as watching from '../../src/views/watching.ts';
import * as any from './support/arbitraries.ts';
import { drawnLength, faultsOf } from './support/slack-limits.ts';

const { content, followers, now, problem, snapshot, target, text, url } = any;
const watchTtlMs = fc.oneof(fc.nat(), fc.double());
const named = fc.array(fc.record({ target, isTagAssumed: fc.boolean() }), { minLength: 1, maxLength: 25 });
const listed = fc.record({ watchId: text, target, snapshot, followers, liveMessageUrl: url });

const VIEWS: Record<string, fc.Arbitrary<Message>> = {
  answer: fc
    .record({
      target,
      snapshot,
      isTagAssumed: fc.boolean(),
      isEphemeral: fc.boolean(),
      isWatchedHere: fc.boolean(),
      sharedBy: fc.option(text),
      liveMessageUrl: url,
      consoleUrl: url,
      now,
    })
    .map(answerView),
  live: fc
    .record({ watchId: text, target, content, followers, consoleUrl: url, watchTtlMs, now })
    .map(liveView),
  completion: fc.record({ target, content, followers, consoleUrl: url, watchTtlMs, now }).map(completionView),
  list: fc
    .record({
      watches: fc.array(listed, { minLength: 1, maxLength: 30 }),
      total: fc.nat(1_000),
      isEphemeral: fc.boolean(),
    })
    .map(watchListView),
  problem: fc.record({ problem }).map(problemView),
  watching: fc.record({ targets: named, isPosted: fc.boolean() }).map(watching.watchingView),
  'already watched': fc
    .record({ target, hasJoined: fc.boolean(), liveMessageUrl: url })
    .map(watching.alreadyWatchedView),
  unwatch: fc
    .record({ stopped: fc.array(target), missed: fc.array(target), watched: fc.array(target) })
    .map(watching.unwatchView),
  'still asking': fc.record({ target, waitedMs: fc.double() }).map(watching.stillAskingView),
  fixed: fc
    .constantFrom(helpView, watching.watchOverView, watching.cannotPostView, watching.brokenView)
    .map((view) => view()),
};

describe('every message, whatever it is given,', () => {
  it.each(Object.entries(VIEWS))('is one that Slack takes and that forges nothing: %s', (_, messages) => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(faultsOf(message)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['answer', 'live', 'completion'])('is short enough to be edited as a whole: %s', (name) => {
    fc.assert(
      fc.property(VIEWS[name]!, (message) => {
        expect(drawnLength(message)).toBeLessThanOrEqual(4_000);
        expect(message.text.length).toBeLessThanOrEqual(2_500);
      }),
      { numRuns: 300 },
    );
  });

  it('stays below what a message may weigh: list', () => {
    fc.assert(
      fc.property(VIEWS['list']!, (message) => {
        expect(drawnLength(message)).toBeLessThanOrEqual(12_000);
      }),
    );
  });
});

describe('the check of messages', () => {
  const button = { type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'a' }, value: 'v' };
  const section = (line: string) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: line, verbatim: true },
  });

  it.each([
    ['no blocks', []],
    ['too many blocks', Array.from({ length: 51 }, () => section('x'))],
    ['a mention of everybody', [section('<!channel>')]],
    ['a link to nowhere', [section('<javascript:x|y>')]],
    ['an open code span', [section('`a')]],
    ['a cut escape', [section('a &am')]],
    ['a bidi control', [section('a\u202eb')]],
    ['a long section', [section('x'.repeat(3_001))]],
    ['a long title', [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }]],
    ['two equal action ids', [{ type: 'actions', elements: [button, button] }]],
    ['a long value', [{ type: 'actions', elements: [{ ...button, value: 'x'.repeat(2_001) }] }]],
    ['an address that is none', [{ type: 'actions', elements: [{ ...button, url: 'javascript:x' }] }]],
  ])('notices %s', (_, blocks) => {
    expect(faultsOf({ text: 'x', blocks })).toHaveLength(1);
  });

  it('lets a sound message pass', () => {
    expect(faultsOf({ text: 'x', blocks: [section('<@U1> `a` &amp;')] })).toEqual([]);
  });
});
