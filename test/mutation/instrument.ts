/** All mutants of a file in one text: `__mutant(id)` says which of them, if any, is the program now. */

import type { Mutant } from './mutators.ts';

interface Numbered {
  readonly id: number;
  readonly mutant: Mutant;
}

export function instrument(source: string, mutants: readonly Numbered[]): string {
  // Outermost first, so that what lies inside is rendered with its own mutants.
  const sorted = mutants.toSorted((a, b) => a.mutant.start - b.mutant.start || b.mutant.end - a.mutant.end);
  return renderRange({ source, mutants: sorted, start: 0, end: source.length });
}

interface Range {
  readonly source: string;
  readonly mutants: readonly Numbered[];
  readonly start: number;
  readonly end: number;
}

function renderRange({ source, mutants, start, end }: Range): string {
  let text = '';
  let at = start;
  for (let index = 0; index < mutants.length;) {
    const first = (mutants[index] as Numbered).mutant;
    const inside = mutants.slice(index).filter(({ mutant }) => mutant.start < first.end);
    text += source.slice(at, first.start) + renderNode(source, inside);
    at = first.end;
    index += inside.length;
  }
  return text + source.slice(at, end);
}

/** Mutants that bound the same node, and those inside it. */
function renderNode(source: string, mutants: readonly Numbered[]): string {
  const { start, end, isStatement } = (mutants[0] as Numbered).mutant;
  const isSame = ({ mutant }: Numbered) =>
    mutant.start === start && mutant.end === end && mutant.isStatement === isStatement;
  const original = renderRange({ source, mutants: mutants.filter((one) => !isSame(one)), start, end });
  return mutants.filter(isSame).reduceRight(
    (otherwise, { id, mutant }) => {
      if (isStatement) return `if (__mutant(${String(id)})) { ${mutant.replacement} } else { ${otherwise} }`;
      return `(__mutant(${String(id)}) ? (${mutant.replacement}) : ${otherwise})`;
    },
    isStatement ? original : `(${original})`,
  );
}
