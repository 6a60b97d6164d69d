import { describe, expect, it } from 'vitest';
import { notOperatorView, operatorsView, stoppedView } from '../../../src/views/replies/start-stop.ts';
import { draw } from '../support/samples.ts';

const asked = { ids: ['U1', 'S1', 'nobody'], isPrivate: true, status: 'no' as const, isStop: false };

describe('the answer to who may not start scans', () => {
  it.each([
    [{}, 'Only operators can start or stop scans: <@U1>, <!subteam^S1>'],
    [
      { isPrivate: false },
      'Only operators can start or stop scans; `/scanprogress operators` shows you who.',
    ],
    [{ ids: ['nobody'] }, 'Only operators can start or stop scans. `SCAN_OPERATORS` of this bot lists them.'],
  ])('rings nobody’s phone where all can see it: %o', (change, lines) => {
    expect(draw(notOperatorView({ ...asked, ...change }))).toBe(lines);
  });

  it('says how scans are allowed, or why it is not known', () => {
    expect(draw(notOperatorView({ ...asked, ids: [] }))).toContain('`SCAN_OPERATORS`');
    expect(draw(notOperatorView({ ...asked, status: 'unknown' }))).toContain('`usergroups:read`');
  });

  it('tells who only wants to read no more how to stop the messages', () => {
    const more = 'Only the messages here should stop? `/scanprogress unwatch all`';
    for (const change of [{ ids: [] }, {}, { status: 'unknown' as const }]) {
      expect(draw(notOperatorView({ ...asked, ...change, isStop: true }))).toContain(more);
      expect(draw(notOperatorView({ ...asked, ...change }))).not.toContain('unwatch');
    }
  });

  it.each([
    ['operator', [], 'Nobody may start or stop scans'],
    ['operator', ['U1'], 'You are one of them.'],
    ['guest', ['U1'], 'Guests'],
    ['no', ['U1'], 'can add you to `SCAN_OPERATORS`'],
    ['unknown', ['U1'], 'I could not check'],
  ] as const)('to the question who may, says whether the person does: %s of %o', (status, ids, line) => {
    expect(draw(operatorsView({ ids, isPrivate: true, status }))).toContain(line);
  });

  it('names ten', () => {
    const ids = Array.from({ length: 12 }, (_, index) => `U${index}`);
    expect(draw(notOperatorView({ ...asked, ids })).match(/<@/g)).toHaveLength(10);
  });
});

it.each([
  [true, /^No registry scan is running/],
  [false, /^The Console accepted the stop/],
])('what was stopped while none runs (%s) is told so', (isIdle, line) => {
  expect(draw(stoppedView({ outcome: { kind: 'done' }, isIdle }))).toMatch(line);
});
