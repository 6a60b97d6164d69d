import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Page, servePage } from '../../src/demo/page.ts';

/** A local Slack that answers `/page` and `/file` whole, and breaks off in the middle of `/half-page` and `/half-file`. */
let slack: Server;
let page: Page;

beforeEach(async () => {
  slack = createServer(({ url = '' }, response) => {
    const type = url.endsWith('page') ? 'text/html' : 'text/plain';
    const body = '<html><head><title>Slack</title></head></html>';
    response.writeHead(200, { 'content-type': type, 'content-length': body.length });
    if (url.includes('half')) response.write(body.slice(0, 20), () => response.socket?.destroy());
    else response.end(body);
  });
  slack.listen(0, '127.0.0.1');
  await once(slack, 'listening');
  const { port } = slack.address() as AddressInfo;
  page = await servePage({ origin: `http://127.0.0.1:${port}`, port: 0 });
});

afterEach(async () => {
  await page.close();
  slack.close();
});

const get = (path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${new URL(page.address).port}${path}`);

describe('the page of the demo', () => {
  it('has the script that draws dates', async () => {
    expect(await (await get('/page')).text()).toContain('<head><script>');
    expect(await (await get('/file')).text()).not.toContain('<script>');
  });

  it('answers 502 where the local Slack breaks off in the middle of its page, and goes on', async () => {
    const answer = await get('/half-page');
    expect(answer.status).toBe(502);
    expect(await answer.text()).toBe('the local Slack does not answer');
    expect((await get('/page')).status).toBe(200);
  });

  it('breaks off where the local Slack does so in the middle of anything else, and goes on', async () => {
    await expect(get('/half-file').then((answer) => answer.text())).rejects.toThrow();
    expect((await get('/page')).status).toBe(200);
  });
});
