/**
 * Which parts of the program cannot do their work right now, and why. Each change is one log line: an operator reads
 * when it began, when it was over, and nothing in between.
 */

import type { Log } from './log.ts';

/** `socket`: what comes in from Slack; `token`: what goes out to it; `console`: its last answer. */
export const PARTS = ['socket', 'token', 'database', 'console'] as const;
export type Part = (typeof PARTS)[number];

export interface Readiness {
  /** `problem` says what is wrong and what to do; null where all is well. */
  report(part: Part, problem: string | null): void;
  /** Empty where the program is ready. */
  readonly problems: () => ReadonlyMap<Part, string>;
}

export function createReadiness(log: Log): Readiness {
  const problems = new Map<Part, string>();
  return {
    report(part, problem) {
      const known = problems.get(part) ?? null;
      if (problem === known) return;
      if (problem === null) {
        problems.delete(part);
        log.info({ part }, 'ready again');
        return;
      }
      problems.set(part, problem);
      log.error({ part, problem }, 'not ready');
    },
    problems: () => problems,
  };
}
