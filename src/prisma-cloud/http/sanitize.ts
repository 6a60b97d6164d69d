/**
 * Text from outside, made fit for storing and for one line: no control or direction characters, no halves of a
 * surrogate pair (PostgreSQL refuses NUL, and a title that turns the text around can pose as another), no excess.
 * It is still from outside: whoever shows it escapes it.
 */

const UNSEEN = /[\p{Cc}\u2028\u2029]+/gu;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** At most `max` UTF-16 units, the last one `…` where something was cut. */
export function cleanText(raw: string, max: number): string {
  // Megabytes are cut before any expression walks over them; what is left is enough for `max` after cleaning.
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
