/** CPU and the longest block of the event loop of one poll of all targets; called in a process of its own. */

import { mkdtempSync, rmSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Sizes {
  readonly targets: number;
  /** Of each target. */
  readonly watches: number;
}

/** Makes everything due; what it resolves to polls it once. */
export type Tick = () => Promise<() => Promise<void>>;

export type Polled = Readonly<Record<'cpu' | 'longest block', number>>;

const SIZES: Sizes = { targets: 1_000, watches: 10 };
const MEASURED = 5;

export async function measure(
  which: 'program' | 'by-hand',
  consoleUrl: string,
  share: number,
): Promise<Polled> {
  const folder = mkdtempSync(join(tmpdir(), 'scanprogress-bench-poll-'));
  try {
    const { createTick } = (await import(`./${which}.ts`)) as {
      createTick: (...args: unknown[]) => Promise<Tick>;
    };
    const tick = await createTick(join(folder, 'bot.db'), consoleUrl, SIZES);
    let step = 0;
    const poll = async (changed: number): Promise<() => Promise<void>> => {
      await (await fetch(`${consoleUrl}/set?step=${(step += 1)}&share=${changed}`)).text();
      return tick();
    };
    for (const changed of [1, 1, share]) await (await poll(changed))();
    const samples: Polled[] = [];
    for (let round = 0; round < MEASURED; round += 1) samples.push(await sample(await poll(share)));
    return { cpu: medianOf(samples, 'cpu'), 'longest block': medianOf(samples, 'longest block') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function sample(run: () => Promise<void>): Promise<Polled> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  loop.disable();
  return { cpu: (user + system) / 1_000, 'longest block': Math.max(0, loop.max / 1e6 - 1) };
}

function medianOf(samples: readonly Polled[], figure: keyof Polled): number {
  return samples.map((one) => one[figure]).toSorted((a, b) => a - b)[samples.length >> 1] ?? NaN;
}
