/** What happened in a run, a line each: `t=12.345s console a ended`. Off, it costs nothing. */

import { createLog, type Log } from '../../src/log.ts';
import { SILENT_LOG } from '../support/store.ts';

export interface Trace {
  /** The words are made only where somebody reads them. */
  readonly say: (words: () => string) => void;
  readonly lines: readonly string[];
  /** The log of one process of the program, as lines of the trace. */
  logOf(name: string): Log;
}

export function createTrace(isOn: boolean, monotonicNow: () => number): Trace {
  const lines: string[] = [];
  const say = (words: () => string): void => {
    if (isOn) lines.push(`t=${(monotonicNow() / 1_000).toFixed(3)}s ${words()}`);
  };
  return { say, lines, logOf: (name) => (isOn ? tracingLog(name, say) : SILENT_LOG) };
}

function tracingLog(name: string, say: Trace['say']): Log {
  const write = (line: string): void => {
    const fields = JSON.parse(line) as Record<string, unknown>;
    const { msg, target, kind, error, cause, from, to } = fields;
    const reported = Object.entries({ target, kind, from, to, cause, error }).filter(
      ([, value]) => value !== undefined,
    );
    const words = reported.map(([key, value]) => `${key}=${String(value)}`).join(' ');
    say(() => `${name} says: ${String(msg)}${words === '' ? '' : ` (${words})`}`);
  };
  return createLog({ level: 'debug', isTerminal: false, destination: { write } });
}
