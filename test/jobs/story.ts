/**
 * A random story, played against the delivery loop: readings, watches and stops, also in the middle of a call, a Slack
 * that fails in every way it can, and a process that is killed at any time. What it saw is kept to be judged at its end.
 */

import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Target } from '../../src/scan/target.ts';
import type { LeasedDelivery } from '../../src/store/outbox/load.ts';
import { down, EMPTY, ended, MINUTE, scanning, SECOND } from '../support/observations.ts';
import { imageNamed, LEASE_MS, readNow, watching, stopping } from '../support/store.ts';
import { type Answer, rateLimited, refused, UNKNOWN, UNSENT } from './deliver/fake-channel.ts';
import type { World } from './world.ts';
import { sql } from '../../src/store/sql.ts';

const TARGETS: readonly Target[] = [imageNamed('a'), imageNamed('b')];
const CHANNELS = ['C1', 'C2', 'C3'];

type ReadingKind = 'advance' | 'end' | 'empty' | 'down';

export type Step =
  | { readonly kind: 'watch'; readonly target: number; readonly channel: number }
  | { readonly kind: ReadingKind; readonly target: number }
  | { readonly kind: 'stop' | 'delete'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'deliver' }
  | { readonly kind: 'kill'; readonly isStored: boolean };

/** What one call to Slack comes to, and what happens while it is under way. */
export interface Fate {
  readonly answer: 'accepted' | 'kept' | 'unknown' | 'unsent' | 'rate-limited' | 'malformed' | 'unauthorized';
  readonly meanwhile: Step | null;
}

const target = fc.nat(TARGETS.length - 1);
const which = fc.nat(5);
const reading = fc.record({
  kind: fc.constantFrom<ReadingKind>('advance', 'advance', 'advance', 'end', 'empty', 'down'),
  target,
});
const stop = fc.record({ kind: fc.constant('stop'), which });

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('watch'), target, channel: fc.nat(CHANNELS.length - 1) }),
  },
  { weight: 6, arbitrary: reading },
  { weight: 1, arbitrary: stop },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), which }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.nat(40 * SECOND) }) },
  { weight: 6, arbitrary: fc.constant({ kind: 'deliver' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill'), isStored: fc.boolean() }) },
);

export const anyFate: fc.Arbitrary<Fate> = fc.record({
  answer: fc.constantFrom<Fate['answer']>(
    ...(['accepted', 'accepted', 'accepted', 'kept', 'unknown', 'unsent'] as const),
    ...(['rate-limited', 'malformed', 'unauthorized'] as const),
  ),
  meanwhile: fc.option(fc.oneof(reading, reading, stop), { freq: 2 }),
});

export interface Story {
  take(step: Step): Promise<void>;
  /** Slack works again, every scan ends, and time passes until all is posted. */
  end(): Promise<void>;
  /** Calls that should not have been made. */
  readonly wrongCalls: readonly string[];
  /** How many calls had been made when a watch was stopped, by its id. */
  readonly stoppedAfter: ReadonlyMap<string, number>;
  /** Watches whose live message somebody deleted. */
  readonly deleted: ReadonlySet<string>;
}

export function createStory(world: World, fatesGiven: readonly Fate[]): Story {
  const { database, slack } = world;
  const fates = [...fatesGiven];
  const guard = createGuard(world.now);
  const scanned = TARGETS.map(() => 0);
  const stoppedAfter = new Map<string, number>();
  const deleted = new Set<string>();
  let killing: 'never' | 'stored' | null = null;

  slack.answer = async (delivery) => {
    const done = guard.enter(delivery);
    if (killing !== null) return killing;
    // A response takes time: calls of the same moment do not know it.
    await nextTurn();
    const { answer, meanwhile } = fates.pop() ?? { answer: 'accepted', meanwhile: null };
    if (meanwhile !== null) await take(meanwhile);
    return done(toAnswer(answer, delivery));
  };

  async function take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'watch': {
        const conversation = { channel: CHANNELS[step.channel]!, target: TARGETS[step.target]! };
        await watching(database, { ...conversation, now: world.now() });
        break;
      }
      case 'stop':
        await stopNumber(step.which);
        break;
      case 'delete':
        deleteNumber(step.which);
        break;
      case 'pass':
        world.pass(step.ms);
        break;
      case 'deliver':
        await world.deliver();
        break;
      case 'kill':
        await kill(step.isStored);
        break;
      case 'advance':
      case 'end':
      case 'empty':
      case 'down':
        await read(step.kind, step.target);
    }
  }

  async function read(kind: ReadingKind, index: number): Promise<void> {
    const count = (scanned[index] ?? 0) + 1;
    scanned[index] = kind === 'end' ? 0 : count;
    const advance = scanning(count, 1_000);
    const readings = { advance, end: ended(1_000, 1_000), empty: EMPTY, down: down() };
    await readNow(database, readings[kind], { target: TARGETS[index]!, now: world.now() });
  }

  async function stopNumber(number: number): Promise<void> {
    const rows = await database.query(sql`select id from watches order by created_at, id`);
    const id = String(rows[number]?.['id']);
    if (await stopping(database, id, { stoppedBy: 'U1', now: world.now() }))
      stoppedAfter.set(id, slack.calls.length);
  }

  function deleteNumber(number: number): void {
    const message = slack.messages.filter(({ kind }) => kind === 'live')[number];
    if (message === undefined) return;
    deleted.add(message.messageId);
    slack.remove(message.ts);
  }

  /** The next calls get no response, and another process takes over. */
  async function kill(isStored: boolean): Promise<void> {
    killing = isStored ? 'stored' : 'never';
    void world.deliver();
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    killing = null;
    guard.forgetLimits();
    world.restart();
  }

  async function end(): Promise<void> {
    fates.length = 0;
    for (const index of TARGETS.keys()) {
      await read('advance', index);
      await read('end', index);
    }
    for (let waited = 0; waited < 10 * MINUTE; waited += 5 * SECOND) {
      await world.deliverFor(5 * SECOND, 1_250);
      if ((await world.open()).length === 0) return;
    }
  }

  return { take, end, wrongCalls: guard.wrongCalls, stoppedAfter, deleted };
}

