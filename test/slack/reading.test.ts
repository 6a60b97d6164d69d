import { expect, it } from 'vitest';
import { freshForMs } from '../../src/slack/reading.ts';
import { HOUR, MINUTE, SECOND } from '../support/observations.ts';

it.each([
  [SECOND, 2 * SECOND],
  [5 * SECOND, 10 * SECOND],
  [MINUTE, 10 * SECOND],
  [HOUR, 10 * SECOND],
])('with a tick every %i ms a snapshot answers for %i ms', (tickMs, freshMs) => {
  expect(freshForMs(tickMs)).toBe(freshMs);
});
