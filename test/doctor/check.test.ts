import { describe, expect, it } from 'vitest';
import { once, runCheck } from '../../src/doctor/check.ts';

describe('a check', () => {
  it('that never ends is told as such', async () => {
    const run = () => new Promise<never>(() => undefined);
    expect(await runCheck({ name: 'a', run }, 20)).toEqual({
      verdict: 'wrong',
      text: 'came to no end within 1 s',
    });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('odd, xoxb-1-secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('odd, xoxb-1-secret'))],
  ])('that %s costs the others nothing', async (_, run) => {
    const text = 'the check itself failed: odd, [redacted]';
    expect(await runCheck({ name: 'a', run }, 1_000)).toEqual({ verdict: 'wrong', text });
  });
});

it('what several checks need is asked once', async () => {
  let asked = 0;
  const ask = once(() => Promise.resolve((asked += 1)));
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
});
