/**
 * One process of the program, as far as it can be killed or stopped: everything that it does to the world outside and
 * everything that comes back passes here. Dead, nothing passes ever again; frozen, all waits for the thaw.
 */

import { type Database, type Statement } from '../../../src/store/database.ts';
import type { Trace } from '../trace.ts';

export interface Gate {
  readonly name: string;
  isRunning(): boolean;
  isDead(): boolean;
  /** It is frozen, or was. */
  wasFrozen(): boolean;
  /** At one of its next steps it dies or freezes. */
  spring(trap: Trap): void;
  /** Any step will do by now. */
  relax(): void;
  /** Nothing is to happen to it any more. */
  disarm(): void;
  readonly kill: () => void;
  readonly thaw: () => void;
  /** A call that is over when it returns its promise, such as SQLite's. */
  call<T>(step: Step, run: () => Promise<T>): Promise<T>;
  /** A request, which leaves immediately and whose response comes later. */
  ask<T>(step: string, begin: (answer: (value: T) => void) => void): Promise<T>;
  /** A step that is no wait of its own, such as the ringing of a timer. */
  readonly pass: (run: () => void) => void;
}

/** It springs at the `steps`-th step from now on whose name contains `where`; then `onSprung` is called. */
export interface Trap {
  readonly fate: 'dead' | 'frozen';
  readonly where: string;
  readonly steps: number;
  readonly onSprung: () => void;
}

/** Its name, or how to find it. */
type Step = string | (() => string);

type State = 'running' | 'frozen' | 'dead';

export function createGate(name: string, trace: Trace): Gate {
  let state: State = 'running';
  let trap: Trap | null = null;
  let stepsLeft = 0;
  let held: (() => void)[] = [];
  let wasFrozen = false;

  const enter = (when: 'before' | 'after' | 'at the answer to', what: Step): State => {
    // The name of a step is put together only where a trap may spring at it.
    if (state !== 'running' || trap === null) return state;
    const step = `${when} ${typeof what === 'string' ? what : what()}`;
    if (!step.includes(trap.where)) return state;
    stepsLeft -= 1;
    if (stepsLeft > 0) return state;
    const { fate, onSprung } = trap;
    trap = null;
    state = fate;
    wasFrozen ||= fate === 'frozen';
    trace.say(() => `${name} is ${fate} ${step}`);
    onSprung();
    return state;
  };

  /** Goes on with `run` now, after the thaw, or never. */
  const go = (as: State, run: () => void): void => {
    if (as === 'running') run();
    if (as === 'frozen') held.push(run);
  };

  const call = <T>(step: Step, run: () => Promise<T>): Promise<T> => {
    const before = enter('before', step);
    if (before === 'frozen') {
      return new Promise((resolve, reject) => held.push(() => void call(step, run).then(resolve, reject)));
    }
    if (before === 'dead') return never();
    const result = run();
    const after = enter('after', step);
    if (after === 'running') return result;
    result.catch(() => undefined);
    return new Promise((resolve) => go(after, () => resolve(result)));
  };

  return {
    name,
    isRunning: () => state === 'running',
    isDead: () => state === 'dead',
    wasFrozen: () => wasFrozen,
    spring(set) {
      trap = set;
      stepsLeft = set.steps;
    },
    relax() {
      if (trap !== null) trap = { ...trap, where: '' };
    },
    disarm: () => (trap = null),
    kill() {
      state = 'dead';
      held = [];
    },
    thaw() {
      if (state !== 'frozen') return;
      state = 'running';
      const waiting = held;
      held = [];
      for (const run of waiting) run();
    },
    call,
    ask: (step, begin) =>
      new Promise((resolve) => {
        // A call about to leave in the instant of a freeze has left.
        if (enter('before', step) === 'dead') return;
        begin((value) => go(enter('at the answer to', step), () => resolve(value)));
      }),
    pass: (run) => go(state, run),
  };
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

export interface DatabaseOutside {
  readonly gate: Gate;
  /** Nothing can be read or written now. */
  readonly isBroken: () => boolean;
  /** Called after each call that may have changed the watch list. */
  readonly onChange: () => void;
}

/** The database as one process sees it. */
export function behindGate(database: Database, { gate, isBroken, onChange }: DatabaseOutside): Database {
  const through = <T>(statements: readonly Statement[], run: () => Promise<T>): Promise<T> =>
    gate.call(
      () => nameOf(statements[0]?.text ?? ''),
      () => {
        if (isBroken()) return Promise.reject(new Error('disk I/O error'));
        const result = run();
        if (statements.some((statement) => changesWatches(statement.text))) onChange();
        return result;
      },
    );
  return {
    query: (statement) => through([statement], () => database.query(statement)),
    batch: (statements) => through(statements, () => database.batch(statements)),
    close: () => Promise.resolve(),
  };
}

const CHANGES_WATCHES =
  /into (watches|messages)|update (watches|messages) set (state|ended_at|subscription_id|message_id)|subscriptions set|into subscriptions|into followers|into channel_settings|update channel_settings|update reports set body/;

const nameOf = (text: string): string => text.trim().split(/\s+/, 3).join(' ');
const changesWatches = memoized((sql) => CHANGES_WATCHES.test(sql));

/** A few hundred texts come a thousand times each. */
function memoized<T>(of: (sql: string) => T): (sql: string) => T {
  const known = new Map<string, T>();
  return (sql) => {
    const before = known.get(sql);
    if (before !== undefined) return before;
    const value = of(sql);
    known.set(sql, value);
    return value;
  };
}
