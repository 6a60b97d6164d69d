import { createServer } from 'node:http';
import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHttpServer, type HttpServer } from '../../src/health/http-server.ts';
import { listenLocally } from '../support/listen.ts';

let front: HttpServer;

beforeEach(async () => {
  front = createHttpServer({ port: 0, host: '127.0.0.1' });
  await front.listen();
  return front.close;
});

const ask = (path: string) => fetch(`http://127.0.0.1:${front.port()}${path}`);
const say = (text: string) => (_: unknown, response: { end: (text: string) => unknown }) => {
  response.end(text);
};

describe('the port', () => {
  it('is answered by whoever has the path, with or without a query', async () => {
    front.mount('/a', say('a'));
    expect(await (await ask('/a')).text()).toBe('a');
    expect(await (await ask('/a?b=c')).text()).toBe('a');
    expect((await ask('/a/')).status).toBe(404);
    expect((await ask('/')).status).toBe(404);
    // The body was not read.
    expect((await ask('/')).headers.get('connection')).toBe('close');
    expect((await ask('//a')).status).toBe(404);
  });

  it('is kept open for longer than a load balancer keeps its side of it', async () => {
    front.mount('/a', say('a'));
    expect((await ask('/a')).headers.get('keep-alive')).toBe('timeout=75');
  });

  it('is open to all where no host is named', async () => {
    const open = createHttpServer({ port: 0, host: null });
    await open.listen();
    open.mount('/a', say('a'));
    expect(await (await fetch(`http://127.0.0.1:${open.port()}/a`)).text()).toBe('a');
    await open.close();
  });

  it('is answered by the newest where several had the path', async () => {
    front.mount('/a', say('first'));
    front.mount('/a', say('second'));
    expect(await (await ask('/a')).text()).toBe('second');
  });

  it('closes although a client keeps its connection', async () => {
    front.mount('/a', say('a'));
    await ask('/a');
    await front.close();
    await expect(ask('/a')).rejects.toThrow();
  });

  it('ends a request that never arrives as a whole', async () => {
    const impatient = createHttpServer({ port: 0, host: '127.0.0.1', arrivalMs: 90 });
    await impatient.listen();
    // Reads the body, as Bolt does, and responds after that.
    impatient.mount('/a', (request, response) => void request.resume().on('end', () => response.end('a')));
    const socket = connect(impatient.port() ?? 0, '127.0.0.1');
    socket.write('POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 999\r\n\r\n');
    const drip = setInterval(() => socket.write('.'), 20);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('error', () => undefined).on('close', () => resolve(text));
    });
    clearInterval(drip);
    await impatient.close();
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('names PORT where it is taken, and what to do', async () => {
    const port = await listenLocally(createServer());
    await expect(createHttpServer({ port, host: '127.0.0.1' }).listen()).rejects.toThrow(
      `PORT: cannot listen on 127.0.0.1, port ${port}: EADDRINUSE. Another program listens there, perhaps a second bot: choose another PORT`,
    );
  });

  it('names HEALTH_HOST where this machine has no such address', async () => {
    await expect(createHttpServer({ port: 0, host: '192.0.2.1' }).listen()).rejects.toThrow(/^HEALTH_HOST: /);
  });
});
