/** What a command costs in HTTP mode with slack-edge behind `node:http`, which replies in the acknowledgement. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { SlackApp } from 'slack-edge';
import { reply } from './reply.ts';

const bot = { botToken: 'xoxb-1', teamId: 'T0001', botId: 'B0BOT', botUserId: 'U0BOT', botScopes: [] };
const app = new SlackApp({
  env: { SLACK_SIGNING_SECRET: process.env['SLACK_SIGNING_SECRET'] ?? '', SLACK_LOGGING_LEVEL: 'ERROR' },
  authorize: () => Promise.resolve(bot),
});
app.command('/scanprogress', () => Promise.resolve(reply));

const server = createServer((request, response) => {
  void (async () => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    await once(request, 'end');
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const body = Buffer.concat(parts);
    const edgeResponse = await app.run(
      new Request('http://localhost/slack/events', { method: 'POST', headers, body }),
    );
    response
      .writeHead(edgeResponse.status, Object.fromEntries(edgeResponse.headers))
      .end(await edgeResponse.text());
  })();
});
server.listen(Number(process.env['PORT']), '127.0.0.1', () => console.log('started'));
process.on('SIGTERM', () => process.exit(0));
