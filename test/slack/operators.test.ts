import { beforeEach, describe, expect, it } from 'vitest';
import { createOperators } from '../../src/slack/operators.ts';
import { HOUR, NOON } from '../support/observations.ts';

let now: number;
let asked: string[];
/** By group; null where Slack does not tell. */
let members: Record<string, readonly string[] | null>;

beforeEach(() => {
  now = NOON;
  asked = [];
  members = { S1: ['U1'], S2: null };
});

function operators(...ids: string[]) {
  const { check } = createOperators({
    ids,
    now: () => now,
    usersOfGroup: (group) => {
      asked.push(group);
      return Promise.resolve(members[group] ?? null);
    },
  });
  return (userId: string) => check({ userId, teamId: null });
}

describe('an operator', () => {
  it.each([
    ['U2', ['U2', 'S1'], 'yes', []],
    ['U1', ['U2', 'S1'], 'yes', ['S1']],
    ['U1', ['S1', 'S2'], 'yes', ['S1', 'S2']],
    ['U3', ['U2', 'S1'], 'no', ['S1']],
    ['U3', ['S1', 'S2'], 'unknown', ['S1', 'S2']],
    ['U3', [], 'no', []],
  ])('%s of %j: %s', async (user, ids, answer, groups) => {
    expect(await operators(...ids)(user)).toBe(answer);
    expect(asked).toEqual(groups);
  });

  it.each([
    ['for less than a minute', 59_999, 'yes'],
    ['and not for a minute', 60_000, 'no'],
    ['and not by a clock that was set back', -HOUR, 'no'],
  ])('who left a group stays one %s', async (_, ms, answer) => {
    const check = operators('S1');
    await check('U1');
    members = { S1: [] };
    now += ms;
    expect(await check('U1')).toBe(answer);
  });

  it('is asked for again at once where Slack did not tell', async () => {
    const check = operators('S2');
    expect(await check('U1')).toBe('unknown');
    members = { S2: ['U1'] };
    expect(await check('U1')).toBe('yes');
  });
});
