/** When a command or a click is acknowledged. */

/**
 * Under a second, whatever the database does. Slack waits for three, and then says that the app did not respond, whatever is done meanwhile. A database that
 * takes as long is not waited for in its name: the person is told in the answer what became of it.
 */
const WITHIN_MS = 800;

/** Settles like `beginning`. `acknowledge`, which never rejects, is left to whoever comes next, unless that takes long. */
export async function ackIfLate<T>(
  beginning: Promise<T>,
  acknowledge: () => Promise<void>,
  withinMs = WITHIN_MS,
): Promise<T> {
  const alarm = setTimeout(() => void acknowledge(), withinMs);
  try {
    return await beginning;
  } finally {
    clearTimeout(alarm);
  }
}
