/**
 * Whether the Console answers, where nobody asks it anyway: at the start, and once a minute while its last answer was
 * none. A Console that is down or refuses is no reason to stop: commands say so, and watches recover by themselves.
 */

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ConsoleClient } from '../prisma-cloud/client.ts';
import { describeProblem } from '../views/parts/failure.ts';

const AGAIN_MS = 60_000;

export interface ConsoleCheckOptions {
  readonly client: Pick<ConsoleClient, 'check'>;
  /** Its last answer was none. */
  readonly isAway: () => boolean;
  /** The first check is over, whatever came of it. */
  readonly onChecked: () => void;
  readonly log: Log;
}

/** Returns what ends it. */
export function startConsoleCheck({ client, isAway, onChecked, log }: ConsoleCheckOptions): () => void {
  void checkOnce(client, log).then(onChecked);
  const timer = setInterval(() => {
    if (isAway()) void client.check();
  }, AGAIN_MS).unref();
  return () => clearInterval(timer);
}

async function checkOnce(client: Pick<ConsoleClient, 'check'>, log: Log): Promise<void> {
  try {
    const answer = await client.check();
    if (answer.kind === 'answered') {
      log.info({ version: answer.value }, 'the Console answers');
      return;
    }
    const { cause, detail } = answer.failure;
    log.error({ cause, detail }, describeProblem(answer.failure));
  } catch (error) {
    log.error({ error: messageOf(error) }, 'the Console could not be checked');
  }
}
