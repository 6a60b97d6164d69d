/** Whether anything can still come: the servers of the tests respond within their process, so what is sent is seen here. */

import { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

const INSTALLED = Symbol.for('scanprogress.traffic');
const sent = (Reflect.get(globalThis, INSTALLED) ?? countWhatIsSent()) as { count: number };

/** Grows with what the event loop gets from outside, and with what goes out through a socket. */
export function traffic(): number {
  return performance.nodeTiming.uvMetricsInfo.events + sent.count;
}

/** Libuv counts what comes in alone. */
function countWhatIsSent(): { count: number } {
  const counted = { count: 0 };
  for (const name of ['connect', '_writeGeneric'] as const) {
    const send = Reflect.get(Socket.prototype, name) as (this: Socket, ...args: unknown[]) => unknown;
    Reflect.set(Socket.prototype, name, function (this: Socket, ...args: unknown[]) {
      counted.count += 1;
      return send.apply(this, args);
    });
  }
  Object.defineProperty(globalThis, INSTALLED, { value: counted });
  return counted;
}
