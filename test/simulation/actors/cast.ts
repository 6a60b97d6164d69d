/** The processes of the program: start, crash, freeze, end. */

import { SETTINGS, SUBSCRIPTIONS, WATCHES } from '../judge/ledger.ts';
import { BOARDS } from '../judge/ledger-boards.ts';
import { type SimulatedProcess, startProcess } from '../process.ts';
import type { Trouble } from './scenario.ts';
import type { World } from '../world.ts';

export interface Cast {
  begin(): void;
  /** The process that handles people's requests; null for none. */
  current(): SimulatedProcess | null;
  /** It dies at one of its next steps, and another one begins later. */
  kill(trouble: Trouble & { kind: 'kill' }): void;
  /** It freezes, another one takes over, and then it continues for a while. */
  freeze(trouble: Trouble & { kind: 'freeze' }): void;
  /** One process remains, or begins. */
  calmDown(): void;
  end(): void;
  /** Brings the ledger up to date with the database. */
  readonly noteWatches: () => void;
  /** How many there have been. */
  count(): number;
}

/** Who was frozen lives on for so long beside the one that took over. */
const BESIDE_MS = 15_000;
/** A step that does not come within this time is not waited for. */
const PATIENCE_MS = 8_000;

export function createCast(world: World): Cast {
  const { clock, names, judge } = world;
  const processes: SimulatedProcess[] = [];
  const noteWatches = (): void => {
    // All are read before anything else can change.
    const reading = Promise.all(
      [WATCHES, BOARDS, SUBSCRIPTIONS, SETTINGS].map((rows) => names.database.query(rows)),
    );
    void reading.then(([watches = [], boards = [], subscriptions = [], settings = []]) => {
      judge.ledger.note({ watches, boards, subscriptions, settings }, clock.monotonicNow());
      judge.checkCommit();
    });
  };
  const begin = (): void => {
    processes.push(startProcess(world, `p${String(processes.length + 1)}`, noteWatches));
  };
  const current = (): SimulatedProcess | null => {
    const last = processes.at(-1);
    return last === undefined || last.gate.isDead() ? null : last;
  };
  let isCalm = false;
  const beginUnlessCalm = (): void => {
    if (!isCalm) begin();
  };
  const end = (): void => {
    for (const { gate } of processes) gate.kill();
  };
  return {
    begin,
    current,
    end,
    noteWatches,
    count: () => processes.length,
    kill({ where, steps, downMs }) {
      const onSprung = () => clock.after(downMs, beginUnlessCalm);
      const gate = current()?.gate;
      gate?.spring({ fate: 'dead', where, steps, onSprung });
      clock.after(PATIENCE_MS, () => gate?.relax());
    },
    freeze({ where, steps, takeOverMs, forMs }) {
      const gate = current()?.gate;
      const onSprung = (): void => {
        clock.after(takeOverMs, beginUnlessCalm);
        clock.after(forMs, () => gate?.thaw());
        clock.after(forMs + BESIDE_MS, () => gate?.kill());
      };
      gate?.spring({ fate: 'frozen', where, steps, onSprung });
      clock.after(PATIENCE_MS, () => gate?.relax());
    },
    calmDown() {
      isCalm = true;
      const last = current();
      const isAlive = last?.gate.isRunning() === true;
      for (const { gate } of processes) if (!isAlive || gate !== last.gate) gate.kill();
      if (isAlive) last.gate.disarm();
      else begin();
    },
  };
}
