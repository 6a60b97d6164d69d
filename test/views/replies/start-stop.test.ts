import { describe, expect, it } from 'vitest';
import { notOperatorView, stoppedView } from '../../../src/views/replies/start-stop.ts';
import { draw } from '../support/samples.ts';

const asked = { ids: ['U1', 'S1', 'nobody'], isEphemeral: true, isKnown: true, isStop: false };

describe('the answer to who may not start scans', () => {
  it.each([
    [{}, 'Only operators can start or stop scans: <@U1>, <!subteam^S1>'],
    [{ isEphemeral: false }, 'Only operators can start or stop scans; /scanprogress scan shows you who.'],
    [{ ids: ['nobody'] }, 'Only operators can start or stop scans; /scanprogress scan shows you who.'],
  ])('rings nobody’s phone where all can see it: %o', (change, lines) => {
    expect(draw(notOperatorView({ ...asked, ...change }))).toBe(lines);
  });

  it('says how scans are allowed, or why it is not known', () => {
    expect(draw(notOperatorView({ ...asked, ids: [] }))).toContain('`SCAN_OPERATORS`');
    expect(draw(notOperatorView({ ...asked, isKnown: false }))).toContain('`usergroups:read`');
  });

  it('tells who only wants to read no more how to stop the messages', () => {
    const more = 'Only the messages here should stop? `/scanprogress unwatch all`';
    for (const change of [{ ids: [] }, {}, { isKnown: false }]) {
      expect(draw(notOperatorView({ ...asked, ...change, isStop: true }))).toContain(more);
      expect(draw(notOperatorView({ ...asked, ...change }))).not.toContain('unwatch');
    }
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
