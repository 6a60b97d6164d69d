/** A row of numbers as a row of bars that every client can draw. Set it in a code span: there all are equally wide. */

const BARS = '▁▂▃▄▅▆▇█';

/** A bar each, from zero to the largest; `·` where the number is not known. */
export function sparkline(values: readonly (number | null)[]): string {
  const most = Math.max(0, ...values.filter(isKnown));
  return values.map((value) => (isKnown(value) ? barOf(value, most) : '·')).join('');
}

function barOf(value: number, most: number): string {
  const share = most === 0 ? 0 : Math.max(0, value) / most;
  return BARS.charAt(Math.round(share * (BARS.length - 1)));
}

function isKnown(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}
