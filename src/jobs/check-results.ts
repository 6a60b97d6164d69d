/** Checks the Console's results for ends that another client may have consumed. */

import type { Log } from '../log.ts';
import type { ResultsCheck, Observer } from './observe.ts';

interface CheckOptions {
  readonly observer: Pick<Observer, 'checkResults'>;
  readonly log: Log;
}

export async function checkDueResults({ observer, log }: CheckOptions): Promise<void> {
  for (const looked of await observer.checkResults()) logResultsCheck(log, looked);
}

function logResultsCheck(log: Log, { before, snapshot }: ResultsCheck): void {
  if (before.state.snapshot.endedAt === snapshot.endedAt || snapshot.endedAt === null) return;
  const { scan, state, evidence } = snapshot;
  log.info({ target: before.id, scan, state, evidence }, 'scan end found in results');
}
