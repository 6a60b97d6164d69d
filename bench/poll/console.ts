/**
 * A Console that responds immediately, in a process of its own. `/set?step=2&share=1`: this share of the images shows a
 * new count. `/set?delay=200`: it responds after that many ms.
 */

import { createServer } from 'node:http';

const NEVER = '0001-01-01T00:00:00Z';
const TOTAL = 1_000;
let step = 0;
let share = 1;
let delay = 0;
/** Of progress, so far. */
let requests = 0;
const answers = new Map<number, Buffer>();

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://console');
  if (url.pathname === '/set') {
    step = Number(url.searchParams.get('step') ?? step);
    share = Number(url.searchParams.get('share') ?? share);
    delay = Number(url.searchParams.get('delay') ?? delay);
    response.end(String(requests));
    return;
  }
  const image = Number(/\d+/.exec(url.searchParams.get('repo') ?? '')?.[0] ?? 0);
  // Two percent more with each step: that can be seen.
  const body = answerWith(image % 100 < share * 100 ? (step * 20) % TOTAL : 10);
  requests += 1;
  const respond = (): void => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  };
  if (delay > 0) setTimeout(respond, delay);
  else respond();
});

function answerWith(scanned: number): Buffer {
  const known = answers.get(scanned);
  if (known !== undefined) return known;
  const element = { hostname: '', id: '', scanTime: NEVER, type: '', discovery: false };
  const host = 'registry registry.example.com';
  const discovery = `Step 1/2 discovering tags in ${host}: Discovered tags in 4/4 repositories with 1 Defenders`;
  const images = `Step 2/2 scanning images in ${host}: Scanned ${scanned}/${TOTAL} images with 1 Defender`;
  const body = Buffer.from(
    JSON.stringify([
      {
        discovery: { ...element, total: 4, scanned: 4, title: discovery },
        imageScan: { ...element, total: TOTAL, scanned, title: images },
        isScanOngoing: true,
        specScanStartTime: '2026-11-23T07:00:00Z',
      },
    ]),
  );
  answers.set(scanned, body);
  return body;
}

server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) console.log(address.port);
});
