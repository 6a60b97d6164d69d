/** The delivery loop with a database in memory, a Slack of two functions, and a clock that stands until it is moved. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { createDeliverer, type Deliverer, type DelivererOptions } from '../../src/jobs/deliver.ts';
import type { Database } from '../../src/store/database.ts';
import { IMAGE, NOON, type Reading, SECOND } from '../support/observations.ts';
import { type FaultyDatabase, makeFaulty, openMemory } from '../support/memory.ts';
import { outbox, readNow, SILENT_LOG, watching, type WatchOptions } from '../support/store.ts';
import { createFakeChannel, type FakeChannel } from './deliver/fake-channel.ts';

export interface World {
  readonly database: FaultyDatabase;
  readonly slack: FakeChannel;
  /** What every settled attempt came to, `live done`. */
  readonly settled: readonly string[];
  readonly now: () => number;
  /** Moves the clock; backwards, too. */
  pass(ms: number): void;
  /** Sends the due deliveries once. */
  deliver(): Promise<number>;
  /** Same, up to Slack's response to its first call, which `answering` waits for. */
  begin(): Promise<{ readonly answering: Promise<number> }>;
  /** Lets so much time pass, in steps, and sends whatever is due at each. */
  deliverFor(ms: number, stepMs?: number): Promise<void>;
  /** The process is killed, and another one takes its place. */
  restart(): void;
  readonly deliverer: () => Deliverer;
  watch(options?: WatchOptions): Promise<string>;
  read(reading: Reading, target?: typeof IMAGE): Promise<void>;
}

export async function createWorld(options: Partial<DelivererOptions> = {}): Promise<World> {
  let time = NOON;
  const now = () => time;
  const database = makeFaulty(await openMemory());
  const slack = createFakeChannel(now);
  const settled: string[] = [];
  let owners = 0;
  const start = (): Deliverer =>
    createDeliverer({
      database,
      send: slack.send,
      find: slack.look,
      owner: `process-${(owners += 1)}`,
      now,
      random: () => 0,
      log: SILENT_LOG,
      onSettled: ({ kind }, outcome) => settled.push(`${kind} ${outcome.kind}`),
      ...options,
    });
  let deliverer = start();
  const world: World = {
    database,
    slack,
    settled,
    now,
    pass(ms) {
      time += ms;
    },
    deliver: () => deliverer.deliverDue(),
    async begin() {
      const before = slack.calls.length;
      const answering = deliverer.deliverDue();
      while (slack.calls.length === before) await nextTurn();
      return { answering };
    },
    async deliverFor(ms, stepMs = 500) {
      const until = time + ms;
      for (; time < until; time += stepMs) while ((await deliverer.deliverDue()) > 0);
    },
    restart() {
      deliverer = start();
    },
    deliverer: () => deliverer,
    watch: (watch = {}) => watching(database, { now: time, ...watch }),
    async read(reading, target = IMAGE) {
      await readNow(database, reading, { now: time, target });
    },
  };
  return world;
}

/** A watch whose live message is there. */
export async function watchLive(world: World, options: WatchOptions = {}): Promise<string> {
  const id = await world.watch(options);
  await world.deliver();
  world.pass(2 * SECOND);
  return id;
}

/** All calls about a watch: `live 0`, `update 7`. */
export function callsOf({ slack }: World, messageId: string): string[] {
  return slack.calls
    .filter((call) => call.messageId === messageId)
    .map(({ kind, scanned, isPlain }) => `${kind} ${scanned}${isPlain ? ' plain' : ''}`);
}

/** What is still to be settled. */
export async function openOf(database: Database): Promise<string[]> {
  const rows = await outbox(database);
  return rows
    .filter(({ state }) => ['pending', 'sending', 'ambiguous'].includes(state))
    .map(({ kind, state }) => `${kind} ${state}`);
}
