/** Prompts on a terminal. A secret is not echoed, and Ctrl-C cancels. */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { TerminalStyle } from '../../views/doctor-lines.ts';

export interface Terminal {
  readonly style: TerminalStyle;
  readonly say: (text: string) => void;
  /** Rejects with a BrokenOffError where the user cancels (Ctrl-C, Ctrl-D). */
  readonly prompt: (question: string, options?: { readonly isSecret?: boolean }) => Promise<string>;
  readonly close: () => void;
}

const DEFAULT_COLUMNS = 80;

/** The user cancelled: nothing was written. */
export class BrokenOffError extends Error {}

export function openTerminal(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream & { readonly columns?: number },
): Terminal {
  let isMuted = false;
  // readline prints what is typed, so only its output can be suppressed.
  const echo = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isMuted) output.write(chunk);
      done();
    },
  });
  // Without a history: the arrow keys would print a secret.
  const lines = createInterface({ input, output: echo, terminal: true, historySize: 0 });
  const ended = new AbortController();
  lines.once('SIGINT', () => ended.abort());
  // Ctrl-D closes the interface, and the callback of its prompt is never called.
  lines.once('close', () => ended.abort());

  function prompt(question: string, { isSecret = false } = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const breakOff = (): void => {
        isMuted = false;
        output.write('\n');
        reject(new BrokenOffError('broken off'));
      };
      if (ended.signal.aborted) {
        breakOff();
        return;
      }
      ended.signal.addEventListener('abort', breakOff, { once: true });
      lines.question(`${question} `, (input) => {
        ended.signal.removeEventListener('abort', breakOff);
        if (isMuted) output.write('\n');
        isMuted = false;
        resolve(input);
      });
      // The prompt itself is printed by now.
      isMuted = isSecret;
    });
  }

  const style = { isColoured: false, columns: output.columns ?? DEFAULT_COLUMNS };
  return { style, say: (text) => void output.write(text), prompt, close: () => lines.close() };
}
