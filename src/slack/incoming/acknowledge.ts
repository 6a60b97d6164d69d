/** When a command or a click is acknowledged. */

/**
 * Under a second, whatever the database does. Slack waits for three, and then says that the app did not respond, whatever is done meanwhile. A database that
 * takes as long is not waited for in its name: the person is told in the answer what became of it.
 */
const WITHIN_MS = 800;

/** Settles like `beginning`, once `acknowledge` is over: that is called once, as `beginning` settles or when it takes long. */
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

/** The same where `acknowledge` is left to whoever comes next, unless it takes long. */
export async function ackIfLate<T>(beginning: Promise<T>, acknowledge: () => Promise<void>): Promise<T> {
  const alarm = setTimeout(() => void acknowledge().catch(() => undefined), WITHIN_MS);
  try {
    return await beginning;
  } finally {
    clearTimeout(alarm);
  }
}
