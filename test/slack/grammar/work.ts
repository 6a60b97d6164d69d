/** Counts the characters that a run hands to patterns and cuts out of texts: the same on a fast machine and on a busy one. */

export function countWork(run: () => unknown): number {
  let work = 0;
  const undo = [
    wrap(RegExp.prototype, 'exec', ({ on, from, given, result }) => {
      work += Math.max(1, endOf(on, given, result as RegExpExecArray | null) - from);
    }),
    ...(['slice', 'split', 'trim', 'toLowerCase', 'normalize'] as const).map((name) =>
      wrap(String.prototype, name, ({ on, result }) => {
        work += Math.max(1, typeof result === 'string' ? result.length : on.length);
      }),
    ),
  ];
  try {
    run();
  } finally {
    for (const one of undo) one();
  }
  return work;
}

/** Where a pattern has stopped to read. */
function endOf({ sticky }: RegExp, text: string, match: RegExpExecArray | null): number {
  if (match !== null) return match.index + match[0].length;
  return sticky ? 0 : text.length;
}

interface Call<T> {
  readonly on: T;
  readonly given: string;
  /** Where a pattern that goes on began to read. */
  readonly from: number;
  readonly result: unknown;
}

function wrap<T extends object>(
  prototype: T,
  name: keyof T & string,
  note: (call: Call<T>) => void,
): () => void {
  const original = prototype[name] as (...given: unknown[]) => unknown;
  const define = (value: unknown): unknown =>
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  define(function (this: T, ...given: unknown[]): unknown {
    const from = this instanceof RegExp && (this.global || this.sticky) ? this.lastIndex : 0;
    const result = original.apply(this, given);
    const [text] = given;
    note({ on: this, given: typeof text === 'string' ? text : '', from, result });
    return result;
  });
  return () => void define(original);
}
