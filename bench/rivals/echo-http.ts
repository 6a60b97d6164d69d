/** The least that HTTP mode costs: a server that checks the signature of a command and echoes its text. */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const secret = process.env['SLACK_SIGNING_SECRET'] ?? '';

createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts).toString();
    const at = String(request.headers['x-slack-request-timestamp']);
    const own = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest();
    const given = Buffer.from(String(request.headers['x-slack-signature']).slice(3), 'hex');
    if (!timingSafeEqual(own, given)) return response.writeHead(401).end();
    const text = JSON.stringify({ text: new URLSearchParams(body).get('text') });
    return response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  });
}).listen(Number(process.env['PORT']), '127.0.0.1', () => console.log('started'));
process.on('SIGTERM', () => process.exit(0));
