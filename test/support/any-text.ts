/** Strings of any code points but halves of surrogate pairs. */

import fc, { type StringConstraints } from 'fast-check';

const SURROGATES_FROM = 0xd800;
const SURROGATES = 0x800;

/** fast-check's own unit `binary` builds a table of all of them first, which takes each process a second. */
const CODE_POINT = fc.integer({ min: 0, max: 0x10ffff - SURROGATES }).map(
  (index) => String.fromCodePoint(index < SURROGATES_FROM ? index : index + SURROGATES),
  (text) => {
    const codePoint = typeof text === 'string' ? text.codePointAt(0) : undefined;
    if (codePoint === undefined || String.fromCodePoint(codePoint) !== text) throw new Error('no code point');
    return codePoint < SURROGATES_FROM ? codePoint : codePoint - SURROGATES;
  },
);

export function anyText(constraints: Pick<StringConstraints, 'maxLength'> = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: CODE_POINT });
}
