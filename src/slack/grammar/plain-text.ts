/**
 * Reverts what Slack does to typed text: links around names, escaped characters, typographic quotes and dashes, and
 * invisible characters from pasting. Line breaks become spaces. Every step is linear in the length of the text.
 */

import { unescapeEntities } from '../../image/words.ts';

/** One line with single spaces; tokens.ts has replaced links that have a scheme before. */
export function toPlainText(text: string): string {
  // Links first: an escaped `&lt;` must not be taken for the start of one.
  return trimWords(undoTypography(unescapeEntities(unlink(text))));
}

/** `<http://reg.example.com/app:1|reg.example.com/app:1>` is its label; `<@U1>`, `<#C1|name>`, `<!here>` stay. */
function unlink(text: string): string {
  return text.replace(/<([^<>]*)>/g, (whole, content: string) => {
    if (/^[@#!]/.test(content)) return whole;
    const bar = content.indexOf('|');
    const label = bar === -1 ? '' : content.slice(bar + 1);
    return label === '' ? withoutScheme(bar === -1 ? content : content.slice(0, bar)) : label;
  });
}

function withoutScheme(url: string): string {
  return url.replace(/^(?:https?:\/\/|mailto:|tel:)/i, '');
}

/** Slack's clients turn `--` into an em dash; an en dash means a hyphen in a name. */
function undoTypography(text: string): string {
  return text
    .replace(/[\u2014\u2015]/g, '--')
    .replace(/[\u2010-\u2013\u2212\ufe63\uff0d]/g, '-')
    .replace(/[\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f\u00ab\u00bb]/g, '"')
    .replace(/\p{Cf}/gu, '') // zero-width, soft hyphen, direction marks
    .replace(/[\p{Z}\p{Cc}]/gu, ' ');
}

/** Quotes, code and bold around a word; no name starts or ends with these. */
const WRAPPING = new Set(['"', "'", '`', '*', '~']);

function trimWords(text: string): string {
  return text
    .split(' ')
    .map(trimWord)
    .filter((word) => word !== '')
    .join(' ');
}

/** A loop, because `[…]+$` would restart at every quote. */
function trimWord(word: string): string {
  let start = 0;
  let end = word.length;
  while (start < end && WRAPPING.has(word[start] ?? '')) start += 1;
  while (end > start && WRAPPING.has(word[end - 1] ?? '')) end -= 1;
  // `alpine:3.*`: without its end it would be another image.
  if (start === 0 && word[end] === '*' && /[.:/-]/.test(word[end - 1] ?? '')) return word;
  return word.slice(start, end);
}
