import { expect, it } from 'vitest';
import { createOperators } from '../../src/slack/operators.ts';
import { HOUR, MINUTE, NOON } from '../support/observations.ts';

it.each([
  ['is asked for once a minute', [0, MINUTE - 1], 1],
  ['is asked for again after a minute', [0, MINUTE], 2],
  ['is asked for again where the clock was set back', [HOUR, 0], 2],
])('the list of a group %s', async (_, times, asked) => {
  let now = NOON;
  let calls = 0;
  const usersOfGroup = () => Promise.resolve((calls += 1) > 0 ? ['U1'] : null);
  const operators = createOperators({ ids: ['S1'], usersOfGroup, now: () => now });
  for (const ms of times) {
    now = NOON + ms;
    expect(await operators.check({ userId: 'U1', teamId: null })).toBe('yes');
  }
  expect(calls).toBe(asked);
});
