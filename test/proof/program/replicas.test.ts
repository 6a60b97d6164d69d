import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test, type TestContext, vi } from 'vitest';

import { migrate, readMigrations } from '../../../src/store/drivers/migrate.ts';
import { openPostgres } from '../../../src/store/drivers/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';
import { parseProgress, postsIn, repliesIn, stateOf } from '../../support/program/program-conversation.ts';
import type { Program } from '../../support/program/program.ts';
import { openFakeWorld, whileNothingShouldHappen } from '../../support/program/program-world.ts';
import { watching } from '../../support/store.ts';
import { ALPINE } from '../../support/surroundings.ts';

// What a killed or a frozen process had leased is taken up a minute later.
vi.setConfig({ testTimeout: 400_000 });

const server = await startPostgres();
afterAll(() => server?.remove());

const SCAN = { repositories: 1, images: 40, durationMs: 1_000_000 };
const CHANNELS = ['C0GENERAL', 'C0TEAM'];
const user = 'U0ALICE';

/** A Slack, a Console and a database of their own, and three processes of the program. */
async function openWorld(test: TestContext) {
  if (server === null) throw new Error('there is no server');
  const world = await openFakeWorld(test);
  const url = await server.createDatabase();
  const changes = { DATABASE_URL: url, LOG_LEVEL: 'debug' };
  const start = () => Promise.all([1, 2, 3].map(() => world.start(changes)));
  return { ...world, url, start, query: (sql: string) => server.run(sql, url) };
}

type World = Awaited<ReturnType<typeof openWorld>>;

/** Two conversations watch an ongoing scan; it scans an image in 22 seconds. */
async function openMidScan(context: TestContext): Promise<World> {
  const world = await openWorld(context);
  await world.start();
  world.console.startImageScan(ALPINE, SCAN);
  for (const channel of CHANNELS) await world.slack.command({ channel, user, text: 'watch alpine:3.16' }).ack;
  await world.until('two live messages', () =>
    CHANNELS.every((channel) => postsIn(world.slack, channel).length === 1),
  );
  world.forward(260_000);
  await whenScanned(world, 5);
  return world;
}

async function whenScanned(world: World, images: number): Promise<void> {
  await world.until(`live messages that say ${images} images`, () =>
    CHANNELS.every((channel) => {
      const [live] = postsIn(world.slack, channel);
      return live !== undefined && parseProgress(live.text).images.scanned >= images;
    }),
  );
}

/** The process whose name the row of a lease carries. */
async function holderOf(world: World, sql: string): Promise<Program> {
  return world.until('a lease', async () => {
    const [row] = await world.query(sql);
    const owner = row?.['lease_owner'];
    return typeof owner === 'string' && world.programs.find(({ output }) => output().includes(owner));
  });
}

/** The process whose poll consumes the end, which is reported once. */
async function whoPollsTheEnd(world: World): Promise<Program> {
  await world.console.setFault({ kind: 'slow', ms: 4_000, route: '/registry/progress' });
  world.forward(SCAN.durationMs);
  const before = world.console.requests.length;
  await world.until('a reading under way', () => world.console.requests.length > before);
  return holderOf(world, 'select lease_owner from targets where lease_owner is not null');
}

/** One live message in its final state and one completion below it, in each conversation. */
async function expectOneEnd(world: World): Promise<void> {
  await world.until('the ends', () => CHANNELS.every((channel) => isOver(world, channel)));
  await whileNothingShouldHappen();
  for (const channel of CHANNELS) {
    expect(postsIn(world.slack, channel).map(stateOf)).toEqual(['completed']);
    expect(repliesIn(world.slack, channel).map(stateOf)).toEqual(['completed']);
  }
}

function isOver(world: World, channel: string): boolean {
  const [live] = postsIn(world.slack, channel);
  return live !== undefined && stateOf(live) === 'completed' && repliesIn(world.slack, channel).length > 0;
}

const CUT_ALL = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

