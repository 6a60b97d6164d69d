/** Plays the seeds that its parent process names, one after the other: they share a database. */

import { play } from './run.ts';

let playing: Promise<unknown> = Promise.resolve();
process.on('message', (seed: number) => {
  playing = playing.then(async () => process.send?.(await play(seed)));
});
