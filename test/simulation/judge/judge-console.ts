/** I5: one reader per target, one request per target and tick, and never more than 30 requests in 30 s. */

import type { Gate } from '../outside/gate.ts';
import type { Court } from './court.ts';

export interface ConsoleJudge {
  /** `tick` is the number of the process's tick, null for a person's request. */
  onProgress(request: { gate: Gate; target: string; tick: number | null }): void;
  onProgressOver(request: { gate: Gate; target: string }): void;
  /** A request of any kind. */
  onRequest(gate: Gate): void;
  /** The most requests in 30 s, of all processes together. */
  mostTogether(): number;
}

const WINDOW_MS = 30_000;
const LIMIT = 30;

export function createConsoleJudge({ clock, accuse, isClockSet }: Court): ConsoleJudge {
  const underWay = new Map<string, Gate[]>();
  const asked = new Set<string>();
  const windows = new Map<string, number[]>();
  let most = 0;
  const count = (name: string): number => {
    const now = clock.monotonicNow();
    const recent = (windows.get(name) ?? []).filter((at) => at > now - WINDOW_MS);
    windows.set(name, [...recent, now]);
    return recent.length + 1;
  };
  const onRequest = (gate: Gate): void => {
    if (count(gate.name) > LIMIT)
      accuse('I5', `${gate.name} sends more than ${String(LIMIT)} requests in 30 s`);
    const together = count('all');
    most = Math.max(most, together);
    // The database counts by the clock on the wall.
    if (together > LIMIT && !isClockSet)
      accuse('I5', `${String(together)} requests in 30 s by several processes`);
  };
  return {
    onRequest,
    onProgress({ gate, target, tick }) {
      onRequest(gate);
      const key = `${gate.name} ${String(tick)} ${target}`;
      // What a frozen tick had begun leaves with the next one.
      if (tick !== null && asked.has(key) && !gate.wasFrozen())
        accuse('I5', `${target} is asked about twice in one tick`);
      asked.add(key);
      // The connections of a process that was killed are closed with it.
      const readers = [...(underWay.get(target) ?? []).filter((reader) => !reader.isDead()), gate];
      underWay.set(target, readers);
      // A lease depends on the clock, and a process frozen for longer does not know that it has expired.
      const mayBe = isClockSet || readers.some((reader) => reader.wasFrozen());
      if (readers.length > 1 && !mayBe)
        accuse('I5', `${target} has ${String(readers.length)} readers at once`);
    },
    onProgressOver({ gate, target }) {
      const readers = underWay.get(target) ?? [];
      underWay.set(
        target,
        readers.filter((_, index) => index !== readers.indexOf(gate)),
      );
    },
    mostTogether: () => most,
  };
}
