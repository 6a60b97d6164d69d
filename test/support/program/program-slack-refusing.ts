/** A Slack that is no use: it refuses what it is told to refuse, or accepts connections and never answers. */

import { createServer } from 'node:http';
import { listen } from '../listen.ts';

export interface UselessSlack {
  readonly apiUrl: string;
  /** Methods that were called so far. */
  readonly called: readonly string[];
  readonly close: () => Promise<void>;
}

/** `errors`: by method, what it answers; any other method is answered with the identity of a bot. */
export function startRefusingSlack(errors: Readonly<Record<string, string>>): Promise<UselessSlack> {
  return start((method) =>
    JSON.stringify(errors[method] === undefined ? IDENTITY : { ok: false, error: errors[method] }),
  );
}

export function startSilentSlack(): Promise<UselessSlack> {
  return start(() => null);
}

/** An address at which nobody listens: of this machine, and free a moment ago. */
export async function unusedAddress(): Promise<string> {
  const { apiUrl, close } = await startSilentSlack();
  await close();
  return new URL(apiUrl).origin;
}

const IDENTITY = {
  ok: true,
  user_id: 'U0BOT',
  bot_id: 'B0BOT',
  team_id: 'T0TEAM',
  team: 'T',
  url: 'http://t/',
};

/** null: no answer, ever. */
async function start(answer: (method: string) => string | null): Promise<UselessSlack> {
  const called: string[] = [];
  const server = createServer((request, response) => {
    const method = (request.url ?? '').replace(/^\/api\//, '').replace(/\?.*$/, '');
    called.push(method);
    const body = answer(method);
    if (body !== null) response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  const port = await listen(server, 0);
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    called,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