/** Watches over the calls: none of a method before Retry-After is over, and one edit of a message at a time. */
function createGuard(now: () => number) {
  const wrongCalls: string[] = [];
  const quietUntil = { posts: 0, edits: 0 };
  const busyUntil = new Map<string, number>();
  return {
    wrongCalls,
    /** Another process does not know what Slack responded to the one before. */
    forgetLimits(): void {
      quietUntil.posts = 0;
      quietUntil.edits = 0;
    },
    enter({ kind, messageTs }: LeasedDelivery) {
      const method = kind === 'live' || kind === 'completion' ? 'posts' : 'edits';
      if (now() < quietUntil[method]) wrongCalls.push(`${kind} before Retry-After was over`);
      const edited = method === 'edits' ? messageTs : null;
      if (edited !== null) {
        if (now() < (busyUntil.get(edited) ?? 0)) wrongCalls.push(`${kind} while another edit was under way`);
        busyUntil.set(edited, now() + LEASE_MS);
      }
      return (answer: Answer | null): Answer | null => {
        if (edited !== null) busyUntil.delete(edited);
        quietUntil[method] = Math.max(quietUntil[method], now() + restOf(answer));
        return answer;
      };
    },
  };
}

function restOf(answer: Answer | null): number {
  if (answer === null || typeof answer === 'string' || 'kept' in answer) return 0;
  // A rejected token is no rate limit: a new process may have another one, and tries immediately.
  return answer.kind === 'rate-limited' ? answer.retryAfterMs : 0;
}

const ANSWERS: Readonly<Record<Fate['answer'], Answer | null>> = {
  accepted: null,
  kept: { kept: UNKNOWN },
  unknown: UNKNOWN,
  unsent: UNSENT,
  'rate-limited': rateLimited(7 * SECOND),
  malformed: refused('malformed'),
  unauthorized: refused('unauthorized'),
};

function toAnswer(answer: Fate['answer'], { isPlain }: LeasedDelivery): Answer | null {
  return answer === 'malformed' && isPlain ? null : ANSWERS[answer];
}
