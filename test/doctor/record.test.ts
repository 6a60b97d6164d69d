import { beforeEach, expect, it } from 'vitest';
import { readPartly } from '../../src/config/config.ts';
import { createSimulatedConsole, type SimulatedConsole } from '../../src/demo/console/simulated-console.ts';
import { recordConsole, type ConsoleRecording } from '../../src/doctor/record.ts';

const IMAGE = { registry: 'registry.acme.com', repository: 'secret-project/api', tag: '1.4', digest: '' };

let simulated: SimulatedConsole;
let now = Date.now();
beforeEach(async () => {
  simulated = await createSimulatedConsole({ now: () => now });
  return simulated.close;
});

function record(changes: Record<string, string | undefined> = {}) {
  const user = { PRISMA_USERNAME: 'demo', PRISMA_PASSWORD: 'demo' };
  const given = { PRISMA_CONSOLE_URL: simulated.url, DATABASE_URL: 'sqlite::memory:' };
  return recordConsole(readPartly({ ...user, ...given, ...changes }, () => ''));
}

it('a recording has every answer, no name, and takes no end of a scan away', async () => {
  simulated.startImageScan(IMAGE, { repositories: 1, images: 1, durationMs: 1_000 });
  now += 60_000;
  const recording = (await record()) as ConsoleRecording;
  expect(recording).toMatchObject({ apiVersion: 'v33.03', console: '33.03.138' });
  expect(recording.answers.filter(({ failure }) => failure !== undefined)).toEqual([]);
  expect(recording.answers.map(({ resource }) => resource)).toEqual([
    ...['registry/progress', 'registry', 'registry', 'settings/registry'],
    ...['statuses/registry', 'defenders/summary'],
  ]);
  expect(JSON.stringify(recording)).not.toMatch(/acme|secret-project/);
  const progress = simulated.requests.filter(({ route }) => route === '/registry/progress');
  expect(progress.map(({ query }) => query)).toEqual([{}]);
});

it('an answer that does not come is told by its cause', async () => {
  await simulated.setFault({ kind: 'status', status: 403, route: '/settings/registry' });
  const { answers } = (await record()) as ConsoleRecording;
  expect(answers.find(({ resource }) => resource === 'settings/registry')).toEqual({
    ...{ resource: 'settings/registry', query: {}, failure: 'forbidden' },
  });
});

it('past a proxy that is wrong nothing is recorded', async () => {
  expect(await record({ HTTP_PROXY: 'socks5://127.0.0.1:1' })).toEqual({ needs: 'a valid HTTP_PROXY' });
  expect(simulated.requests).toEqual([]);
});

it.each(['PRISMA_CONSOLE_URL', 'PRISMA_USERNAME'])('without %s it says what it needs', async (name) => {
  expect(await record({ [name]: undefined })).toEqual({ needs: expect.stringContaining(name) as string });
});