/** The maximum within `ms`. */
function mostWithin(at: readonly number[], windowMs: number): number {
  const sorted = at.toSorted((a, b) => a - b);
  return Math.max(
    0,
    ...sorted.map((first, index) => sorted.slice(index).filter((one) => one < first + windowMs).length),
  );
}

describe.skipIf(server === null)('three processes on one PostgreSQL', { concurrent: true }, () => {
  test('tell an end once where all connections were cut, one stands still that was told it, another is killed, and the first wakes up after its lease', async (context) => {
    const world = await openMidScan(context);
    await world.query(CUT_ALL);
    world.forward(200_000);
    await whenScanned(world, 12);
    const holder = await whoPollsTheEnd(world);
    holder.signal('SIGSTOP');
    await world.console.setFault(null);
    await world.programs.find((program) => program !== holder)?.kill();
    await world.until('the ends', () => CHANNELS.every((channel) => isOver(world, channel)));
    holder.signal('SIGCONT');
    await expectOneEnd(world);
  });

  test('post an end once where one stands still that was posting it, and wakes up after its lease', async (context) => {
    const world = await openMidScan(context);
    world.slack.failNext('chat.postMessage', { kind: 'late', afterMs: 8_000, stored: 'first' });
    world.forward(SCAN.durationMs);
    const sending = `select lease_owner from deliveries where kind = 'completion' and state = 'sending'`;
    await world.until('a completion', () =>
      CHANNELS.some((channel) => repliesIn(world.slack, channel).length > 0),
    );
    const posting = await holderOf(world, sending);
    posting.signal('SIGSTOP');
    const others = world.programs.filter((program) => program !== posting);
    await world.until('that it was found', () =>
      others.some(({ output }) => output().includes('ambiguous post found')),
    );
    posting.signal('SIGCONT');
    await expectOneEnd(world);
  });

  test('read each target by one at a time, and keep the limits of the Console and of Slack together', async (context) => {
    const world = await openWorld(context);
    await watchMuch(world);
    await world.console.setFault({ kind: 'slow', ms: 300, route: '/registry/progress' });
    await world.start();
    await sleep(65_000);
    const { requests } = world.console;
    const readingsOf = (repository: string) =>
      requests.filter(({ query }) => query['repo'] === repository).map(({ at }) => at);
    // The starts use up the first window of requests.
    await world.until('a second reading of each', () =>
      IMAGES.every(({ repository }) => readingsOf(repository).length > 1),
    );
    const askedAt = requests.map(({ at }) => at);
    expect(mostWithin(askedAt, 30_000)).toBeLessThanOrEqual(30);
    expect(requests.length).toBeGreaterThan(40);
    for (const { repository } of IMAGES) {
      expect(mostWithin(readingsOf(repository), 300)).toBe(1);
    }
    const edits = world.slack.calls('chat.update').map(({ at }) => at);
    expect(mostWithin(edits, 60_000)).toBeLessThanOrEqual(50);
    expect(edits.length).toBeGreaterThan(50);
    for (const { output } of world.programs) expect(output()).toContain('Console responded');
  });
});

const IMAGES = Array.from({ length: 8 }, (_, index) => ({ ...ALPINE, repository: `acme/app-${index}` }));
/** Eight conversations for each of them: many more edits than Slack grants. */
const THREADS = 8;

async function watchMuch({ url, slack, console, query }: World): Promise<void> {
  const database = await openPostgres(url);
  await migrate(database, readMigrations(), Date.now());
  for (const reference of IMAGES) {
    console.startImageScan(reference, { repositories: 1, images: 4_000, durationMs: 200_000 });
    for (let thread = 0; thread < THREADS; thread += 1) {
      const ts = slack.say({ channel: 'C0GENERAL', user: slack.bot.userId, text: reference.repository });
      const watch = { channel: 'C0GENERAL', thread: `${thread}.1`, now: Date.now() };
      const id = await watching(database, { ...watch, target: { kind: 'image', reference } });
      await query(`update messages set ts = '${ts}' where id = '${id}'`);
    }
  }
  await query(`update deliveries set state = 'sent', ts = 'x', settled_at = 1`);
  await database.close();
}
