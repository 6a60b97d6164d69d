/** What the judges of a run share. */

import type { Clock } from '../outside/clock.ts';
import type { Ledger } from './ledger.ts';
import type { Trace } from '../trace.ts';

export type Accuse = (invariant: string, text: string) => void;

export interface Court {
  readonly clock: Clock;
  readonly trace: Trace;
  readonly accuse: Accuse;
  readonly ledger: Ledger;
  readonly isClockSet: boolean;
}
