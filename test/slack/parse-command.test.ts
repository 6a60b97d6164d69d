import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMAND_WORDS, type NamedTarget } from '../../src/scan/command.ts';
import { targetId } from '../../src/scan/target.ts';
import { type Command, parseCommand, stripMention } from '../../src/slack/parse-command.ts';

/** `watch alpine:3 nginx:latest?`, with a question mark where the tag is assumed. */
function summary(command: Command): string {
  switch (command.name) {
    case 'progress':
      return named(command.name, [command.target]);
    case 'watch':
    case 'unwatch':
    case 'subscribe':
    case 'unsubscribe':
      return named(command.name, command.targets);
    case 'scan':
    case 'history':
      return named(command.name, [command.target]);
    case 'problem':
      return command.problem.kind;
    case 'list':
    case 'stop':
    case 'settings':
    case 'help':
      return command.name;
  }
}

function named(name: string, targets: readonly NamedTarget[]): string {
  const ids = targets.map(({ target, isTagAssumed }) => targetId(target) + (isTagAssumed ? '?' : ''));
  return [name, ...ids].join(' ');
}

const images = (count: number) => Array.from({ length: count }, (_, index) => `app:${index}`).join(' ');

describe('parseCommand', () => {
  it.each([
    ['', 'progress regular'],
    [' \n ', 'progress regular'],
    ['alpine:3.16', 'progress alpine:3.16'],
    ['alpine', 'progress alpine:latest?'],
    ['<http://reg.example.com/app:1|reg.example.com/app:1>', 'progress reg.example.com/app:1'],
    ['`ghcr.io/acme/api:1.4`', 'progress ghcr.io/acme/api:1.4'],
    ['watch', 'watch regular'],
    ['WATCH', 'watch regular'],
    ['Watch alpine:3.16', 'watch alpine:3.16'],
    ['watch alpine:3 nginx', 'watch alpine:3 nginx:latest?'],
    ['watch alpine:3, nginx:1;redis:7', 'watch alpine:3 nginx:1 redis:7'],
    ['watch alpine:3 docker.io/library/alpine:3 alpine:3', 'watch alpine:3'],
    ['watch alpine alpine:latest', 'watch alpine:latest'],
    ['watch alpine:latest alpine', 'watch alpine:latest'],
    ['watch list', 'watch list:latest?'],
    [`watch ${images(20)} app:0`, `watch ${images(20)}`],
    ['unwatch', 'unwatch regular'],
    ['unwatch alpine:3.16', 'unwatch alpine:3.16'],
    ['list', 'list'],
    ['help', 'help'],
    ['help watch', 'help'],
    ['--help', 'help'],
    ['\u2014help', 'help'],
    ['-h', 'help'],
    ['?', 'help'],
    ['watch --help', 'help'],
    ['list:latest', 'progress list:latest'],
    ['alpine/helm', 'progress alpine/helm:latest?'],
    [`watch ${images(21)}`, 'too-many-images'],
    ['alpine:3 nginx:1', 'several-images'],
    ['Alpine', 'reference'],
    ['watch alpine:3 nginx:', 'reference'],
    ["what's up?", 'help'],
    ['<@U2> alpine', 'help'],
    ['thanks, great work', 'help'],
    ['how far is the scan?', 'help'],
    ['please list what you watch', 'list'],
    ['subscribe', 'subscribe regular'],
    ['subscribe alpine:3 nginx', 'subscribe alpine:3 nginx:latest?'],
    ['UNSUBSCRIBE alpine:3', 'unsubscribe alpine:3'],
    ['please subscribe to ghcr.io/acme/api:1', 'subscribe ghcr.io/acme/api:1'],
    ['scan', 'scan regular'],
    ['scan alpine', 'scan alpine:latest?'],
    ['scan alpine:3 nginx:1', 'one-image'],
    ['please scan alpine:3', 'progress alpine:3'],
    ['is the scan of alpine:3.16 done?', 'progress alpine:3.16'],
    ['stop', 'stop'],
    ['stop alpine:3', 'stop-what'],
    ['stop watching alpine:3', 'stop-what'],
    ['please stop', 'help'],
    ['history', 'history regular'],
    ['history alpine:3', 'history alpine:3'],
    ['history alpine:3 nginx:1', 'one-image'],
    ['settings', 'settings'],
  ])('reads %j as %s', (text, expected) => {
    expect(summary(parseCommand(text))).toBe(expected);
  });

  it.each([
    ['wathc', 'watch'],
    ['wach', 'watch'],
    ['Wathc alpine:3', 'watch'],
    ['lst', 'list'],
    ['lits', 'list'],
    ['hlep', 'help'],
    ['halp', 'help'],
    ['unwtach', 'unwatch'],
    ['setings', 'settings'],
    ['subcsribe', 'subscribe'],
    ['unsubsrcibe', 'unsubscribe'],
    ['histroy', 'history'],
    ['stopp', 'stop'],
  ])('takes %s for a mistyped %s', (text, nearest) => {
    const word = text.split(' ')[0]!.toLowerCase();
    expect(parseCommand(text)).toEqual({ name: 'problem', problem: { kind: 'unknown-word', word, nearest } });
  });

  it.each([
    'alpine',
    'bash',
    'hitch',
    'storm',
    'swift',
    'registry',
    'unit',
    'vault',
    'scratch',
    'solr',
    'helm:3',
    'batch/list',
  ])('takes %s for an image', (text) => {
    expect(parseCommand(text)).toMatchObject({ name: 'progress', target: { target: { kind: 'image' } } });
  });

  it('hands on what is wrong with an image', () => {
    expect(parseCommand('watch ghcr.io/Acme/api:1')).toEqual({
      name: 'problem',
      problem: {
        kind: 'reference',
        fault: {
          part: 'repository',
          reason: 'upper-case',
          text: 'Acme/api',
          suggestion: 'ghcr.io/acme/api:1',
        },
        isOneOfSeveral: false,
      },
    });
  });

  it('names the images of which it cannot tell what to do with them', () => {
    const problem = { kind: 'several-images', images: ['alpine:3', 'nginx:1'] };
    expect(parseCommand('alpine:3 nginx:1')).toEqual({ name: 'problem', problem });
  });

  it.each([
    ['please watch nginx:1.25 for me', 'watch nginx:1.25'],
    ['could you stop with ghcr.io/acme/api:1 and unwatch it', 'unwatch ghcr.io/acme/api:1'],
    ['how far is nginx:1.25', 'nginx:1.25'],
    ['how far are nginx:1.25 and alpine:3', 'nginx:1.25 alpine:3'],
  ])('finds in the sentence %j what is meant', (sentence, command) => {
    expect(parseCommand(sentence)).toEqual(parseCommand(command));
  });

  it('says of a wrong image among several that the others were left alone', () => {
    const command = parseCommand('watch nginx:1 Bad:1');
    expect(command).toMatchObject({ problem: { kind: 'reference', isOneOfSeveral: true } });
  });

  it.each(['x', 'a ', '<@', 'watch ', 'a:1,', '`', '?', '\u{1f40b}'])('answers 5,000 times %j', (piece) => {
    expect(parseCommand(piece.repeat(5_000))).toHaveProperty('name');
  });

  it('answers every text', () => {
    const word = fc.constantFrom(...COMMAND_WORDS, 'alpine', ':', '@', '/', ' ', ',', '?', '<', '>');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: word })), (text) => {
        expect(parseCommand(text)).toHaveProperty('name');
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads back the images that it names', () => {
    const tag = fc.integer({ min: 0, max: 30 }).map((number) => `app:${number}`);
    fc.assert(
      fc.property(fc.uniqueArray(tag, { minLength: 1, maxLength: 20 }), (tags) => {
        expect(summary(parseCommand(`watch ${tags.join(' ')}`))).toBe(`watch ${tags.join(' ')}`);
      }),
    );
  });
});

describe('stripMention', () => {
  it.each([
    ['<@UBOT> alpine:3', 'alpine:3'],
    ['<@UBOT|scanprogress> watch', 'watch'],
    ['  <@UBOT>', ''],
    ['alpine:3 <@UBOT>', 'alpine:3'],
    ['<@UBOT><@UBOT>watch', 'watch'],
    ['<@UOTHER> alpine', '<@UOTHER> alpine'],
    ['<@UBOT2> alpine', '<@UBOT2> alpine'],
    ['alpine', 'alpine'],
  ])('makes %j %j', (text, rest) => {
    expect(stripMention(text, 'UBOT')).toBe(rest);
  });

  it.each(['<@', '<@|', '<@a|'])('comes to the end of a megabyte of %j', (piece) => {
    expect(typeof stripMention(`${piece.repeat(300_000)}${'a'.repeat(300_000)}`, 'UBOT')).toBe('string');
  });
});
