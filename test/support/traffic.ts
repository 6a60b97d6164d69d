/** Counts what is sent and received: while the count stands, no request within this process is under way. */

import { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Before a test can fake it. */
const nextTurn = setImmediate;
const INSTALLED = Symbol.for('scanprogress.traffic');
/** Turns of the event loop. Requests and responses within one process have no pause as long as this. */
const SILENT_TURNS = 20;
/** A loop of requests without a pause is waited for no longer. */
const TURNS_MAX = 20_000;

const sends = (Reflect.get(globalThis, INSTALLED) ?? countSends()) as { count: number };

/** Grows with each event that the loop receives, and with each connect and write of a socket; not with end or destroy. */
export function traffic(): number {
  return performance.nodeTiming.uvMetricsInfo.events + sends.count;
}

/** Calls `then` once nothing is sent or received any more. */
export function whenSilent(then: () => void): void {
  let heard = traffic();
  const listen = (silentTurns: number, turnsLeft: number): void => {
    if (silentTurns === SILENT_TURNS || turnsLeft === 0) {
      then();
      return;
    }
    nextTurn(() => {
      const before = heard;
      heard = traffic();
      listen(heard === before ? silentTurns + 1 : 0, turnsLeft - 1);
    });
  };
  listen(0, TURNS_MAX);
}

/** Libuv counts only what is received. */
function countSends(): { count: number } {
  const counted = { count: 0 };
  for (const name of ['connect', '_writeGeneric'] as const) {
    const original = Reflect.get(Socket.prototype, name) as (this: Socket, ...args: unknown[]) => unknown;
    Reflect.set(Socket.prototype, name, function (this: Socket, ...args: unknown[]) {
      counted.count += 1;
      return original.apply(this, args);
    });
  }
  Object.defineProperty(globalThis, INSTALLED, { value: counted });
  return counted;
}
