import { expect, it } from 'vitest';
import { createLogThrottle } from '../../../src/slack/transport/log-throttle.ts';

it('says the first at once, and once a minute how many there were', () => {
  const lines: string[] = [];
  let now = 5;
  const warn = createLogThrottle(
    (line) => lines.push(line),
    () => now,
  );
  warn('a');
  for (let times = 0; times < 1_000; times += 1) warn('b');
  now += 59_999;
  warn('c');
  expect(lines).toEqual(['a']);
  now += 1;
  warn('d');
  expect(lines).toEqual(['a', 'd (and 1001 more since the last such line)']);
  now += 60_000;
  warn('e');
  expect(lines.at(-1)).toBe('e');
});
