/** A Console that answers by route, and a client of it. Both close after the test. */

import type { ConsoleClient, ConsoleClientOptions } from '../../src/prisma-cloud/client.ts';
import {
  type Exchange,
  type Loopback,
  createClient,
  createMemoryLog,
  json,
  signingIn,
  startLoopback,
} from './loopback.ts';

/** By path below the API version: a value is sent as JSON, a function answers itself. Anything else is a 404. */
type Routes = Readonly<Record<string, unknown>>;

interface Stage {
  readonly server: Loopback;
  readonly client: ConsoleClient;
  readonly log: ReturnType<typeof createMemoryLog>;
}

export async function stage(routes: Routes, options: Partial<ConsoleClientOptions> = {}): Promise<Stage> {
  const log = createMemoryLog();
  const server = await startLoopback(
    signingIn((exchange) => {
      const route = exchange.received.path.replace(/^\/api\/[^/]+\//, '');
      const answer = route in routes ? routes[route] : status(404, 'no such thing');
      if (typeof answer === 'function') (answer as (exchange: Exchange) => void)(exchange);
      else json(exchange.response, answer);
    }),
  );
  const client = createClient(server.url, { log, ...options });
  return { server, client, log };
}

export function status(code: number, error = ''): (exchange: Exchange) => void {
  return ({ response }) => json(response, { err: error }, code);
}

export function text(body: string | Buffer): (exchange: Exchange) => void {
  return ({ response }) => response.end(body);
}
