import { expect, test as base, vi } from 'vitest';

import { drawn } from '../../support/program/program-conversation.ts';
import { ALICE, hasNoLocalSlack, openScene, type Scene } from '../../support/program/program-world.ts';

vi.setConfig({ testTimeout: 240_000 });

const test = base.skipIf(hasNoLocalSlack);

const READER = { PRISMA_USERNAME: 'reader', PRISMA_PASSWORD: 'reader', SCAN_OPERATORS: ALICE };
const WRITER = { PRISMA_OPERATOR_USERNAME: 'writer', PRISMA_OPERATOR_PASSWORD: 'writer' };
const USERS = [
  { username: 'reader', password: 'reader', mayWrite: false },
  { username: 'writer', password: 'writer', mayWrite: true },
];

/** What came back to the one request that changes something. */
const starts = ({ console }: Scene) =>
  console.requests.filter(({ method, route }) => `${method} ${route}` === 'POST /registry/scan');

test('scans are started by the Console user that may write, and by no other', async (context) => {
  const scene = await openScene(context, {
    console: { users: USERS },
    environment: { ...READER, ...WRITER },
  });
  await scene.type('scan alpine:3.16');
  await scene.until('a live message of the scan', async () =>
    (await scene.posts()).find((post) => /alpine/.test(post.text)),
  );
  expect(starts(scene)).toHaveLength(1);
});

test('without it, the role of the other one is said to be too weak', async (context) => {
  const scene = await openScene(context, { console: { users: USERS }, environment: READER });
  await scene.type('scan alpine:3.16');
  await scene.until('what is wrong', async () =>
    [...(await scene.ephemerals(ALICE)), ...(await scene.posts())].some((message) =>
      /PRISMA_OPERATOR_USERNAME|monitorImages/.test(drawn(message)),
    ),
  );
  expect(starts(scene)).toHaveLength(1);
});
