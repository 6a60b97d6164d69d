/**
 * Which parts of the program cannot do their work right now, and why. Each change is one log line: an operator reads
 * when it began, when it was over, and nothing in between.
 */

import type { Log } from './log.ts';

/** `socket`: what comes in from Slack; `token`: what goes out to it; `console`: its last answer; `poll`: its ticks. */
export const PARTS = ['socket', 'token', 'database', 'console', 'poll'] as const;
export type Part = (typeof PARTS)[number];

export interface Readiness {
  /** `problem` says what is wrong and what to do; null where all is well. */
  report(part: Part, problem: string | null): void;
  /** What came of a first try says nothing of the part: as well as can be known, it does its work. */
  tried(part: Part): void;
  /** Of the parts that were tried. */
  readonly problems: () => ReadonlyMap<Part, string>;
  /** Of each part what is wrong with it; null where all is well. A part that was not tried yet is not ready. */
  readonly of: (part: Part) => string | null;
}

export const NOT_TRIED = 'not tried yet';

export function createReadiness(log: Log): Readiness {
  const problems = new Map<Part, string>();
  const tried = new Set<Part>();
  return {
    report(part, problem) {
      tried.add(part);
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
    tried: (part) => void tried.add(part),
    problems: () => problems,
    of: (part) => problems.get(part) ?? (tried.has(part) ? null : NOT_TRIED),
  };
}
