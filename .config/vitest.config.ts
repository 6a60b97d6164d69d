/** The fast tier, `npm test`: everything in process, and a smoke of the spawned program. docs/testing.md explains. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import './compile-cache.ts';

const ROOT = join(import.meta.dirname, '..');
const FENCE = join(ROOT, 'test/support/fence.ts');
const TIME_LAPSE = join(ROOT, 'test/support/time-lapse.ts');
const PROPERTIES = join(ROOT, 'test/support/properties.ts');
const PROOF = 'test/proof/**';
const SMOKE = 'test/smoke/**/*.test.ts';

/** A clock of their own and the time-lapse would be two clocks. */
const FAKE_CLOCK = globSync('test/**/*.test.ts', { cwd: ROOT, exclude: [PROOF] }).filter((file) =>
  /vi\.(useFakeTimers|setSystemTime)\(/.test(readFileSync(join(ROOT, file), 'utf8')),
);

export default defineConfig({
  test: {
    root: ROOT,
    restoreMocks: true,
    reporters: ['default', `${import.meta.dirname}/skips.ts`],
    // Node's own modules are replaced for a whole process: a thread shares them with others.
    pool: 'forks',
    // One process loads each module once: that halves the CPU time of the tier.
    isolate: false,
    // More than two cores: a worker waits at times. A fourth one compiles more than it gains.
    maxWorkers: 3,
    // Polls are in real time, in which the time-lapse goes far.
    expect: { poll: { interval: 1, timeout: 20_000 } },
    // Databases of the tests sync every commit: in memory that costs nothing.
    env: existsSync('/dev/shm') ? { TMPDIR: '/dev/shm' } : {},
    testTimeout: 60_000,
    hookTimeout: 60_000,
    experimental: { viteModuleRunner: false },
    projects: [
      {
        extends: true,
        test: {
          name: 'time-lapse',
          include: ['test/**/*.test.ts'],
          exclude: [PROOF, SMOKE, ...FAKE_CLOCK],
          setupFiles: [FENCE, PROPERTIES, TIME_LAPSE],
          // A bot mostly waits: many tests of one file run concurrently.
          maxConcurrency: 20,
          testTimeout: 400_000,
        },
      },
      {
        extends: true,
        test: { name: 'fake-clock', include: FAKE_CLOCK, setupFiles: [FENCE, PROPERTIES] },
      },
      { extends: true, test: { name: 'smoke', include: [SMOKE] } },
    ],
  },
});
