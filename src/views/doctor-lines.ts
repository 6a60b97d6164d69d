/** Prints findings of `npm run doctor`: a line each, and a summary. Plain text for a terminal. */

/** `unknown`: it could not be checked, and the line says why; only `wrong` makes the doctor fail. */
export type Verdict = 'fine' | 'warning' | 'wrong' | 'unknown';

export interface Finding {
  readonly verdict: Verdict;
  /** The finding, and what to do. May contain text from outside. */
  readonly text: string;
  /** Below a line with the same cause, which then says what is wrong, this text stands instead. */
  readonly again?: { readonly cause: string; readonly text: string };
  /** The variable that fixes it, and the possible values. */
  readonly remedy?: { readonly name: string; readonly values: readonly string[] };
}

export type Server = 'Slack' | 'the Console';

/** The cause of all that fails where a server cannot be reached. */
export const silenceOf = (server: Server): string => `no answer of ${server}`;

/** With the name of its check. */
export interface NamedFinding extends Finding {
  readonly name: string;
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
// eslint-disable-next-line no-control-regex -- removing them is the point
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Of a terminal; null for a file or a pipe, which gets a line each. */
export interface TerminalStyle {
  readonly isColoured: boolean;
  readonly columns: number;
}

export function printFinding(name: string, { verdict, text }: Finding, style: TerminalStyle | null): string {
  const { sign, colour } = SIGNS[verdict];
  const mark = style?.isColoured === true ? `\u001b[${colour}m${sign}\u001b[0m` : sign;
  // Text from a server must not move the cursor.
  const line = text.replace(CONTROLS, ' ');
  return `${mark} ${name.padEnd(NAME_WIDTH)} ${style === null ? line : wrapped(line, style.columns)}\n`;
}

/** The mark, the name, and a space after each. */
const INDENT = NAME_WIDTH + 3;
/** Beside the indent, fewer columns than this make a ribbon. */
const TEXT_MIN = 30;

/** Broken between words, below where the text begins. */
function wrapped(text: string, columns: number): string {
  const width = columns - INDENT;
  if (width < TEXT_MIN) return text;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > width) lines.push(line);
    line = line !== '' && longer.length > width ? word : longer;
  }
  return [...lines, line].join(`\n${' '.repeat(INDENT)}`);
}

/** The finding, or that it was not checked where its cause was reported before; adds to the reported causes. */
export function dedupe<T extends Finding>(finding: T, reported: Set<string>): T {
  const { again } = finding;
  if (again === undefined) return finding;
  if (reported.has(again.cause)) return { ...finding, ...unknown(again.text) };
  reported.add(again.cause);
  return finding;
}

export function printSummary(verdicts: readonly Verdict[]): string {
  const count = (verdict: Verdict): number => verdicts.filter((counted) => counted === verdict).length;
  const parts = [
    `${count('fine')} fine`,
    `${count('warning')} to look at`,
    `${count('wrong')} wrong`,
    `${count('unknown')} not checked`,
  ];
  const advice =
    count('wrong') === 0
      ? 'Nothing that was checked keeps the bot from starting.'
      : 'Fix what is marked ✖ and run it again.';
  return `\n${parts.join(', ')}.\n${advice}\n`;
}

/** Of variables that the setup takes from the environment as they are. */
export function inheritedErrorsText(errors: readonly string[]): string {
  const lines = errors.map((error) => `  - ${error}\n`).join('');
  return `\nWhat is wrong with the environment already:\n${lines}Correct or unset it, and run the setup again. Nothing was written.\n`;
}

/** For a person who kept what the setup's checks call wrong. */
export function setupFailuresText(
  wrong: readonly NamedFinding[],
  { canStart, style }: { readonly canStart: boolean; readonly style: TerminalStyle },
): string {
  const count = wrong.length === 1 ? '1 check has failed' : `${wrong.length} checks have failed`;
  const effect = canStart
    ? 'The bot starts, and shows it in its messages'
    : 'The bot will not be ready like this';
  const lines = wrong.map((finding) => printFinding(finding.name, finding, style)).join('');
  return `\n${count}. ${effect}:\n${lines}Run the setup again, or correct what it wrote; the doctor checks it again.\n`;
}

export const SETUP_HINT =
  'scanprogress setup (in a checkout: npm run setup) prompts for what is missing, checks it, and writes it';
