/** Which parts of the program do not work, and why. Each change is one log line. */

import type { Log } from './log.ts';

/** `socket`: events from Slack; `token`: calls to Slack; `console`: its latest response; `poll`: its ticks. */
export const PARTS = ['socket', 'token', 'database', 'console', 'poll'] as const;
export type Part = (typeof PARTS)[number];

export interface Readiness {
  /** `problem` says what is wrong and what to do; null: the part works. */
  report(part: Part, problem: string | null): void;
  /** The first attempt neither succeeded nor failed: the part counts as working. */
  tried(part: Part): void;
  /** Of the parts that have been tried. */
  readonly problems: () => ReadonlyMap<Part, string>;
  /** What is wrong; null where the part works. A part that was not tried yet is not ready. */
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
