/** Checks that Node is new enough: an older one would fail inside a library with only a stack trace. */

/** As in package.json. */
const OLDEST = [22, 19] as const;

/** The error, or null. `version`: such as `v22.19.0`. */
export function checkNodeVersion(version: string): string | null {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isNewEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  return isNewEnough ? null : `scanprogress needs Node ${OLDEST.join('.')} or newer; this is ${version}.`;
}
