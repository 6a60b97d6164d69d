/** When a command or a click is acknowledged. */

/**
 * Slack allows three seconds, then it says that the app did not respond, whatever is done meanwhile. A slower database
 * does not delay the acknowledgement: the reply says what happened.
 */
const WITHIN_MS = 800;

/** Settles like `beginning`. The caller calls `acknowledge`, which never rejects, unless that takes too long. */
export async function ackIfLate<T>(
  beginning: Promise<T>,
  acknowledge: () => Promise<void>,
  withinMs = WITHIN_MS,
): Promise<T> {
  // Cleared where `beginning` settles sooner: then the caller acknowledges, often with the reply inside.
  const alarm = setTimeout(() => void acknowledge(), withinMs);
  try {
    return await beginning;
  } finally {
    clearTimeout(alarm);
  }
}
