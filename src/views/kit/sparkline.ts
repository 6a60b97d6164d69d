/** Numbers as a row of block characters. Use in a code span: there all are equally wide. */

const BARS = '▁▂▃▄▅▆▇█';

/** One bar per value, from zero to the largest; `·` for null. */
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
