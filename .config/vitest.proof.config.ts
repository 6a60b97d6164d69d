/** The long tier, `npm run test:proof`: spawned programs, kills, PostgreSQL, a browser, the package. */

import { defineConfig } from 'vitest/config';
import './compile-cache.ts';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['test/proof/**/*.test.ts'],
    restoreMocks: true,
    reporters: ['default', `${import.meta.dirname}/skips.ts`],
    // Spawned programs and a browser share two cores with the tests: a slow machine is no failure.
    maxWorkers: 2,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
