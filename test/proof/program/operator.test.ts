import { expect, test, vi } from 'vitest';

import { CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import { drawn, readConversation } from '../../support/program/program-conversation.ts';
import { hasNoLocalSlack, openWorld } from '../../support/program/program-world.ts';

vi.setConfig({ testTimeout: 240_000 });

const channel = CHANNELS.incident.id;
const user = PEOPLE.commander.id;
const READER = { PRISMA_USERNAME: 'reader', PRISMA_PASSWORD: 'reader' };
const WRITER = { PRISMA_OPERATOR_USERNAME: 'writer', PRISMA_OPERATOR_PASSWORD: 'writer' };
const USERS = [
  { username: 'reader', password: 'reader', mayWrite: false },
  { username: 'writer', password: 'writer', mayWrite: true },
];

/** What came back to the one request that changes something. */
function starts(world: Awaited<ReturnType<typeof openWorld>>) {
  return world.console.requests.filter(({ method, route }) => `${method} ${route}` === 'POST /registry/scan');
}

test.skipIf(hasNoLocalSlack)(
  'scans are started by the Console user that may write, and by no other',
  async (context) => {
    const world = await openWorld(context, { users: USERS });
    await world.start({ ...READER, ...WRITER, SCAN_OPERATORS: user });
    await world.slack.command({ channel, user, command: '/scanprogress', text: 'scan alpine:3.16' });
    const { posts } = readConversation(world.slack, channel);
    await world.until('a live message of the scan', async () =>
      (await posts()).find((post) => /alpine/.test(post.text)),
    );
    expect(starts(world)).toHaveLength(1);
  },
);

test.skipIf(hasNoLocalSlack)(
  'without it, the role of the other one is said to be too weak',
  async (context) => {
    const world = await openWorld(context, { users: USERS });
    await world.start({ ...READER, SCAN_OPERATORS: user });
    await world.slack.command({ channel, user, command: '/scanprogress', text: 'scan alpine:3.16' });
    const { posts, ephemerals } = readConversation(world.slack, channel);
    const said = async () =>
      [...(await ephemerals(user)), ...(await posts())].map((message) => drawn(message)).join('\n');
    await world.until('what is wrong', async () =>
      /PRISMA_OPERATOR_USERNAME|monitorImages/.test(await said()),
    );
    expect(starts(world)).toHaveLength(1);
  },
);
