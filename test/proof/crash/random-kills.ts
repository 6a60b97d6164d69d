/**
 * Kills at random moments: conversations watch images whose scans go on and end, a share of all calls fails in every way
 * there is, another program sometimes reads an end first, and the process is killed and started over and over.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault as ConsoleFault } from '../../../src/demo/console/console-faults.ts';
import type { Fault as SlackFault } from '../../support/fake-slack/fake-slack-faults.ts';
import { judge, type Owed } from './judge.ts';
import { type CrashWorld, openCrashWorld } from './world.ts';

export interface KillsResult {
  readonly kills: number;
  readonly owed: number;
  readonly reported: number;
  readonly failedStarts: number;
  readonly wrongs: readonly string[];
  readonly log: string;
}

export interface KillsOptions {
  readonly seed: number;
  readonly kills: number;
  readonly onKill?: (kills: number) => void;
}

const CHANNELS = ['C0GENERAL', 'C0TEAM', 'C0PUBLIC'];
const OFF_MS = 75_000;
/** By the real clock, which is the Console's as well: a result is dated by it. */
const SCAN_MS = 2_500;
/** Posts that may have been stored are searched for a minute. */
const QUIET_MS = 240_000;

/** Mulberry32: the same seed gives the same story, as far as processes and sockets let it. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Story {
  readonly world: CrashWorld;
  readonly random: () => number;
  readonly owed: Owed[];
  failedStarts: number;
}

export async function killAtRandom({ seed, kills, onKill }: KillsOptions): Promise<KillsResult> {
  const world = await openCrashWorld();
  const story: Story = { world, random: createRandom(seed), owed: [], failedStarts: 0 };
  try {
    // A member everywhere: elsewhere the history cannot be read, and a post may be doubled.
    world.slack.changeChannel('C0PUBLIC', { isMember: true });
    await world.start();
    for (let count = 0; count < kills; count += 1) {
      await playUntilKilled(story, count);
      onKill?.(count + 1);
      await startAgain(story);
    }
    await settle(story);
    const { wrongs, reported } = await judge(world, story.owed);
    const { failedStarts, owed } = story;
    return { kills, owed: owed.length, reported, failedStarts, wrongs, log: world.printed() };
  } finally {
    await world.close();
  }
}

async function startAgain(story: Story): Promise<void> {
  story.world.elapse(OFF_MS);
  await story.world.start();
  if (story.world.program().isRunning()) return;
  story.failedStarts += 1;
  await story.world.start();
}

/** One scan of an image of its own, watched from before it begins to after its end; somewhere in it the kill. */
async function playUntilKilled(story: Story, number: number): Promise<void> {
  const { world, random } = story;
  const killing = sleep(100 + 2_400 * random()).then(() => world.kill());
  const repository = `library/app-${number}`;
  const reference = { registry: '', repository, tag: '1', digest: '' };
  spoil(story);
  await watch(story, number);
  const fails = random() < 0.2 ? { ending: { kind: 'fails', at: 0.95, error: 'pull failed' } as const } : {};
  world.console.startImageScan(reference, { repositories: 1, images: 12, durationMs: SCAN_MS, ...fails });
  for (let step = 0; step < 4 && world.program().isRunning(); step += 1) {
    await Promise.race([sleep(600 * random()), killing]);
    spoil(story);
    if (random() < 0.2) await readElsewhere(world, repository);
  }
  await killing;
  // Points after the kill happen while no process runs.
  if (random() < 0.5) return;
  await sleep(SCAN_MS);
  if (random() < 0.5) await readElsewhere(world, repository);
}

async function watch({ world, random, owed }: Story, number: number): Promise<void> {
  for (const channel of CHANNELS) {
    if (random() < 0.4) continue;
    const text = `watch app-${number}:1`;
    const { ack } = world.slack.command({ channel, user: random() < 0.5 ? 'U0ALICE' : 'U0BOB', text });
    const died = world.program().ended.then(() => null);
    const isAcknowledged = (await Promise.race([ack, died])) !== null;
    owed.push({ channel, thread: '', image: `app-${number}:1`, isAcknowledged });
  }
}

/** Another client polls the Console, and consumes what it reports. */
async function readElsewhere({ console: { url } }: CrashWorld, repository: string): Promise<void> {
  const headers = { authorization: `Basic ${Buffer.from('demo:demo').toString('base64')}` };
  // The last parameter is for the judge, who counts the requests of the program.
  const query = `onDemand=true&repo=${repository}&tag=1&by=another`;
  await fetch(`${url}/api/v33.03/registry/progress?${query}`, { headers }).catch(() => null);
}

const SLACK_FAULTS: readonly SlackFault[] = [
  { kind: 'reset', stored: true },
  { kind: 'reset', stored: false },
  { kind: 'status', status: 500, stored: true },
  { kind: 'status', status: 503, stored: false },
  { kind: 'error', error: 'fatal_error', stored: true },
  { kind: 'error', error: 'internal_error', stored: false },
  { kind: '429', retryAfter: '1' },
  { kind: 'cut' },
  { kind: 'half-json' },
  { kind: 'html' },
  { kind: 'late', afterMs: 1_500, stored: 'first' },
  { kind: 'late', afterMs: 1_500, stored: 'last' },
];

const CONSOLE_FAULTS: readonly ConsoleFault[] = [
  { kind: 'lost' },
  { kind: 'lost', status: 502 },
  { kind: 'cut' },
  { kind: 'reset' },
  { kind: 'wrong-types' },
  { kind: 'status', status: 503 },
  { kind: 'slow', ms: 700 },
  { kind: 'html' },
];

const METHODS = ['chat.postMessage', 'chat.postMessage', 'chat.update', 'conversations.history'];

/** One call in a while goes wrong. */
function spoil({ world, random }: Story): void {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  if (random() < 0.5) world.slack.failNext(pick(METHODS), pick(SLACK_FAULTS));
  if (random() < 0.3) {
    void world.console.setFault({ ...pick(CONSOLE_FAULTS), route: '/registry/progress', times: 1 });
  }
}

/** The faults stop; after a while everything is posted. */
async function settle({ world }: Story): Promise<void> {
  await world.console.setFault(null);
  const open = `select (select count(*) from watches where state = 'active')
    + (select count(*) from deliveries where state not in ('sent', 'given-up')) as open`;
  const end = Date.now() + QUIET_MS;
  while (Date.now() < end && Number(world.query(open)[0]?.['open']) > 0) await sleep(200);
  await sleep(1_000);
}
