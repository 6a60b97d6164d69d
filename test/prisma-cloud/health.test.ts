import { expect, test } from 'vitest';
import type { ConsoleClient } from '../../src/prisma-cloud/client.ts';
import { withConsoleHealth } from '../../src/prisma-cloud/health.ts';
import type { Failure } from '../../src/scan/snapshot.ts';
import { API, poll, stage, status, text } from './loopback.ts';

const CALLS = {
  'a poll': (client: ConsoleClient) => client.fetchProgress(API, poll),
  'the check': (client: ConsoleClient) => client.check(),
  'a look at the settings': (client: ConsoleClient) => client.countSpecifications(),
};

test.each<[keyof typeof CALLS, number, readonly (string | null)[]]>([
  ['a poll', 200, [null]],
  ['a poll', 503, ['unavailable']],
  ['a poll', 403, ['forbidden']],
  ['a poll', 400, []],
  ['a poll', 429, []],
  ['the check', 200, [null]],
  ['the check', 503, ['unavailable']],
  ['a look at the settings', 503, []],
])('%s that the Console answers with %i says of its health %j', async (call, code, reported) => {
  const routes = { 'registry/progress': [], version: '33.03.138', registry: [] };
  const { client } = await stage(code === 200 ? routes : status(code));
  const causes: (string | null)[] = [];
  const note = (failure: Failure | null) => causes.push(failure?.cause ?? null);
  await CALLS[call](withConsoleHealth(client, note));
  expect(causes).toEqual(reported);
});

test.each([
  [60, []],
  [61, ['rate-limited']],
])(
  'a poll that the Console answers with 429 and a pause of %i s says of its health %j',
  async (seconds, reported) => {
    const { client } = await stage(text('', { 'retry-after': String(seconds) }, 429));
    const causes: (string | undefined)[] = [];
    const watched = withConsoleHealth(client, (failure) => causes.push(failure?.cause));
    await watched.fetchProgress(API, poll);
    await watched.check();
    expect(causes).toEqual([...reported, ...reported]);
  },
);

test('a poll that was not sent tells nothing of the Console', async () => {
  const { client } = await stage({});
  await client.close();
  const causes: (Failure | null)[] = [];
  const watched = withConsoleHealth(client, (failure) => causes.push(failure));
  expect(await watched.fetchProgress(API, poll)).toBeNull();
  expect(causes).toEqual([]);
});
