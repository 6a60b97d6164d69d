/** Arguments of a command: its options, help, or an error followed by the usage. */

import { codeOf } from '../errors.ts';

/** Wrong usage: nothing was tried. */
export const EXIT_USAGE = 2;

/** Its message is a sentence for the user. */
export class UsageError extends Error {}

/**
 * The result of `read`; otherwise the exit code, after printing. `read` throws errors of `parseArgs`, or a UsageError.
 * `prefix` precedes the error in the log of a pipeline.
 */
export function readCall<T extends object>(usage: string, read: () => T | 'help', prefix = ''): T | number {
  try {
    const call = read();
    if (call !== 'help') return call;
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`${prefix}${sentenceOf(error)}\n\n${usage}`);
    return EXIT_USAGE;
  }
}

/** For a command with exactly one argument. Otherwise throws a UsageError with `hint`. */
export function onlyArgument(
  call: readonly string[],
  { missing, tooMany }: { readonly missing: string; readonly tooMany: string },
): string {
  const [only = '', ...others] = call;
  if (only === '') throw new UsageError(missing);
  if (others.length > 0) throw new UsageError(tooMany);
  return only;
}

/** Only the first sentence: Node's hints are about arguments that start with a dash. */
function sentenceOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof TypeError) || !codeOf(error).startsWith('ERR_PARSE_ARGS')) throw error;
  const [sentence = ''] = error.message.split(/\.(?:\s|$)/);
  const [, option] = /^Option '(--[\w-]+)[^']*' argument/.exec(sentence) ?? [];
  return option === undefined ? `${sentence}.` : `${option} needs a value, which does not begin with a dash.`;
}
