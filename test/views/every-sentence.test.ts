/** A walk over every view, as a person reads or hears it: the state first, whole names, and sentences with a verb. */

import fc from 'fast-check';
import type { KnownBlock } from '@slack/types';
import { describe, expect, it } from 'vitest';
import { allSamples } from '../../src/doctor/samples/messages.ts';
import type { Message } from '../../src/views/kit/blocks.ts';
import { targetText } from '../../src/views/parts/target-name.ts';
import { liveView } from '../../src/views/messages/live.ts';
import { progressReply } from '../../src/views/replies/progress.ts';
import * as any from './support/arbitraries.ts';
import { VIEWS, VIEWS_OF_THEIR_OWN } from './support/every-view.ts';
import { COMPLETED, draw, NOW } from './support/samples.ts';

const SAMPLES = allSamples().map(({ name, content }) => [name, content] as const);
const MESSAGES = SAMPLES.flatMap(([name, content]) => ('text' in content ? [[name, content] as const] : []));

const linesOf = (blocks: readonly KnownBlock[]): readonly string[] =>
  draw({ blocks })
    .split('\n')
    .map((line) => line.replace(/^[#~|] /, ''));

/** Of what stands in front of the words. */
const withoutEmoji = (line: string): string =>
  line.replace(/^[\p{Extended_Pictographic}\ufe0f\u23f9\u2022 ]+/u, '');

const COMMAND_IN_WORDS = /(?<!`)\/scanprogress\b|(?<!`)@scanprogress [a-z]/;
const BAR = /^[`*_ ]*[▁▂▃▄▅▆▇█░]/;
const PUBLIC_FORM =
  /^(.+?) · (waiting|discovering|scanning|completed|failed|stopped|stalled|not running|unknown) ·/;

describe('every view, whatever it is given,', () => {
  const both = { ...VIEWS, ...VIEWS_OF_THEIR_OWN };
  it.each(Object.entries(both))('begins no line with a bar, and reads without its emoji: %s', (_, views) => {
    fc.assert(
      fc.property(views as fc.Arbitrary<{ blocks: KnownBlock[] }>, ({ blocks }) => {
        const lines = linesOf(blocks);
        expect(lines.filter((line) => BAR.test(line))).toEqual([]);
        const empty = lines.filter((line) => line !== '' && withoutEmoji(line).trim() === '');
        expect(empty).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it.each(Object.entries(both))('shows a command as code, also in a notification: %s', (_, views) => {
    fc.assert(
      fc.property(views as fc.Arbitrary<Partial<Message>>, ({ text = '', blocks = [] }) => {
        expect([text, ...linesOf(blocks)].filter((line) => COMMAND_IN_WORDS.test(line))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('names an image in full, or with … where the name is cut', () => {
    const rest = { followers: [], consoleUrl: null, now: NOW, watchTtlMs: 1 };
    const requests = { startedBy: null, stoppedBy: null, requestedBy: null };
    const content = { snapshot: COMPLETED, end: null, stoppedBy: null };
    const answer = { isTagAssumed: false, isEphemeral: true, isWatchedHere: false, sharedBy: null };
    fc.assert(
      fc.property(any.target, (target) => {
        const views: Message[] = [
          liveView({ ...rest, watchId: 'w', target, content, requests }),
          progressReply({ ...rest, ...answer, target, snapshot: COMPLETED, liveMessageUrl: null }),
        ];
        for (const { text, blocks } of views) {
          const name = targetText(target);
          expect(text.startsWith(`${name} · `)).toBe(true);
          const [title = ''] = linesOf(blocks);
          expect(title.endsWith(` ${name}`) || title.includes('…')).toBe(true);
        }
      }),
    );
  });
});

/** Those that the sentences of this program are made with. */
const VERB = new RegExp(
  `\\b(?:${[
    'is|are|was|were|be|been|has|have|had|do|does|did|can|cannot|could|may|might|must|will|seems|needs|lets|let',
    'ask|asked|answers?|answered|begin|begins|began|begun|calls?|change|check|choose|complete[ds]?|ended|ends|end|fails?|failed',
    'find|found|follows?|gets?|give|goes|go|join|keeps?|killed|know|look|looked|means?|mention|mentioned|name[ds]?|open|post|put',
    'restarted|scans?|scanned|see|send|set|shared|shows?|shown|starts?|started|stalled|stays?|stops?|stopped|subscribed|saved|take|takes|tells?',
    'tries|try|type|understood|understand|unsubscribed|wait|waits|watch|watched|watching|asking|write|went|moves|reports?|rests|runs?',
  ].join('|')})\\b|[’'](?:m|s|ll|t|re)\\b`,
  'i',
);

/** A title, and the ends of lists. */
const NO_SENTENCE = /^\s*(?:and \d+ more\.|For example: X\.|Settings of this channel$)/;

/** Sentences outside code and links: what ends in a full stop or a question mark. */
function sentencesOf(line: string): readonly string[] {
  const plain = line
    .replace(/`[^`]*`/g, 'X')
    .replace(/<[^<>|]*\|([^<>]*)>/g, '$1')
    .replace(/<[^<>]*>/g, 'X');
  return plain.match(/[^.!?]+[.!?](?=\s|$)/g) ?? [];
}

describe('every message that is sent,', () => {
  it.each(MESSAGES)(
    'says image and state, or what happened, within a hundred characters: %s',
    (_, { text }) => {
      const [start] = PUBLIC_FORM.exec(text) ?? [];
      if (start !== undefined) expect(start.length).toBeLessThanOrEqual(100);
      else if (!NO_SENTENCE.test(text)) expect(text.slice(0, 100)).toMatch(VERB);
    },
  );

  it.each(SAMPLES)('has a verb in each of its sentences: %s', (_, { blocks }) => {
    const sentences = linesOf(blocks as KnownBlock[]).flatMap(sentencesOf);
    expect(sentences.filter((one) => !VERB.test(one) && !NO_SENTENCE.test(one))).toEqual([]);
  });
});

it('the walk notices a bar in front, a command without code, and a sentence without a verb', () => {
  expect('`██░░` 7/12').toMatch(BAR);
  expect('Type /scanprogress scan.').toMatch(COMMAND_IN_WORDS);
  expect(withoutEmoji('⏹️ *Stopped*')).toBe('*Stopped*');
  expect(sentencesOf('No tag given, so `latest`. It is `a.b`.').map((one) => VERB.test(one))).toEqual([
    false,
    true,
  ]);
});
