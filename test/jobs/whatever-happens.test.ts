import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from './deliver/fake-channel.ts';
import { anyFate, anyStep, createStory, type Story } from './story.ts';
import { createWorld, type World } from './world.ts';
import { sql } from '../../src/store/sql.ts';

/** More of them find more: 8,000 take a few minutes. */
const STORIES = 100;

interface WatchHistory {
  readonly id: string;
  readonly state: string;
  readonly messages: readonly Message[];
}

async function historyOf({ database, slack }: World): Promise<WatchHistory[]> {
  const rows = await database.query(sql`select id, state from watches`);
  return rows.map(({ id, state }) => ({
    id: String(id),
    state: String(state),
    messages: slack.messages.filter(({ messageId }) => messageId === id),
  }));
}

function judge({ id, state, messages }: WatchHistory, { slack }: World, story: Story): void {
  const count = (kind: string) => messages.filter((message) => message.kind === kind).length;
  expect(['scan-ended', 'stopped']).toContain(state);
  expect(count('completion')).toBe(state === 'scan-ended' ? 1 : 0);
  expect(count('live')).toBeLessThanOrEqual(1);
  if (state === 'scan-ended' && !story.deleted.has(id)) expect(count('live')).toBe(1);
  const after = slack.calls.slice(story.stoppedAfter.get(id) ?? slack.calls.length);
  expect(after.filter(({ messageId, kind }) => messageId === id && kind !== 'final')).toEqual([]);
  for (const message of messages) if (message.kind === 'live') judgeLive(message);
}

function judgeLive({ shown }: Message): void {
  expect(shown.at(-1)?.end).not.toBeNull();
  const kinds = shown.map(({ kind }) => kind);
  const fromFinal = kinds.includes('final') ? kinds.slice(kinds.indexOf('final')) : [];
  expect(fromFinal.filter((kind) => kind !== 'final')).toEqual([]);
  const going = shown.filter(({ end }) => end === null);
  for (const [index, { scan, scanned }] of going.entries()) {
    const before = going[index - 1];
    if (before?.scan === scan) expect(scanned).toBeGreaterThanOrEqual(before.scanned);
  }
}

describe('whatever happens', () => {
  it('every watch is told its end once and nothing after it, and no message goes backwards', async () => {
    const steps = fc.array(anyStep, { minLength: 5, maxLength: 40 });
    const fates = fc.array(anyFate, { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, fates, async (taken, fated) => {
        const world = await createWorld();
        const story = createStory(world, fated);
        for (const step of taken) await story.take(step);
        await story.end();
        expect(story.wrongCalls).toEqual([]);
        expect(await world.open()).toEqual([]);
        for (const watch of await historyOf(world)) judge(watch, world, story);
      }),
      { numRuns: STORIES },
    );
  });
});
