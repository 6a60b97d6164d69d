/** The delivery loop with a database in memory, a Slack of two functions, and a clock that stands until it is moved. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach } from 'vitest';
import { createDeliverer, type Deliverer, type DelivererOptions } from '../../src/jobs/deliver.ts';
import type { DeliveryKind } from '../../src/scan/delivery.ts';
import { IMAGE, MINUTE, NOON, type Reading, SECOND } from '../support/observations.ts';
import { type FaultyDatabase, makeFaulty, openMemory } from '../support/memory.ts';
import {
  imageNamed,
  outbox,
  readNow,
  recordingLog,
  stopping,
  watching,
  type WatchOptions,
} from '../support/store.ts';
import { type Answer, createFakeChannel, type FakeChannel, type Message } from './deliver/fake-channel.ts';

export interface World {
  readonly database: FaultyDatabase;
  readonly slack: FakeChannel;
  /** What every settled attempt came to, `live done`. */
  readonly settled: readonly string[];
  readonly log: ReturnType<typeof recordingLog>;
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
  /** What is still to be settled. */
  open(): Promise<string[]>;
}

export let world: World;

export async function openWorld(options: Partial<DelivererOptions> = {}): Promise<void> {
  world = await createWorld(options);
}

/** A world per test. To be called by each file, because another one may have loaded this module before; not for concurrent tests. */
export function useWorld(): void {
  beforeEach(() => openWorld());
}

export async function createWorld(options: Partial<DelivererOptions> = {}): Promise<World> {
  let time = NOON;
  const now = () => time;
  const database = makeFaulty(await openMemory());
  const slack = createFakeChannel(now);
  const settled: string[] = [];
  const log = recordingLog();
  let owners = 0;
  const start = (): Deliverer =>
    createDeliverer({
      database,
      send: slack.send,
      find: slack.look,
      owner: `process-${(owners += 1)}`,
      now,
      random: () => 0,
      log: log.log,
      onSettled: ({ kind }, outcome) => settled.push(`${kind} ${outcome.kind}`),
      ...options,
    });
  let deliverer = start();
  const created: World = {
    database,
    slack,
    settled,
    log,
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
    async open() {
      const rows = await outbox(database);
      const open = rows.filter(({ state }) => ['pending', 'sending', 'ambiguous'].includes(state));
      return open.map(({ kind, state }) => `${kind} ${state}`);
    },
  };
  return created;
}

/** A watch whose live message is there, and, where one is named, an observation of which nothing is sent yet. */
export async function watchLive({
  reading,
  ...options
}: WatchOptions & { readonly reading?: Reading } = {}): Promise<string> {
  const id = await world.watch(options);
  await world.deliver();
  world.pass(2 * SECOND);
  if (reading !== undefined) await world.read(reading);
  return id;
}

/** Watches, each with its own image and channel, and their live messages. */
export async function watchMany(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await world.watch({ target: imageNamed(`image-${index}`), channel: `C${index}` }));
  }
  while ((await world.deliver()) > 0);
  world.pass(2 * MINUTE);
  return ids;
}

/** Reads the images of these watches, from the one with the number `from` on. */
export async function readMany(reading: Reading, count: number, from = 0): Promise<void> {
  for (let index = from; index < from + count; index += 1)
    await world.read(reading, imageNamed(`image-${index}`));
}

/** Reads, and sends the due deliveries once, or for so long. */
export async function advance(reading: Reading, forMs = 0, stepMs?: number): Promise<void> {
  await world.read(reading);
  await (forMs === 0 ? world.deliver() : world.deliverFor(forMs, stepMs));
}

/** Sends, up to the first call; the responses to all calls, or to those of a kind, wait for the returned function. */
export async function hold(kind?: DeliveryKind): Promise<(answer: Answer | null) => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<Answer | null>();
  world.slack.answer = (delivery) => (kind === undefined || delivery.kind === kind ? promise : null);
  const { answering } = await world.begin();
  return async (answer) => {
    resolve(answer);
    await answering;
  };
}

/** The process is killed in its next call, or its next one of a kind; another one takes its place, and Slack responds. */
export async function killWhileSending(answer: 'never' | 'stored', kind?: DeliveryKind): Promise<void> {
  world.slack.answer = (delivery) => (kind === undefined || delivery.kind === kind ? answer : null);
  await world.begin();
  world.restart();
  world.slack.answer = () => null;
}

/** Somebody stops a watch, at this count. */
export async function stop(id: string, scanned = 0): Promise<void> {
  await stopping(world.database, id, { stoppedBy: 'U1', scanned, now: world.now() });
}

export function messagesOf(messageId: string, kind: DeliveryKind): Message[] {
  return world.slack.messages.filter((message) => message.messageId === messageId && message.kind === kind);
}

/** All calls about a watch: `live 0`, `update 7`. */
export function callsOf(messageId: string): string[] {
  return world.slack.calls
    .filter((call) => call.messageId === messageId)
    .map(({ kind, scanned, isPlain }) => `${kind} ${scanned}${isPlain ? ' plain' : ''}`);
}
