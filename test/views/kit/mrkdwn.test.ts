import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clock,
  code,
  escape,
  link,
  mention,
  mentions,
  parseWebAddress,
} from '../../../src/views/kit/mrkdwn.ts';
import { text } from '../support/arbitraries.ts';

describe('escape', () => {
  it.each([
    ['a mention of everybody', '<!channel>', '&lt;!channel&gt;'],
    ['a typed group mention', '@channel @Here', '@\u2060channel @\u2060Here'],
    ['a group mention behind an undrawn character', '@\u200bchannel', '@\u2060channel'],
    ['a forged link', '<http://evil.example|Console>', '&lt;http://evil.example|Console&gt;'],
    ['an escape', '&lt;', '&amp;lt;'],
    ['backticks', 'a`b```c', "a'b'''c"],
    ['an emoji by name', ':tada:', ':\u2060tada:'],
    ['a right-to-left override', 'a\u202egnp.exe', 'agnp.exe'],
    ['NUL and other controls', 'a\u0000b\u001bc\u0085', 'abc'],
    ['line breaks of all kinds', 'a\r\nb\u2028c\td', 'a b c d'],
    ['half a character', 'a\ud800', 'a\ufffd'],
  ])('disarms %s', (_, raw, expected) => {
    expect(escape(raw)).toBe(expected);
  });

  it.each([
    'alpine:3.16',
    'reg:5000/a/b_c:1@sha256:0f',
    'ghcr.io/acme/api:1.4',
    'user@example.com',
    '10:30:00 s',
    '[fe80:1:a::2]:5000/x:1',
  ])('leaves %s as it is', (plain) => {
    expect(escape(plain)).toBe(plain);
  });
});

describe('code', () => {
  it('closes exactly the span that it opens, whatever is inside', () => {
    fc.assert(
      fc.property(text, (raw) => {
        expect(code(raw)).toMatch(/^`[^`<>\p{Cc}\u202a-\u202e\u2066-\u2069]+`$/u);
        expect(code(raw).length).toBeLessThanOrEqual(302);
      }),
    );
  });

  it('says ? where nothing is left to show', () => {
    expect(code('\u200b')).toBe('`?`');
  });
});

describe('mentions', () => {
  it('names the first ones, once each, and counts the rest', () => {
    expect(mentions(['U1', 'U2', 'U1', 'W3'], 2)).toBe('<@U1>, <@U2> and 1 more');
    expect(mentions(['U1'], 2)).toBe('<@U1>');
  });

  it('takes no word for a person that is no user ID', () => {
    expect(mentions(['!channel', 'U1> <!channel', 'u1', ''], 5)).toBe('');
    expect(mention('S012345')).toBe('');
  });
});

describe('link', () => {
  it.each([
    [
      'https://acme.slack.com/archives/C1/p1?a=1&b=2',
      '<https://acme.slack.com/archives/C1/p1?a=1&amp;b=2|here>',
    ],
    ['https://a.example/|x><!channel>', '<https://a.example/%7Cx%3E%3C!channel%3E|here>'],
    [`https://a.example/${'x'.repeat(1_000)}`, 'here'],
    ['javascript:alert(1)', 'here'],
    ['no address', 'here'],
    [null, 'here'],
  ])('of %s', (url, expected) => {
    expect(link(url, 'here')).toBe(expected);
  });

  it('never shows credentials', () => {
    expect(parseWebAddress('https://user:secret@console.example/x')).toBe('https://console.example/x');
  });
});

describe('clock', () => {
  it('shows the reader’s own time, and UTC where a client cannot', () => {
    expect(clock(Date.UTC(2026, 0, 2, 14, 3, 22, 999))).toBe(
      '<!date^1767362602^{time_secs}|2026-01-02 14:03:22 UTC>',
    );
  });

  it('says so where there is no such time', () => {
    expect(clock(NaN)).toBe('an unknown time');
  });
});
