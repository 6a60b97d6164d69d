/** What it costs to poll 1,000 targets of ten watches each, and to record what changed: beside a loop written by hand. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { callApart } from '../apart.ts';
import { measure, type Polled } from '../poll/measure.ts';
import { atMost, interleave, OURS, type Row, ratioAtMost } from '../row.ts';

const BY_HAND = 'by hand';
const FOLDER = join(import.meta.dirname, '../poll');

export const pollAllChanged = pollRow('all changed', { share: 1, times: 3 });
export const pollNoneChanged = pollRow('none changed', { share: 0, times: 2 });

function pollRow(name: string, { share, times }: { readonly share: number; readonly times: number }): Row {
  return {
    name: `poll ${name}`,
    title: `a poll of 1,000 targets × 10 watches, ${name}`,
    figures: [
      { name: 'cpu', unit: 'ms', goals: [ratioAtMost(times, BY_HAND)] },
      { name: 'longest block', unit: 'ms', goals: [atMost(10)] },
    ],
    note:
      'The rival has no leases, no history, no ends, and commits fifty answers at once: an answer of its that a crash loses is ' +
      'asked for again, which a Console does not allow. Both have their files where the system has its temporary ones. ' +
      'By a profile of the program where none changed, with its file in memory: recording 24 % (each response in a transaction of ' +
      'its own before anything else happens), the permit of each request, counted in the database for all replicas, 16 %, ' +
      'leases, each of which waits for the disk, 14 %, HTTP and reading the response 13 %, collecting garbage 8 %, planning 7 %. ' +
      'Beginning and ending transactions is 11 % of it, and telling SQLite whether to wait for the disk 6 %. No single ' +
      'part is more than what the rival takes for all: to come near it, responses would have to share transactions, ' +
      'which those that say of an end must not wait for. The longest block is seen in commits that wait for the disk, ' +
      'and on a loaded machine in waiting for a processor. The Console grants a request a second, so these polls are spread over ' +
      '17 minutes, of which the whole figure is less than 0.1 %: that is why each end is still recorded by itself.',
    run: () =>
      withConsole((url) =>
        interleave({ [OURS]: measured('program', url), [BY_HAND]: measured('by-hand', url) }),
      ),
  };

  function measured(which: 'program' | 'by-hand', url: string) {
    const call = { file: import.meta.filename, exported: 'measurePoll', args: [which, url, share] };
    return () => Promise.resolve(callApart(call) as Polled);
  }
}

/** Called apart. */
export function measurePoll(...args: Parameters<typeof measure>): Promise<Polled> {
  return measure(...args);
}

async function withConsole<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = spawn(process.execPath, [join(FOLDER, 'console.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(server.stdout, 'data')) as [Buffer];
    return await use(`http://127.0.0.1:${String(port).trim()}`);
  } finally {
    server.kill();
  }
}
