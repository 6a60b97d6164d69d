/** Rows of `test.each` by their second column: of `{ timeout: ['ETIMEDOUT'] }` the row `['ETIMEDOUT', 'timeout']`. */
export function groupedRows<Second extends string, First>(
  groups: Readonly<Record<Second, readonly First[]>>,
): (readonly [First, Second])[] {
  const seconds = Object.keys(groups) as Second[];
  return seconds.flatMap((second) => groups[second].map((first) => [first, second] as const));
}
