import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    // Spawned programs and a browser share two cores with the rest: a slow machine is not a failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
