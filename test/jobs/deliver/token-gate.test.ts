import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTokenGate } from '../../../src/jobs/token-gate.ts';
import { HOUR, MINUTE, NOON, SECOND } from '../../support/observations.ts';

/** A gate whose token was refused at noon; `asked` counts the questions about it. */
function refused(isGood: () => boolean | null = () => null) {
  let asked = 0;
  const gate = createTokenGate(() => {
    asked += 1;
    return Promise.resolve(isGood());
  });
  gate.reject(NOON);
  return { gate, asked: () => asked };
}

it('lets everything out until a token is refused, and again once one is taken', () => {
  const { gate } = refused();
  expect(gate.allowed(NOON)).toBe(0);
  gate.accept();
  expect(gate.allowed(NOON)).toBe(Infinity);
});

it('tries one delivery a minute, and asks every five seconds', () => {
  const { gate, asked } = refused();
  const tried: number[] = [];
  const countedAt: number[] = [];
  for (let second = 0; second < 130; second += 1) {
    const before = asked();
    if (gate.allowed(NOON + second * SECOND) > 0) tried.push(second);
    if (asked() > before) countedAt.push(second);
  }
  expect(tried).toEqual([60, 120]);
  expect(countedAt.slice(0, 3)).toEqual([5, 10, 15]);
});

it('asks as soon though a second delivery is refused meanwhile', () => {
  const { gate, asked } = refused();
  gate.reject(NOON + 4 * SECOND);
  gate.allowed(NOON + 5 * SECOND);
  expect(asked()).toBe(1);
});

it('tries at once where a token that was bad is good again', async () => {
  let isGood = false;
  const { gate } = refused(() => isGood);
  gate.allowed(NOON + 5 * SECOND);
  await nextTurn();
  isGood = true;
  expect(gate.allowed(NOON + 10 * SECOND)).toBe(0);
  await nextTurn();
  expect([gate.allowed(NOON + 10 * SECOND), gate.allowed(NOON + 11 * SECOND)]).toEqual([1, 0]);
});

it('waits for its minute where the token was never bad: it lacks a scope', async () => {
  const { gate } = refused(() => true);
  gate.allowed(NOON + 5 * SECOND);
  await nextTurn();
  expect(gate.allowed(NOON + 10 * SECOND)).toBe(0);
});

it('waits for no clock that was set back', () => {
  const { gate } = refused();
  expect(gate.allowed(NOON - HOUR)).toBe(1);
  expect(gate.allowed(NOON - HOUR + MINUTE - 1)).toBe(0);
});
