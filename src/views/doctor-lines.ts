/** How the findings of `npm run doctor` are printed: a line each, and what they come to. Plain text for a terminal. */

/** `unknown`: it could not be checked, and the line says why; only `wrong` makes the doctor fail. */
export type Verdict = 'fine' | 'warning' | 'wrong' | 'unknown';

export interface Finding {
  readonly verdict: Verdict;
  /** What was found, and what to do. May hold what came from outside. */
  readonly text: string;
  /** Several lines may find the same: all but the first say this instead. */
  readonly again?: string;
  /** The variable that would put it right, and the values that it may have: one, or those to choose from. */
  readonly remedy?: { readonly name: string; readonly values: readonly string[] };
}

export const fine = (text: string): Finding => ({ verdict: 'fine', text });
export const warning = (text: string): Finding => ({ verdict: 'warning', text });
export const wrong = (text: string): Finding => ({ verdict: 'wrong', text });
export const unknown = (text: string): Finding => ({ verdict: 'unknown', text });

const SIGNS: Readonly<Record<Verdict, { readonly sign: string; readonly colour: number }>> = {
  fine: { sign: '✔', colour: 32 },
  warning: { sign: '!', colour: 33 },
  wrong: { sign: '✖', colour: 31 },
  unknown: { sign: '?', colour: 36 },
};

const NAME_WIDTH = 20;
// eslint-disable-next-line no-control-regex -- taking them out is the point
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;

export function printFinding(name: string, { verdict, text }: Finding, isColoured: boolean): string {
  const { sign, colour } = SIGNS[verdict];
  const mark = isColoured ? `\u001b[${colour}m${sign}\u001b[0m` : sign;
  // What a server says must not move the cursor.
  return `${mark} ${name.padEnd(NAME_WIDTH)} ${text.replace(CONTROLS, ' ')}\n`;
}

/** What to print where the lines before have said `told`, to which it adds. */
export function dedupe({ again, ...finding }: Finding, told: Set<string>): Finding {
  if (again === undefined) return finding;
  if (told.has(again)) return { ...finding, text: again };
  told.add(again);
  return finding;
}

export function printSummary(verdicts: readonly Verdict[]): string {
  const count = (verdict: Verdict): number => verdicts.filter((one) => one === verdict).length;
  const parts = [
    `${count('fine')} fine`,
    `${count('warning')} to look at`,
    `${count('wrong')} wrong`,
    `${count('unknown')} not checked`,
  ];
  const advice =
    count('wrong') === 0
      ? 'Nothing that was checked keeps the bot from starting.'
      : 'Mend what is marked ✖ and run it again.';
  return `\n${parts.join(', ')}. ${advice}\n`;
}
