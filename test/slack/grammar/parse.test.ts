import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMAND_WORDS } from '../../../src/scan/command.ts';
import { type Target, targetId } from '../../../src/scan/target.ts';
import { bareNames, type Command, parseCommand, stripMention } from '../../../src/slack/grammar/parse.ts';
import { summary } from './summary.ts';
import { countWork } from './work.ts';
import { anyText } from '../../support/any-text.ts';

const linesOf = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8').match(/.+/g) ?? [];

/** A line each: what is typed, a tab, what it means. */
const INPUTS = linesOf('inputs.tsv')
  .filter((line) => line.includes('\t'))
  .map((line) => line.replaceAll('\\n', '\n').split('\t') as [string, string]);

/** What a text of 100,000 characters may consist of. */
const REPEATED = [
  ['[::', 'x,', '<', ':a', 'a-', '(', 'a/', 'a:', '`a` ', '&amp;', '"', '🎉', ' ', '\n', '@sha256:'],
  ['watch ', 'alpine:3 ', 'https://', '<@U1> ', 'foo ', 'tell me when ', 'stop watching ', '1. '],
  ['image=alpine ', 'image: alpine\n', 'ALPINE:3.16 ', 'https://hub.docker.com/_/alpine '],
  ['registry: a\nrepository: b\n', '> watch a:1\n', '{"image":"a:1"},', 'docker pull alpine '],
].flat();

const images = (count: number) => Array.from({ length: count }, (_, index) => `app:${index}`).join(' ');

const meaningOf = (text: string, ...known: readonly string[]) => summary(parseCommand(text, new Set(known)));

describe('what people type', () => {
  it('means what the table says', () => {
    const different = INPUTS.flatMap(([input, meaning]) => {
      const found = meaningOf(input);
      return found === meaning ? [] : [`${input}: not ${meaning}, but ${found}`];
    });
    expect(INPUTS.length).toBeGreaterThan(2_000);
    expect(different).toEqual([]);
  });

  it.each([
    ['', 'progress regular here'],
    [' \n ', 'progress regular here'],
    [`watch ${images(20)} app:0`, `watch ${images(20)}`],
    [`watch ${images(21)}`, 'too-many-images'],
  ])('%j means %s', (input, meaning) => {
    expect(meaningOf(input)).toBe(meaning);
  });

  it('is said back as the command that was understood', () => {
    const remark = { kind: 'synonym', typed: 'stop watching', command: 'unwatch all' };
    expect(parseCommand('stop watching everything').remarks).toEqual([remark]);
  });

  it('is an image where the bot has seen one of that name', () => {
    const text = 'watch alpine and nginx';
    expect(bareNames(text)).toEqual(['alpine:latest', 'nginx:latest']);
    expect(meaningOf(text, ...bareNames(text))).toBe('watch alpine:latest? nginx:latest?');
    expect(meaningOf('how far is nginx?', 'nginx:latest')).toBe('progress nginx:latest?');
    expect(meaningOf('scan the network', 'network:latest')).toBe('scan network:latest?');
    expect(meaningOf('scan crashed', 'crashed:latest')).toBe('scan crashed:latest?');
    expect(meaningOf('watch frozen', 'frozen:latest')).toBe('watch frozen:latest?');
    expect(meaningOf('keep an eye on nginx', 'nginx:latest')).toBe('watch nginx:latest? (synonym)');
  });

  it('is no image that is a word of the grammar, whatever the bot has seen', () => {
    const known = ['thanks:latest', 'now:latest', 'watch:latest', 'it:latest'];
    expect(meaningOf('thanks', ...known)).toBe('courtesy');
    expect(meaningOf('scan now', ...known)).toBe('scan-what');
    expect(meaningOf('watch it', ...known)).toBe('these watch, else not-understood it → watch');
  });

  it.each(REPEATED)('is read with work that grows with its length: %j', (part) => {
    const workOf = (length: number): number =>
      countWork(() => parseCommand(`watch ${part.repeat(length / part.length)}`));
    const [short, long] = [workOf(10_000), workOf(100_000)];
    // Each character is handed to a pattern or cut out four hundred times at most: squared it would be many thousands of times.
    expect(long).toBeLessThan(12 * short + 100_000);
    expect(long).toBeLessThan(400 * 100_000);
  });
});

/** What a command creates or starts; empty for all others. */
function actedOn(command: Command): readonly Target[] {
  if (command.name === 'scan') return [command.target.target];
  const isActing = command.name === 'watch' || command.name === 'subscribe';
  return isActing && 'targets' in command ? command.targets.map(({ target }) => target) : [];
}

const WORDS = [
  ...COMMAND_WORDS,
  ...['alpine:3.16', 'ghcr.io/acme/api:1', 'nginx', 'please', 'the', 'not', 'all', 'registry'],
  ...['tell me when', 'and', 'zebra', 'unless', 'tomorrow', 'thanks', 'is', 'done', '?', '\n'],
  ...[':tada:', '<@U2>', '3.16', 'it', 'never'],
];

const CHANGING = new Set<string>(['watch', 'unwatch', 'subscribe', 'unsubscribe', 'scan', 'stop']);

/** Around a command, which stands for `#`, they say that nothing is requested, not now, or not of this bot. */
const NO_REQUESTS = linesOf('no-requests.txt');

const COMMANDS = [
  ...['watch', 'unwatch', 'stop watching', 'keep an eye on'].map((verb) => `${verb} acme/web:3`),
  ...['scan', 'start a scan of', 'subscribe to', 'unsubscribe'].map((verb) => `${verb} acme/web:3`),
  ...['stop the registry scan', 'start the registry scan', 'watch all'],
];

describe('whatever is typed', () => {
  it.each(NO_REQUESTS)('does nothing for %j', (sentence) => {
    const nameOf = (text: string) => parseCommand(text).command.name;
    const acting = COMMANDS.filter((command) => CHANGING.has(nameOf(sentence.replace('#', command))));
    expect(acting).toEqual([]);
  });

  it('acts on no image that was not named', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 9 }), (words) => {
        const text = words.join(' ');
        const acted = actedOn(parseCommand(text).command);
        for (const target of acted) {
          const name = targetId(target).replace(/:latest$/, '');
          expect(target.kind === 'regular' || text.includes(name)).toBe(true);
        }
        const trap = ['unless', 'not', 'never', 'tomorrow'].filter((word) => words.includes(word));
        expect(acted.length === 0 || trap.length === 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('acts no more once a word is added that says nothing to it', () => {
    const acting = INPUTS.filter(([input]) => actedOn(parseCommand(input).command).length > 0);
    expect(acting.length).toBeGreaterThan(50);
    for (const [input] of acting) {
      const { command } = parseCommand(`${input} zebra unicorn`);
      expect(actedOn(command), input).toEqual([]);
    }
  });

  it.each(['no, ', 'sorry, no! ', '~a~ '])(
    'is read where it begins with a hundred thousand of %j',
    (part) => {
      const { command } = parseCommand(`${part.repeat(100_000)}watch alpine:3.16`);
      expect(command.name).not.toBe('watch');
    },
  );

  it('never throws, and answers the same again', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 200 }), (text) => {
        expect(parseCommand(text)).toEqual(parseCommand(text));
      }),
    );
  });
});

describe('the bot’s own mention', () => {
  it.each([
    ['<@UBOT> watch alpine:3', 'watch alpine:3'],
    ['please <@UBOT|scanprogress> watch', 'please   watch'],
    ['<@U2> alpine', '<@U2> alpine'],
  ])('is taken out of %j', (text, rest) => {
    expect(stripMention(text, 'UBOT')).toBe(rest);
  });
});
