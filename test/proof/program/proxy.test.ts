/** Everything that leaves the program goes by the proxy: nothing else can be reached from its process. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import { startConnectProxy } from '../../support/connect-proxy.ts';
import { readConversation } from '../../support/program/program-conversation.ts';
import { hasNoLocalSlack, openWorld } from '../../support/program/program-world.ts';

const FENCE = pathToFileURL(join(import.meta.dirname, 'direct-egress-refused.ts')).href;
const channel: string = CHANNELS.incident.id;
const user = PEOPLE.commander.id;

test.skipIf(hasNoLocalSlack)(
  'the socket, the Web API, a response_url and the Console are reached by the proxy alone',
  async (context) => {
    const world = await openWorld(context);
    const proxy = await startConnectProxy();
    onTestFinished(proxy.close);
    const program = await world.start({
      NODE_OPTIONS: `--import ${FENCE}`,
      ONLY_PORT: String(proxy.port),
      http_proxy: `127.0.0.1:${proxy.port}`,
      // The port of health and metrics is asked from outside; the bot listens there.
      NO_PROXY: 'somewhere.example',
    });
    const ask = (text: string) => world.slack.command({ channel, user, command: '/scanprogress', text });
    world.console.startImageScan(
      { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' },
      { repositories: 1, images: 3, durationMs: 1_000 },
    );
    await ask('watch alpine:3.16');
    const conversation = readConversation(world.slack, channel);
    await world.until('the end in the thread', async () => {
      const [live] = await conversation.posts();
      return live !== undefined && (await conversation.replies(live.ts)).length > 0;
    });
    await ask('help');
    await world.until('the answer that only the asker sees', async () =>
      (await conversation.ephemerals(user)).some(({ text }) => text.includes('subscribe')),
    );

    expect(program.output()).not.toContain('DIRECT EGRESS');
    expect(new Set(proxy.tunnels).size).toBeGreaterThanOrEqual(2);
  },
);
