import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VIEWS, VIEWS_OF_THEIR_OWN } from './support/every-view.ts';
import { drawnLength, faultsOf, viewFaultsOf } from './support/slack-limits.ts';

function always<T>(values: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(
    fc.property(values, (value) => {
      check(value);
    }),
    { numRuns: 300 },
  );
}

/** Characters of all of its text: what is edited is edited as a whole, and what is posted has a limit, too. */
const DRAWN_MAX: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ['answer', 'live', 'board', 'report', 'history', 'settings'].map((name) => [name, 4_000]),
  ),
  ...Object.fromEntries(
    ['list', 'completion', 'board completion', 'named images'].map((name) => [name, 12_000]),
  ),
};

describe('every message, whatever it is given,', () => {
  it.each(Object.entries(VIEWS))('is one that Slack takes and that forges nothing: %s', (name, messages) => {
    const drawnMax = DRAWN_MAX[name] ?? Infinity;
    const textMax = drawnMax === 4_000 ? 2_500 : Infinity;
    always(messages, (message) => {
      expect(faultsOf(message)).toEqual([]);
      expect(drawnLength(message)).toBeLessThanOrEqual(drawnMax);
      expect(message.text.length).toBeLessThanOrEqual(textMax);
    });
  });

  it.each(Object.entries(VIEWS_OF_THEIR_OWN))(
    'is one that Slack takes and that forges nothing: %s',
    (_, views) => {
      always(views, (view) => expect(viewFaultsOf(view)).toEqual([]));
    },
  );

  it('has a limit of its length under a name that is known', () => {
    expect(Object.keys(VIEWS)).toEqual(expect.arrayContaining(Object.keys(DRAWN_MAX)));
  });
});

describe('the check of messages', () => {
  const button = { type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'a' }, value: 'v' };
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });

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

  const input = { type: 'input', block_id: 'a', label: { type: 'plain_text', text: 'a' } };
  const option = { text: { type: 'plain_text', text: 'a' }, value: 'a' };
  const radio = { type: 'radio_buttons', action_id: 'a', options: [option] };
  const home = (blocks: object[]) => ({ type: 'home', blocks });
  const field = (element: object) => ({ ...input, element: { ...radio, ...element } });
  const row = [{ type: 'raw_text', text: 'x' }];
  const empty = [{ type: 'raw_text', text: '' }];
  const table = { type: 'table', column_settings: [], rows: [row] };

  it.each([
    ['two tables', () => faultsOf({ text: 'x', blocks: [table, table] })],
    ['an empty cell', () => faultsOf({ text: 'x', blocks: [{ ...table, rows: [empty] }] })],
    ['a short row', () => faultsOf({ text: 'x', blocks: [{ ...table, rows: [row, []] }] })],
    ['a home of too many blocks', () => viewFaultsOf(home(Array.from({ length: 101 }, () => section('x'))))],
    ['a dialog without a title', () => viewFaultsOf({ ...home([section('x')]), type: 'modal' })],
    ['much metadata', () => viewFaultsOf({ ...home([section('x')]), private_metadata: 'x'.repeat(3_001) })],
    ['two equal block ids', () => viewFaultsOf(home([field({}), field({})]))],
    [
      'an initial option that is none',
      () => viewFaultsOf(home([field({ initial_option: { ...option, value: 'b' } })])),
    ],
  ])('notices %s', (_, faults) => {
    expect(faults()).toHaveLength(1);
  });

  it('lets a sound message pass', () => {
    expect(faultsOf({ text: 'x', blocks: [section('<@U1> `a` &amp;')] })).toEqual([]);
  });
});
