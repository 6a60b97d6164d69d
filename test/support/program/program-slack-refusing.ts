/** A useless Slack: it rejects given methods, or accepts connections and never responds. */

import { createServer } from 'node:http';
import { listenUntilClosed } from '../listen.ts';

export interface UselessSlack {
  readonly apiUrl: string;
  /** Methods that were called so far. */
  readonly called: readonly string[];
  readonly close: () => Promise<void>;
}

/** `errors`: error by method; any other method returns the identity of a bot. */
export function startRefusingSlack(errors: Readonly<Record<string, string>>): Promise<UselessSlack> {
  return start((method) =>
    JSON.stringify(errors[method] === undefined ? IDENTITY : { ok: false, error: errors[method] }),
  );
}

export function startSilentSlack(): Promise<UselessSlack> {
  return start(() => null);
}

/** An unused URL on this machine, whose port was free a moment ago. */
export async function unusedAddress(): Promise<string> {
  const { apiUrl, close } = await startSilentSlack();
  await close();
  return new URL(apiUrl).origin;
}

const TEAM = { team_id: 'T0TEAM', team: 'T', url: 'http://t/' };
const IDENTITY = { ok: true, user_id: 'U0BOT', bot_id: 'B0BOT', ...TEAM };

/** null: no response, ever. */
async function start(answer: (method: string) => string | null): Promise<UselessSlack> {
  const called: string[] = [];
  const server = createServer((request, response) => {
    const method = (request.url ?? '').replace(/^\/api\//, '').replace(/\?.*$/, '');
    called.push(method);
    const body = answer(method);
    if (body !== null) response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  const { port, close } = await listenUntilClosed(server);
  return { apiUrl: `http://127.0.0.1:${port}/api/`, called, close };
}
