import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/..`,
    include: ['test/**/*.test.ts'],
    restoreMocks: true,
    // Most of the time is spent waiting for processes and sockets: two at once fit on the smallest machine.
    maxWorkers: 2,
    // Spawned programs and a browser share two cores with the rest: a slow machine is not a failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
