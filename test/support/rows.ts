/** Rows of `test.each` by their result: of `{ timeout: ['ETIMEDOUT'] }` the row `['ETIMEDOUT', 'timeout']`. */
export function rowsByResult<Result extends string, Input>(
  inputs: Readonly<Record<Result, readonly Input[]>>,
): (readonly [Input, Result])[] {
  const results = Object.keys(inputs) as Result[];
  return results.flatMap((result) => inputs[result].map((input) => [input, result] as const));
}
