import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/scan/plan.ts';
import {
  createStory,
  dated,
  down,
  EMPTY,
  ended,
  MINUTE,
  resultOf,
  scanning,
  TICK,
  startStory,
} from '../../support/observations.ts';

const noticesOf = ({ notices }: Plan) => notices.map(({ topic }) => topic);

describe('what a scan found', () => {
  it('is never looked for in a result of the scan before, though that had not shown when it began', () => {
    const story = createStory({ results: 'shown' });
    story.watch('first');
    story.read(dated(EMPTY));
    story.look(resultOf(null));
    story.read(dated(scanning(3, 12)));
    story.read(dated(ended(12, 12)));
    const firstEndAt = story.now();
    story.watch('second');
    story.read(dated(EMPTY));
    story.look(resultOf(null));
    story.read(dated(scanning(3, 12)), MINUTE);
    const { report } = story.read(dated(ended(12, 12)));
    expect(report?.basis.newerThan).toBeGreaterThan(firstEndAt);
    expect(report?.basis.newerThan).toBeLessThan(story.now());
  });
});

describe('what a scan found of which only the end was seen', () => {
  it('is looked for in a result of the moment in which somebody began to watch', () => {
    const story = startStory([], { results: 'shown' });
    const watchedAt = story.now();
    story.read(dated(ended(12, 12)));
    const { watches, report } = story.look(resultOf(watchedAt - 1_000), 2_000);
    expect(watches).toMatchObject([{ kind: 'end' }]);
    expect(report?.basis.newerThan).toBeLessThan(watchedAt - 1_000);
  });
});

describe('what a scan found that nobody saw end', () => {
  it('is not asked for: a result of since may be that of the scan which is told next', () => {
    const story = createStory({ results: 'shown' });
    story.watch('first');
    story.read(dated(scanning(3, 12)));
    story.unwatch('first');
    story.watch('next', 5 * MINUTE);
    const forgotten = story.read(dated(EMPTY));
    expect(forgotten.scan).toMatchObject({ number: 1, snapshot: { evidence: 'vanished' } });
    expect(forgotten.report).toBeNull();
    const notified = story.look(resultOf(story.now()), 30_000);
    expect([notified.watches.map(({ kind }) => kind), notified.report?.scan]).toEqual([['end'], 2]);
  });
});

describe('a scan that stands still', () => {
  const stalled = () => {
    const story = startStory([scanning(3, 12)], { settings: { stallAfterMs: MINUTE } });
    return { story, plan: story.read(scanning(3, 12), MINUTE) };
  };

  it('is told once, and again when it moves', () => {
    const { story, plan } = stalled();
    expect([plan, story.read(scanning(3, 12)), story.read(scanning(4, 12))].map(noticesOf)).toEqual([
      ['stalled'],
      [],
      ['moves'],
    ]);
  });

  it('is told to move again also where the Console was out of reach in between', () => {
    const { story } = stalled();
    story.read(down());
    story.read(down(), TICK);
    const plan = story.read(scanning(4, 12));
    expect(noticesOf(plan)).toEqual(['moves']);
  });
});
