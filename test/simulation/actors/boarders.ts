/** People who watch several images on one message, as the commands do it. */

import { type Target, targetId } from '../../../src/scan/target.ts';
import type { Conversation } from '../../../src/scan/watch.ts';
import { boardTargets, unboardedTargets } from '../../../src/store/start.ts';
import { placeOf, targetOf } from './places.ts';
import type { SimulatedProcess } from '../process.ts';
import type { Person } from './scenario.ts';
import { firstContent, LIVE_DELAY_MS, stopOne, watch } from './watchers.ts';
import type { World } from '../world.ts';
import { stopMessage } from '../../../src/store/stop.ts';
import { startBoard } from '../../support/start.ts';

/**
 * The registry scan cannot be named. Where a board there shows all but one of them, that one gets a message of its own.
 */
export async function beginBoard(
  world: World,
  process: SimulatedProcess,
  person: Person & { kind: 'board' },
): Promise<void> {
  const conversation = placeOf(person.conversation);
  const named = person.targets.filter((index) => targetOf(world.scenario, index).kind === 'image');
  const shown = await boardTargets(process.database, conversation);
  const free = named.filter((index) => !shown.has(targetId(targetOf(world.scenario, index))));
  const single = free.length === 1 ? free[0] : undefined;
  const together = named.filter((index) => index !== single).map((index) => targetOf(world.scenario, index));
  const fresh =
    together.length === 0 ? [] : await begin(world, process, { ...person, conversation, together });
  if (single !== undefined) await watch(world, process, { ...person, kind: 'watch', target: single });
  if (person.isReadAtOnce) await Promise.all(fresh.map((target) => process.observer.observe(target)));
}

interface Beginning {
  readonly conversation: Conversation;
  /** null for existing watches only. */
  readonly user: number | null;
  readonly together: readonly Target[];
}

/** Returns what the new board shows. */
async function begin(
  world: World,
  process: SimulatedProcess,
  { conversation, user, together }: Beginning,
): Promise<readonly Target[]> {
  const { clock, trace, names } = world;
  const contents = await Promise.all(together.map((target) => firstContent(world, process, target)));
  const images = together.flatMap((target, index) => {
    const first = contents[index];
    return first === undefined ? [] : [{ target, content: first.content }];
  });
  const isFresh = contents.every((first) => first.isFresh);
  const started = await startBoard(process.database, {
    ...{ conversation, images, userId: user === null ? null : `U${String(user)}`, now: clock.now() },
    liveDelayMs: isFresh || user === null ? 0 : LIVE_DELAY_MS,
  });
  const { messageId: boardId, shown } = started;
  trace.say(() => {
    const board = boardId === null ? 'nothing new' : `the board ${names.of(boardId)}`;
    return `${user === null ? 'somebody folds' : `U${String(user)} watches`} in ${conversation.channel}${conversation.thread} ${together.map(targetId).join(', ')}: ${board} of ${String(shown.length)}`;
  });
  process.wake();
  return shown;
}

export async function fold(
  world: World,
  process: SimulatedProcess,
  conversation: Conversation,
): Promise<void> {
  const together = await unboardedTargets(process.database, conversation);
  if (together.length >= 2) await begin(world, process, { conversation, user: null, together });
}

/** The button of a board, or those of its images. */
export async function endBoard(
  world: World,
  process: SimulatedProcess,
  { which, isOneByOne }: Person & { kind: 'stop-board' },
): Promise<void> {
  const { clock, trace, names, judge } = world;
  const active = [...judge.ledger.boards.values()].filter(({ state }) => state === 'active');
  const chosen = active[which % Math.max(1, active.length)];
  if (chosen === undefined) return;
  if (isOneByOne) {
    const members = [...judge.ledger.watches.values()].filter(({ board }) => board === chosen.id);
    for (const { id } of members) await stopOne(world, process, id);
    return;
  }
  chosen.isStopRequested = true;
  const isStopped = await stopMessage(process.database, { id: chosen.id, userId: 'U1', now: clock.now() });
  trace.say(() => `somebody stops the board ${names.of(chosen.id)}: ${isStopped ? 'done' : 'it was over'}`);
  process.wake();
}
