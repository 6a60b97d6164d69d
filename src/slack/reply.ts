/** Answers to mentions: messages in the thread, through the sender, each sent once. */

import { setTimeout as sleep } from 'node:timers/promises';
import { v5 as uuidV5 } from 'uuid';
import type { Log } from '../log.ts';
import type { Reply } from './listeners.ts';
import type { Sender } from './sender.ts';

/** Namespace of the ids of answers; drawn once at random. */
const NAMESPACE = '0a0c3c0c-0b53-4a3c-8f7f-9a1a6d9c7b52';
const MAX_TRIES = 3;
/** Nobody waits for an answer longer than this; Slack's usual Retry-After is far below. */
const MAX_WAIT_MS = 30_000;
const RETRY_MS = 1_000;

/**
 * An answer that may have been posted is not posted again: a lost answer can be asked for once more, a doubled one only
 * annoys. Never rejects.
 */
export function createReply({ sender, log }: { sender: Sender; log: Log }): (reply: Reply) => Promise<void> {
  return async ({ channel, thread, message, key, lookFrom }) => {
    const delivery = uuidV5(key, NAMESPACE);
    const post = { channel, thread, ...message, delivery };
    // A process that was killed may have posted it before it could say so.
    if (lookFrom !== null) {
      const found = await sender.find({ channel, thread, delivery, slackAt: lookFrom });
      if (found.kind === 'found') return;
    }
    for (let tries = 1; ; tries += 1) {
      const receipt = await sender.post(post);
      if (receipt.kind === 'accepted') return;
      const waitMs = receipt.kind === 'rate-limited' ? receipt.retryAfterMs : RETRY_MS;
      const mayRepeat = receipt.kind === 'rate-limited' || receipt.kind === 'unsent';
      if (!mayRepeat || tries === MAX_TRIES || waitMs > MAX_WAIT_MS) {
        log.warn({ channel, receipt }, 'an answer to a mention did not reach Slack');
        return;
      }
      await sleep(waitMs);
    }
  };
}
