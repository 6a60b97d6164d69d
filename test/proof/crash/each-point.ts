/**
 * One short story (watch, progress, end), repeated with a kill at each point in turn: a second process takes over each
 * time, and nothing may be lost or doubled.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { judge, type Owed } from './judge.ts';
import { type CrashWorld, openCrashWorld } from './world.ts';

export interface PointResult {
  readonly killAt: number;
  /** What it was about to do, as it said itself; null where the story ended before the point. */
  readonly killedAt: string | null;
  readonly wrongs: readonly string[];
  /** Of the programs, for diagnosis. */
  readonly log: string;
}

const IMAGE = { registry: '', repository: 'library/app', tag: '1', digest: '' };
const SCAN = { repositories: 1, images: 12, durationMs: 100_000 };
const CHANNEL = 'C0GENERAL';
const MENTIONED = 'C0TEAM';
const OWED: readonly Owed[] = [CHANNEL, MENTIONED].map((channel) => ({
  channel,
  thread: '',
  image: 'app:1',
  isAcknowledged: true,
}));

/** Leases are over by then, and a post that was not stored is surely absent. */
const OFF_MS = 75_000;
const PATIENCE_MS = 150_000;

export async function killAtPoint(killAt: number): Promise<PointResult> {
  const world = await openCrashWorld();
  try {
    await world.start(killAt);
    await tell(world);
    const code = await stop(world);
    const killedAt = /killed at point \d+: (.*)/.exec(world.printed())?.[1] ?? null;
    const { wrongs } = await judge(world, OWED);
    const all = code === 0 ? wrongs : [...wrongs, `exit code ${String(code)}`];
    return { killAt, killedAt, wrongs: all, log: world.printed() };
  } catch (error) {
    const wrong = error instanceof Error ? error.message : String(error);
    return { killAt, killedAt: null, wrongs: [wrong], log: world.printed() };
  } finally {
    await world.close();
  }
}

async function tell(world: CrashWorld): Promise<void> {
  const { slack } = world;
  world.console.startImageScan(IMAGE, SCAN);
  world.forward(60_000);
  await untilWatched(world);
  await untilMentioned(world);
  const texts = () => slack.messages(CHANNEL).map(({ text }) => text);
  // The Console's clock goes on while a message is searched that was never posted.
  await until(world, 'counts', () => texts().some((text) => /images ([6-9]|1\d)\/12/.test(text)));
  world.forward(20_000);
  await until(world, 'more counts', () => texts().some((text) => /images (9|1\d)\/12/.test(text)));
  world.forward(60_000);
  const ends = () => slack.messages().filter(({ text }) => text.includes('· completed ·'));
  await until(world, 'both ends', () => ends().length >= 4);
  const open = `select count(*) as open from deliveries where state not in ('sent', 'given-up')`;
  await until(world, 'everything being told', () => Number(world.query(open)[0]?.['open']) === 0);
  // What was going to happen twice has happened by then.
  await sleep(1_500);
}

/** The exit code of the last process; the kill may come while the first one stops. */
async function stop(world: CrashWorld): Promise<unknown> {
  await revive(world);
  world.program().signal('SIGTERM');
  if ((await world.program().ended) === 0) return 0;
  await revive(world);
  world.program().signal('SIGTERM');
  return world.program().ended;
}

/** A person without a reply types the command again. */
async function untilWatched(world: CrashWorld): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    await revive(world);
    const text = 'watch app:1';
    const { ack } = world.slack.command({ channel: CHANNEL, user: 'U0ALICE', text });
    if ((await Promise.race([ack, world.program().ended.then(() => null)])) !== null) return;
    await sleep(100);
  }
  throw new Error('it was never watched');
}

/** A person without a reply types a mention once: Slack repeats it until it is acknowledged. */
async function untilMentioned(world: CrashWorld): Promise<void> {
  const { slack } = world;
  const died = async () => {
    await world.program().ended;
    return null;
  };
  let sent = slack.mention({ channel: MENTIONED, user: 'U0BOB', text: '<@U0SCANBOT> watch app:1' });
  const end = Date.now() + PATIENCE_MS;
  while ((await Promise.race([sent.ack, died()])) === null) {
    if (Date.now() > end) throw new Error('the mention was never acknowledged');
    await revive(world);
    await sleep(200);
    sent = slack.redeliver(sent, 'new-envelope');
  }
  const isThere = () => slack.messages(MENTIONED).some(({ text }) => text.startsWith('app:1 ·'));
  await until(world, 'the live message of the mention', isThere);
}

async function until(world: CrashWorld, what: string, look: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!look()) {
    if (Date.now() > end) throw new Error(`it never came to this: ${what}`);
    await revive(world);
    await sleep(20);
  }
}

/** The next process, some time after the one before was killed. */
async function revive(world: CrashWorld): Promise<void> {
  if (world.program().isRunning()) return;
  world.elapse(OFF_MS);
  await world.start();
  if (!world.program().isRunning()) throw new Error('the start after a kill failed');
}
