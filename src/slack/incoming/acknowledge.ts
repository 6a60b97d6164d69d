/** When a command or a click is acknowledged. */

/**
 * Slack allows three seconds, then it says that the app did not respond, whatever is done meanwhile. A slower database
 * does not delay the acknowledgement: the reply says what happened.
 */
const WITHIN_MS = 800;

/**
 * Settles like `beginning`, after `acknowledge`, which is called once: when `beginning` settles, or after WITHIN_MS.
 */
export async function inTime<T>(beginning: Promise<T>, acknowledge: () => Promise<void>): Promise<T> {
  let acknowledging: Promise<void> | null = null;
  const once = (): Promise<void> => (acknowledging ??= acknowledge());
  const alarm = setTimeout(() => void once(), WITHIN_MS);
  try {
    return await beginning;
  } finally {
    clearTimeout(alarm);
    await once();
  }
}

/** Same, where the caller acknowledges unless it takes too long. */
export async function ackIfLate<T>(beginning: Promise<T>, acknowledge: () => Promise<void>): Promise<T> {
  const alarm = setTimeout(() => void acknowledge().catch(() => undefined), WITHIN_MS);
  try {
    return await beginning;
  } finally {
    clearTimeout(alarm);
  }
}
