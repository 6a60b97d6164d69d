/**
 * Sanitizes text from outside for storage and for one line: no control or bidirectional characters, no unpaired
 * surrogates (PostgreSQL rejects NUL, and reversed text can pose as another), limited length. It is still from outside:
 * escape it before showing.
 */

const UNSEEN = /[\p{Cc}\u2028\u2029]+/gu;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** At most `max` UTF-16 units, ending in `…` where truncated. */
export function cleanText(raw: string, max: number): string {
  // Megabytes are cut before any expression runs over them; the rest is enough for `max` characters.
  const text = raw
    .slice(0, max * 4)
    .replace(UNSEEN, ' ')
    .replace(DIRECTION, '')
    .toWellFormed()
    .trim();
  return text.length <= max ? text : `${withoutHalf(text.slice(0, max - 1))}…`;
}

function withoutHalf(text: string): string {
  return text.isWellFormed() ? text : text.slice(0, -1);
}
