/** A simulated Console whose clock stands until it is moved, with somebody signed in; it closes after the test. */

import { onTestFinished } from 'vitest';
import {
  createSimulatedConsole,
  type SimulatedConsole,
  type SimulatedConsoleOptions,
} from '../../../src/demo/console/simulated-console.ts';
import type { WireElement } from '../../../src/demo/console/wire.ts';
import type { ImageReference } from '../../../src/image/reference.ts';

export const ALPINE: ImageReference = { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' };
export const ASK_FOR_ALPINE = '/registry/progress?onDemand=true&repo=library/alpine&tag=3.16';
export const START = 1_800_000_000_000;

interface Session {
  readonly simulated: SimulatedConsole;
  readonly get: (path: string) => Promise<Response>;
  readonly post: (path: string, body?: unknown) => Promise<Response>;
  /** Of the response to GET. */
  readonly status: (path: string) => Promise<number>;
  readonly read: (path: string) => Promise<unknown>;
  readonly elements: (path: string) => Promise<WireElement[]>;
  readonly pass: (ms: number) => void;
}

export async function open(options: SimulatedConsoleOptions = {}): Promise<Session> {
  let now = START;
  const simulated = await createSimulatedConsole({ now: () => now, ...options });
  onTestFinished(() => simulated.close());
  const { username, password } = options.users?.[0] ?? { username: 'demo', password: 'demo' };
  const base = `${simulated.url}/customer/api/v33.03`;
  const { token } = (await (await signIn(simulated, username, password)).json()) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  const get = (path: string) => fetch(base + path, { headers });
  return {
    simulated,
    get,
    post: (path, body) =>
      fetch(base + path, { method: 'POST', headers, body: body === undefined ? '' : JSON.stringify(body) }),
    status: async (path) => (await get(path)).status,
    read: async (path) => (await get(path)).json(),
    elements: async (path) => (await (await get(path)).json()) as WireElement[],
    pass: (ms) => (now += ms),
  };
}

export function signIn({ url }: SimulatedConsole, username = 'demo', password = 'demo'): Promise<Response> {
  const body = JSON.stringify({ username, password });
  return fetch(`${url}/api/v33.03/authenticate`, { method: 'POST', body });
}
