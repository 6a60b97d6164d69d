import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPlainText } from '../../../src/slack/grammar/plain-text.ts';
import { anyText } from '../../support/any-text.ts';

describe('toPlainText', () => {
  it.each([
    ['takes the label of a link', '<http://reg.example/app:1|reg.example/app:1>', 'reg.example/app:1'],
    ['takes a bare link without its scheme', '<https://reg.example.com/app:1>', 'reg.example.com/app:1'],
    ['takes a link with an empty label', '<http://reg.example.com/app|>', 'reg.example.com/app'],
    ['undoes an address of mail', 'watch <mailto:a@b.com|a@b.com>', 'watch a@b.com'],
    ['undoes several links', 'watch <http://a.io/b|a.io/b> <http://c.io/d>', 'watch a.io/b c.io/d'],
    ['keeps the mention of a person', '<@U123> alpine', '<@U123> alpine'],
    ['keeps the mention of a person with a name', '<@U123|jo>', '<@U123|jo>'],
    ['keeps the mention of a channel', '<#C1|general>', '<#C1|general>'],
    ['keeps a special mention', '<!here>', '<!here>'],
    ['keeps an angle bracket without its partner', 'a < b', 'a < b'],
    ['unescapes', 'a &lt;b&gt; &amp; c', 'a <b> & c'],
    ['unescapes once', '&amp;lt;', '&lt;'],
    ['unescapes within a link', '<http://a.io/?x=1&amp;y=2|a.io/?x=1&amp;y=2>', 'a.io/?x=1&y=2'],
    ['does not take escaped brackets for a link', '&lt;http://a.io&gt;', '<http://a.io>'],
    ['makes an em dash two hyphens', '\u2014help', '--help'],
    ['makes an en dash a hyphen', 'my\u2013app:1', 'my-app:1'],
    ['makes a minus a hyphen', 'my\u2212app', 'my-app'],
    ['makes a non-breaking hyphen a hyphen', 'my\u2011app', 'my-app'],
    ['drops curly quotes around a word', '\u201calpine:3.16\u201d', 'alpine:3.16'],
    ['drops single curly quotes around a word', '\u2018alpine\u2019', 'alpine'],
    ['keeps an apostrophe within a word', 'what\u2019s up', "what's up"],
    ['makes a non-breaking space a space', 'watch\u00a0alpine', 'watch alpine'],
    ['drops zero-width characters', 'al\u200bpi\ufeffne\u2060', 'alpine'],
    ['drops direction marks', '\u202ealpine\u202c\u200f', 'alpine'],
    ['drops soft hyphens', 'al\u00adpine', 'alpine'],
    ['makes control characters spaces', 'watch\0alpine\u0085nginx\tredis\r\n', 'watch alpine nginx redis'],
    ['makes line separators spaces', 'a\u2028b', 'a b'],
    ['drops backticks', 'watch `alpine:3.16`', 'watch alpine:3.16'],
    ['drops a code fence', '```\nalpine:3.16\n```', 'alpine:3.16'],
    ['drops quotes', '"alpine" \'nginx\'', 'alpine nginx'],
    ['drops the marks of bold and struck text', '*alpine* ~nginx~', 'alpine nginx'],
    ['drops quotes around a link', '`<http://a.io/b|a.io/b>`', 'a.io/b'],
    ['keeps underscores, which a tag may begin with', 'api:_1_', 'api:_1_'],
    ['leaves a name alone', 'reg:5000/a/b:1@sha256:00', 'reg:5000/a/b:1@sha256:00'],
    ['makes of nothing nothing', ' `` ', ''],
  ])('%s', (_, text, typed) => {
    expect(toPlainText(text)).toBe(typed);
  });

  it('returns one line of words for every text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), pieces), (text) => {
        expect(toPlainText(text)).not.toMatch(/^ | {2}| $|\p{Cc}|\p{Cf}/u);
      }),
    );
  });

  it.each(['<', '<http://', '<a|', '&lt;', '`', "a'", '\u200b', ' ', '<<>', '\u2014'])(
    'comes to the end of a megabyte of %j',
    (piece) => {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      expect(typeof toPlainText(`${text}x`)).toBe('string');
    },
  );
});

const PIECES = ['<', '>', '|', '@', '&lt;', '&amp;', '`', '"', ' ', '\n', '\u200b', '\u2014', 'http://', 'a'];
const pieces = fc.string({ unit: fc.constantFrom(...PIECES) });
