/** What the parts of a run share. */

import type { Random } from './random.ts';
import type { Clock } from './outside/clock.ts';
import type { SimulatedConsole } from './outside/console.ts';
import type { Names } from './ids.ts';
import type { Judge } from './judge/judge.ts';
import type { Faults, Scenario } from './actors/scenario.ts';
import type { SimulatedSlack } from './outside/messages.ts';
import type { Trace } from './trace.ts';

export type Spell = 'console-down' | 'token-revoked' | 'disk-full';

export interface World {
  readonly scenario: Scenario;
  readonly clock: Clock;
  /** What the wall showed when the run began; the Console's clock is not set with ours. */
  readonly start: number;
  readonly random: Random;
  readonly trace: Trace;
  readonly names: Names;
  readonly console: SimulatedConsole;
  readonly slack: SimulatedSlack;
  readonly judge: Judge;
  /** All zero once the trouble is over. */
  readonly faults: () => Faults;
  readonly isDown: (spell: Spell) => boolean;
  readonly isClockSet: boolean;
}

/** What happens outside the program: all that Slack and the Console need to know. */
export type WorldBase = Omit<World, 'slack' | 'console'>;
