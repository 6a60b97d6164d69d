/** Bodies of requests that never end, sent to the program in HTTP mode: its memory stays bounded, and Slack is heard. */

import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { findFreePort } from '../../../src/demo/free-port.ts';
import { openFakeWorld } from '../../support/program/program-world.ts';

const SECRET = 'a-signing-secret';
/** Half as many once took the process from 127 to 694 MB. */
const REQUESTS = 300;
const BODY = Buffer.alloc(990_000, 'a');
/** Less than all of them together; some is garbage that is not collected yet. */
const BOUND_BYTES = 256_000_000;

const now = () => Math.floor(Date.now() / 1_000);

function sendUnfinished(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    [
      'POST /slack/events HTTP/1.1',
      'host: bot',
      'content-type: application/json',
      `content-length: ${BODY.length + 1}`,
      `x-slack-request-timestamp: ${now()}`,
      `x-slack-signature: v0=${'0'.repeat(64)}`,
      '\r\n',
    ].join('\r\n'),
  );
  socket.write(BODY);
  return socket;
}

async function residentBytes(port: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
}

async function signed(port: number, text: string): Promise<number> {
  const timestamp = now();
  const body = new URLSearchParams({
    command: '/scanprogress',
    text,
    user_id: 'U0ALICE',
    channel_id: 'C0GENERAL',
    team_id: 'T0TEAM',
    trigger_id: '1.2.abc',
  }).toString();
  const signature = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${signature}`,
  };
  return (await fetch(`http://127.0.0.1:${port}/slack/events`, { method: 'POST', headers, body })).status;
}

test('300 unfinished bodies cost bounded memory, and a command is acknowledged meanwhile', async (context) => {
  const world = await openFakeWorld(context);
  const port = await findFreePort(20_000 + (process.pid % 1_000) * 10);
  const program = world.launch({ SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: SECRET, PORT: String(port) });
  await world.until('an answer', async () => (await signed(port, 'help').catch(() => 0)) === 200);
  const before = await residentBytes(port);
  const sockets = Array.from({ length: REQUESTS }, () => sendUnfinished(port));
  context.onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  let most = 0;
  let slowest = 0;
  for (let look = 0; look < 10; look += 1) {
    await sleep(300);
    const startedAt = performance.now();
    expect(await signed(port, `help ${look}`)).toBe(200);
    slowest = Math.max(slowest, performance.now() - startedAt);
    most = Math.max(most, await residentBytes(port));
  }
  expect(most - before).toBeLessThan(BOUND_BYTES);
  expect(slowest).toBeLessThan(1_000);
  expect(program.isRunning()).toBe(true);
});
