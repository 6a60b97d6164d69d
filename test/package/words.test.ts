import { describe, expect, it } from 'vitest';
import { findStruckWords } from '../../.ci/words.ts';

const wordsOf = (source: string, path = 'src/file.ts'): string[] =>
  findStruckWords(path, source).map(({ line, word }) => `${line} ${word}`);

describe('the check of words', () => {
  it.each([
    ['a name in camel case', 'const isTold = true;', ['1 Told']],
    ['a constant', 'const TOLD_MS = 1;', ['1 TOLD']],
    ['a line comment', '// The heart of it.\nfoo();', ['1 heart']],
    ['a comment behind code', 'foo(); // asked before', ['1 asked']],
    ['a word on a later line of a comment', '/**\n * One line,\n * in vain.\n */\nfoo();', ['3 in vain']],
    ['a phrase over two lines', '/**\n * Both at\n * once.\n */\nfoo();', ['2 at once']],
    ['a log line', "log.warn({ id }, 'nobody replied');", ['1 nobody']],
    ['a log line of options', "options.log.info('asked again');", ['1 asked']],
    ['a log line with values', 'log.info({ id }, `${told} was asked`);', ['1 asked', '1 told']],
    ['several words, in order', '/* told */\nconst bell = 1;', ['1 told', '2 bell']],
  ])('finds %s', (_, source, expected) => {
    expect(wordsOf(source)).toEqual(expected);
  });

  it.each([
    ['a string that people read', "say('Nobody was told.');"],
    ['code in a comment', '// Maps `told` to its successor.\nfoo();'],
    ['a quotation in a comment', '// Slack says "asked".\nfoo();'],
    ['a longer word', 'const belligerent = heartbeat; // a task'],
  ])('leaves %s alone', (_, source) => {
    expect(wordsOf(source)).toEqual([]);
  });

  it('finds the private words for calls and replies in the names of src, where they are not stored', () => {
    const source = 'const answer = ask(answeredAt, look);';
    expect(wordsOf(source)).toEqual(['1 answer', '1 ask', '1 look']);
    expect(wordsOf(source, 'test/file.ts')).toEqual([]);
  });

  it('finds the name of a file, and says what to use', () => {
    expect(findStruckWords('src/jobs/bell.ts', 'foo();')).toEqual([{ line: 1, word: 'bell', use: 'signal' }]);
  });
});
