/** Tells when no socket to Slack is open: at once where an operator has to act, else after a while. */

import type { LineState } from './socket-supervisor.ts';

export interface SocketWatch {
  readonly note: (line: number, state: LineState) => void;
  readonly openCount: () => number;
  readonly end: () => void;
}

export function createSocketWatch({
  graceMs,
  onProblem,
}: {
  readonly graceMs: number;
  readonly onProblem: (problem: string | null) => void;
}): SocketWatch {
  const states = new Map<number, LineState>();
  let timer: NodeJS.Timeout | undefined;
  let why = '';
  const count = (kind: LineState['kind']): number =>
    [...states.values()].filter((state) => state.kind === kind).length;
  const end = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    end,
    openCount: () => count('open'),
    note(line, state) {
      states.set(line, state);
      if (state.kind === 'away') ({ why } = state);
      if (count('open') > 0) {
        end();
        onProblem(null);
      } else if (state.kind === 'refused') {
        end();
        onProblem(state.problem);
      } else if (count('refused') === 0) {
        // From when the last one left: each try that fails is noted as well, and would put it off for ever.
        timer ??= setTimeout(() => onProblem(awayProblem(why)), graceMs);
      }
    },
  };
}

function awayProblem(why: string): string {
  return `no socket to Slack is open, so nothing that people type arrives; trying again (${why})`;
}
