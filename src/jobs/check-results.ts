/** Checks the Console's results for ends that another client may have consumed. */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ResultsCheck, Observer } from './observe.ts';

interface CheckOptions {
  readonly observer: Pick<Observer, 'checkResults'>;
  readonly log: Log;
}

/** Never rejects. */
export async function checkDueResults({ observer, log }: CheckOptions): Promise<void> {
  try {
    for (const looked of await observer.checkResults()) logResultsCheck(log, looked);
  } catch (error) {
    log.error({ error: messageOf(error) }, 'results check failed; trying again');
  }
}

function logResultsCheck(log: Log, { before, snapshot }: ResultsCheck): void {
  if (before.state.snapshot.endedAt === snapshot.endedAt || snapshot.endedAt === null) return;
  const { scan, state, evidence } = snapshot;
  log.info({ target: before.id, scan, state, evidence }, 'scan end found in results');
}
