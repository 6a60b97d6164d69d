import { describe, expect, it } from 'vitest';
import { createLongPolls } from '../../src/api/long-polls.ts';

const ID = '00000000-0000-4000-8000-000000000001';

describe('waits that are held', () => {
  const limit = { ms: 60_000, signal: new AbortController().signal };

  it('are looked up again after nobody waited', async () => {
    let lookups = 0;
    const polls = createLongPolls(() => Promise.resolve((lookups += 1) > 0 ? [ID] : []));
    for (const expected of [1, 2]) {
      await polls.hold(ID, limit);
      expect(lookups).toBe(expected);
    }
  });

  it('are none after the end', async () => {
    let lookups = 0;
    const polls = createLongPolls(() => Promise.resolve((lookups += 1) > 0 ? [ID] : []));
    polls.end();
    await polls.hold(ID, limit);
    expect(lookups).toBe(0);
  });
});
