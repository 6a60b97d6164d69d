/** Limits a warning that strangers can cause: one line per minute, with the number of suppressed ones. */

const EVERY_MS = 60_000;

/** `now`: monotonic ms. */
export function createLogThrottle(
  warn: (text: string) => void,
  now: () => number = () => performance.now(),
): (text: string) => void {
  let next = -Infinity;
  let suppressed = 0;
  return (text) => {
    if (now() < next) {
      suppressed += 1;
      return;
    }
    warn(suppressed === 0 ? text : `${text} (and ${suppressed} more since the last such line)`);
    next = now() + EVERY_MS;
    suppressed = 0;
  };
}
