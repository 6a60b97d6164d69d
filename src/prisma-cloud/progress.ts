/** The Console's progress of one target. The answer may be the only one that ever says "completed". */

import type { Failure, Observation } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import { type Answer, parseAnswer, toConsoleTime } from './answer.ts';
import type { Question } from './connection.ts';
import { GarbledError, OwnLimitError } from './errors.ts';
import { wireProgress } from './schema.ts';
import type { Caller } from './send.ts';
import { toObservation } from './to-observation.ts';

/** What every reading of the Console is made with. */
export interface ReadingOptions {
  /** GET; throws a ConsoleError. */
  readonly ask: (resource: string, query: Question['query'], caller: Caller) => Promise<Answer>;
  readonly fail: (error: unknown) => Failure;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Never rejects; null where the Console was not asked: the program stops, its turn came too late or not at all. */
export function createFetchProgress({ ask, fail, now }: ReadingOptions) {
  return async (target: Target, caller: Caller): Promise<Observation | null> => {
    try {
      const answer = await ask('registry/progress', toProgressQuery(target), caller);
      return toObservation(parseAnswer(answer, wireProgress), {
        at: now(),
        consoleAt: toConsoleTime(answer),
      });
    } catch (error) {
      if (error instanceof OwnLimitError) return null;
      // What cannot be read may have told of an end: it is kept.
      const unread = error instanceof GarbledError && error.body !== '' ? error.body : null;
      return { kind: 'failed', at: now(), failure: fail(error), unread };
    }
  };
}

/** Literally what the scan was started with; the regular scan takes no parameter at all. */
function toProgressQuery(target: Target): Question['query'] {
  if (target.kind === 'regular') return [];
  const { registry, repository, tag, digest } = target.reference;
  const parts = [
    ['registry', registry],
    ['repo', repository],
    ['tag', tag],
    ['digest', digest],
  ] as const;
  return [['onDemand', 'true'], ...parts.filter(([, value]) => value !== '')];
}
