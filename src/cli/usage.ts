/** A call of a command: its options, or help, or what is wrong with it, said before how it is meant. */

/** Nothing was tried: the call itself is wrong. */
export const EXIT_USAGE = 2;

/** Its text is a sentence for whoever typed it. */
export class UsageError extends Error {}

/** What `read` makes of the call; else the exit code, with everything said. `read` throws what `parseArgs` does, or a UsageError. */
export function readCall<T extends object>(usage: string, read: () => T | 'help'): T | number {
  try {
    const given = read();
    if (given !== 'help') return given;
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n\n${usage}`);
    return EXIT_USAGE;
  }
}

/** The first sentence alone: what Node adds is about arguments that begin with a dash. */
function sentenceOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  const isOfNode =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!isOfNode) throw error;
  return `${error.message.split(/\.(?:\s|$)/)[0] ?? ''}.`;
}
