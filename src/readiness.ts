/** Which parts of the program do not work, and why. Each change is one log line. */

import type { Log } from './log.ts';

/** `socket`: events from Slack; `token`: calls to Slack; `console`: its latest response; `poll`: its ticks. */
export const PARTS = ['socket', 'token', 'database', 'console', 'poll'] as const;
export type Part = (typeof PARTS)[number];

export interface Readiness {
  /** `reason` says what is wrong and what to do; null: the part works. */
  report(part: Part, reason: string | null): void;
  /** The first attempt neither succeeded nor failed: the part counts as working. */
  tried(part: Part): void;
  /** Of the parts that have been tried. */
  readonly reasons: () => ReadonlyMap<Part, string>;
  /** What is wrong; null where the part works. A part that was not tried yet is not ready. */
  readonly of: (part: Part) => string | null;
}

export const NOT_TRIED = 'not tried yet';

export function createReadiness(log: Log): Readiness {
  const reasons = new Map<Part, string>();
  const tried = new Set<Part>();
  return {
    report(part, reason) {
      tried.add(part);
      const known = reasons.get(part) ?? null;
      if (reason === known) return;
      if (reason === null) {
        reasons.delete(part);
        log.info({ part }, 'ready again');
        return;
      }
      reasons.set(part, reason);
      log.error({ part, problem: reason }, 'not ready');
    },
    tried: (part) => void tried.add(part),
    reasons: () => reasons,
    of: (part) => reasons.get(part) ?? (tried.has(part) ? null : NOT_TRIED),
  };
}
