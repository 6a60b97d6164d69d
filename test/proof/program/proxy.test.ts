/** Everything that leaves the program goes by the proxy: nothing else can be reached from its process. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test as base } from 'vitest';
import { startConnectProxy } from '../../support/connect-proxy.ts';
import { ALICE, hasNoLocalSlack, openScene } from '../../support/program/program-world.ts';

const test = base.skipIf(hasNoLocalSlack);
const FENCE = pathToFileURL(join(import.meta.dirname, 'direct-egress-refused.ts')).href;

test('the socket, the Web API, a response_url and the Console are reached by the proxy alone', async (context) => {
  const proxy = await startConnectProxy();
  onTestFinished(proxy.close);
  const { program, type, until, posts, replies, ephemerals } = await openScene(context, {
    environment: {
      NODE_OPTIONS: `--import ${FENCE}`,
      ONLY_PORT: String(proxy.port),
      http_proxy: `127.0.0.1:${proxy.port}`,
      // Health and metrics are requested from outside; the bot listens there.
      NO_PROXY: 'somewhere.example',
    },
    scan: { repositories: 1, images: 3, durationMs: 1_000 },
  });
  await type('watch alpine:3.16');
  await until('the end in the thread', async () => {
    const [live] = await posts();
    return live !== undefined && (await replies(live.ts)).length > 0;
  });
  await type('help');
  await until('the answer that only the asker sees', async () =>
    (await ephemerals(ALICE)).some(({ text }) => text.includes('subscribe')),
  );

  expect(program.output()).not.toContain('DIRECT EGRESS');
  expect(new Set(proxy.tunnels).size).toBeGreaterThanOrEqual(2);
});
