/** One lane of `npm run test:mutation`: a project of the fast tier, in one process, over a program of mutants. */

import { relative } from 'node:path';
import { defineConfig, type UserWorkspaceConfig } from 'vitest/config';
import { instrument } from '../test/mutation/instrument.ts';
import { numberMutants, readLane, ROOT } from '../test/mutation/lane.ts';
import fast from './vitest.config.ts';

const lane = readLane();
const mutants = Map.groupBy(numberMutants(lane.targets), ({ file }) => file);
const { projects = [], ...shared } = fast.test ?? {};
const project = (projects as UserWorkspaceConfig[]).find(({ test }) => test?.name === lane.project)?.test;

export default defineConfig({
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      transform(code, id) {
        const own = mutants.get(relative(ROOT, id));
        return own === undefined ? undefined : { code: instrument(code, own), map: null };
      },
    },
  ],
  test: {
    ...shared,
    ...project,
    include: [lane.files[0] ?? lane.tries[0]?.tests[0]?.file ?? ''],
    // Node's own loader would read the program from the disk, without its mutants.
    experimental: { viteModuleRunner: true },
    // What is kept on the disk knows nothing of which files a lane mutates.
    fsModuleCache: false,
    runner: `${ROOT}/test/mutation/runner.ts`,
    reporters: ['dot'],
    silent: true,
    maxWorkers: 1,
    // Of the lapsed clock; a mutant that makes a test wait for ever costs this.
    testTimeout: lane.tries.length > 0 ? 20_000 : 60_000,
    hookTimeout: lane.tries.length > 0 ? 20_000 : 60_000,
  },
});
