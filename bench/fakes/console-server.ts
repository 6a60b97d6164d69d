/** A Console that reports of each image what the bench sets. */

import { createServer } from 'node:http';
import { listenUntilClosed } from '../../test/support/listen.ts';

interface ConsoleServerOptions {
  /** Of `repo`; an empty list where no scan is known. `onSent` is called once the last byte has left. */
  readonly progressOf: (repo: string) => { readonly body: unknown; readonly onSent?: () => void };
  readonly results: () => readonly unknown[];
}

export async function startConsoleServer({ progressOf, results }: ConsoleServerOptions) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://console');
    request.resume();
    const send = (body: unknown, onSent?: () => void): void => {
      const text = JSON.stringify(body);
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text, onSent);
    };
    if (pathname.endsWith('/registry/progress')) {
      const { body, onSent } = progressOf(searchParams.get('repo') ?? '');
      send(body, onSent);
    } else send(pathname.endsWith('/registry') ? results() : {});
  });
  server.keepAliveTimeout = 120_000;
  return listenUntilClosed(server);
}

const NEVER = '0001-01-01T00:00:00Z';
const STEP = { hostname: '', id: '', scanTime: NEVER, type: '', discovery: false, title: '', error: '' };

/** One registry's response to `GET /registry/progress`. */
export function progressBody({
  scanned,
  total,
  isOngoing,
}: {
  scanned: number;
  total: number;
  isOngoing: boolean;
}) {
  const [discovery, imageScan] = [
    { ...STEP, total: 1, scanned: 1 },
    { ...STEP, total, scanned },
  ];
  return [{ discovery, imageScan, isScanOngoing: isOngoing, specScanStartTime: STARTED_AT }];
}

const STARTED_AT = new Date(Date.now() - 60_000).toISOString();
export const REGISTRY = 'registry.example.com';

/** As `GET /registry` shows it. */
export function resultBody(repo: string, scannedAt: number) {
  const repoTag = { registry: REGISTRY, repo, tag: '1' };
  return { _id: repo, scanTime: new Date(scannedAt).toISOString(), repoTag };
}

/** The program's environment between the two servers. */
export function programEnvironment(given: { slackPort: number; consolePort: number; folder: string }) {
  return {
    SLACK_BOT_TOKEN: 'xoxb-1-abc',
    SLACK_APP_TOKEN: 'xapp-1-abc',
    SLACK_API_URL: `http://127.0.0.1:${given.slackPort}/api/`,
    PRISMA_CONSOLE_URL: `http://127.0.0.1:${given.consolePort}`,
    PRISMA_USERNAME: 'user',
    PRISMA_PASSWORD: 'p4ssw0rd-x',
    PRISMA_AUTH: 'basic',
    DATABASE_URL: `sqlite:${given.folder}/bench.db`,
    PORT: '0',
  };
}
