import { createServer } from 'node:http';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { findFreePort } from '../../src/demo/free-port.ts';
import { serveSlack, type SlackProxy } from '../../src/demo/slack-proxy.ts';
import { listenLocally, listenUntilClosed } from '../support/listen.ts';

let page: SlackProxy;
let opened: number;

/** A local Slack that answers `/page` and `/file` whole, and breaks off in the middle of `/half-page` and `/half-file`. */
beforeEach(async () => {
  const slack = createServer(({ url = '' }, response) => {
    const type = url.endsWith('page') ? 'text/html' : 'text/plain';
    const body = '<html><head><title>Slack</title></head></html>';
    response.writeHead(200, { 'content-type': type, 'content-length': body.length });
    if (url.includes('half')) response.write(body.slice(0, 20), () => response.socket?.destroy());
    else response.end(body);
  });
  opened = 0;
  const origin = `http://127.0.0.1:${await listenLocally(slack)}`;
  page = await serveSlack({ origin, port: 0, onOpen: () => void (opened += 1) });
  onTestFinished(() => page.close());
});

const get = (path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${new URL(page.address).port}${path}`);

describe('the page of the demo', () => {
  it('has the script that draws what the bot sends', async () => {
    expect(await (await get('/page')).text()).toContain('const slackDraws');
    expect(await (await get('/file')).text()).not.toContain('<script>');
  });

  it('says when somebody opens it', async () => {
    await get('/file');
    expect(opened).toBe(0);
    await get('/page');
    await vi.waitFor(() => expect(opened).toBe(1));
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

it('the first port is taken where it is free, and passed over where somebody listens', async () => {
  const { port, close } = await listenUntilClosed(createServer());
  expect(await findFreePort(port)).toBeGreaterThan(port);
  await close();
  expect(await findFreePort(port)).toBe(port);
});
