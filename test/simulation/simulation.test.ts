import { describe, expect, it } from 'vitest';
import { type Played, play } from './run.ts';

/** `npm run simulate -- --seeds 100000` plays as many as one likes, and `--seed N` one of them with all that happens. */
const SEEDS = 40;

/** What a failure shows: the seed, what is broken, and the last that happened before. */
async function describeFailure({ seed, violations }: Played): Promise<string> {
  const { trace } = await play(seed, { isTraced: true });
  const broken = violations.map(({ invariant, text }) => `${invariant}: ${text}`);
  return [`npm run simulate -- --seed ${String(seed)}`, ...broken, ...trace.slice(-60)].join('\n');
}

describe('a few minutes of trouble, from a seed', () => {
  it('breaks no promise, whatever fails', async () => {
    const sums = { completions: 0, digests: 0, shown: 0, ended: 0 };
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const played = await play(seed);
      if (played.violations.length > 0) expect.fail(await describeFailure(played));
      sums.completions += played.facts.completions;
      sums.digests += played.facts.digests;
      sums.shown += played.facts.shown;
      sums.ended += played.facts.ended;
    }
    expect(sums.completions).toBeGreaterThan(SEEDS);
    expect(sums.digests).toBeGreaterThan(SEEDS / 10);
    // People saw what is theirs, and ended it: else the silence towards others would prove nothing.
    expect(Math.min(sums.shown, sums.ended)).toBeGreaterThan(SEEDS / 20);
  }, 60_000);

  it('replays exactly', async () => {
    for (const seed of [7, 11, 13]) {
      const [first, second] = [await play(seed, { isTraced: true }), await play(seed, { isTraced: true })];
      expect(second.trace).toEqual(first.trace);
      expect(first.trace.length).toBeGreaterThan(50);
    }
  });
});
