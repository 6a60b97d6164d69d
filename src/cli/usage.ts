/** A call of a command: its options, or help, or what is wrong with it, said before how it is meant. */

import { codeOf } from '../errors.ts';

/** Nothing was tried: the call itself is wrong. */
export const EXIT_USAGE = 2;

/** Its text is a sentence for whoever typed it. */
export class UsageError extends Error {}

/**
 * What `read` makes of the call; else the exit code, with everything said. `read` throws what `parseArgs` does, or a
 * UsageError. `prefix` stands before what is wrong, where it goes to the log of a pipeline.
 */
export function readCall<T extends object>(usage: string, read: () => T | 'help', prefix = ''): T | number {
  try {
    const given = read();
    if (given !== 'help') return given;
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`${prefix}${sentenceOf(error)}\n\n${usage}`);
    return EXIT_USAGE;
  }
}

/** Of a command that takes exactly one. Throws a UsageError with what to say otherwise. */
export function onlyArgument(
  given: readonly string[],
  { missing, tooMany }: { readonly missing: string; readonly tooMany: string },
): string {
  const [only = '', ...others] = given;
  if (only === '') throw new UsageError(missing);
  if (others.length > 0) throw new UsageError(tooMany);
  return only;
}

/** The first sentence alone: what Node adds is about arguments that begin with a dash. */
function sentenceOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof TypeError) || !codeOf(error).startsWith('ERR_PARSE_ARGS')) throw error;
  return `${error.message.split(/\.(?:\s|$)/)[0] ?? ''}.`;
}
