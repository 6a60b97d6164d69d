/** Setup file of the fast tier: a test that reaches past this machine, or waits in real time, fails and says so. */

import { Socket } from 'node:net';

/** Longer than any poll of a test, shorter than any wait of the program. */
export const REAL_WAIT_MAX_MS = 50;
const INSTALLED = Symbol.for('scanprogress.fence');

if (!(INSTALLED in globalThis)) {
  Object.defineProperty(globalThis, INSTALLED, { value: true });
  refuseOutside();
  refuseLongWaits();
}

function refuseOutside(): void {
  const connect = Reflect.get(Socket.prototype, 'connect') as (this: Socket, ...args: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const host = hostOf(args);
    if (host.endsWith('.invalid')) {
      // RFC 6761: no such name exists, so no DNS request is needed.
      const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
      return this.destroy(error);
    }
    if (!/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)) {
      throw new Error(
        `A fast test connects to ${host}: start a server on loopback, or move it to test/proof`,
      );
    }
    return connect.apply(this, args);
  };
}

/** Node's own callers pass their options in an array that is normalised already. */
function hostOf([first, second]: readonly unknown[]): string {
  const options: unknown = Array.isArray(first) ? first[0] : first;
  if (typeof options !== 'object' || options === null)
    return typeof second === 'string' ? second : 'localhost';
  return 'host' in options && typeof options.host === 'string' ? options.host : 'localhost';
}

/** A cleared timer is fine; one that fires was waited for. */
function refuseLongWaits(): void {
  const real = globalThis.setTimeout;
  const guarded = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    real(
      (...given: unknown[]) => {
        if (ms > REAL_WAIT_MAX_MS) throw new Error(`A fast test waited ${String(ms)} ms in real time`);
        callback(...given);
      },
      ms,
      ...args,
    );
  Object.assign(globalThis, { setTimeout: Object.assign(guarded, real) });
}
