/** Plays many seeds on all cores, in processes of their own, until one of them breaks a promise. */

import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Played } from './run.ts';

export interface CrowdOptions {
  readonly from: number;
  readonly seeds: number;
  readonly onPlayed: (played: Played) => void;
}

const WORKER = new URL('worker.ts', import.meta.url);
/** MB. Nothing of a seed outlives it, so little is ever moved; a larger space leaves the cache of the processor. */
const YOUNG_SPACE = ['--min-semi-space-size=8', '--max-semi-space-size=8'];
/** In flight in each worker, so that none waits for a response. */
const AHEAD = 4;

/** Returns the first seed that failed; null where none did. Rejects where a worker dies. */
export async function playMany({ from, seeds, onPlayed }: CrowdOptions): Promise<number | null> {
  const workers: ChildProcess[] = [];
  let next = from;
  const give = (worker: ChildProcess): void => {
    if (next < from + seeds) worker.send(next++);
  };
  try {
    return await new Promise<number | null>((resolve, reject) => {
      let left = seeds;
      const onMessage = (worker: ChildProcess, played: Played): void => {
        onPlayed(played);
        left -= 1;
        if (played.violations.length > 0) resolve(played.seed);
        else if (left === 0) resolve(null);
        else give(worker);
      };
      if (seeds === 0) resolve(null);
      for (let index = 0; index < Math.min(seeds, availableParallelism()); index += 1) {
        const worker = fork(WORKER, { execArgv: [...process.execArgv, ...YOUNG_SPACE] });
        workers.push(worker);
        worker.on('message', (played) => onMessage(worker, played as Played));
        worker.on('error', reject);
        worker.on('exit', (code) => reject(new Error(`a worker ended with ${String(code)}`)));
        for (let ahead = 0; ahead < AHEAD; ahead += 1) give(worker);
      }
    });
  } finally {
    for (const worker of workers) worker.removeAllListeners('exit').kill();
  }
}
