/** One lane of `npm run test:mutation`: a project of the fast tier, in one process, over a program of mutants. */

import { relative } from 'node:path';
import { defineConfig, type UserWorkspaceConfig } from 'vitest/config';
import { instrument } from '../test/mutation/instrument.ts';
import { numberMutants, readJob, ROOT } from '../test/mutation/job.ts';
import fast from './vitest.config.ts';

const job = readJob();
const mutants = Map.groupBy(numberMutants(job.targets), ({ file }) => file);
const { projects = [], ...shared } = fast.test ?? {};
const project = (projects as UserWorkspaceConfig[]).find(({ test }) => test?.name === job.project)?.test;

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
    include: [job.files[0] ?? job.tries[0]?.tests[0]?.file ?? ''],
    // Node's own loader would read the program from the disk, without its mutants.
    experimental: { viteModuleRunner: true },
    // What is kept on the disk knows nothing of which files a lane mutates.
    fsModuleCache: false,
    runner: `${ROOT}/test/mutation/runner.ts`,
    reporters: ['dot'],
    silent: true,
    maxWorkers: 1,
    // Of the lapsed clock; a mutant that makes a test wait for ever costs this.
    testTimeout: job.tries.length > 0 ? 20_000 : 60_000,
    hookTimeout: job.tries.length > 0 ? 20_000 : 60_000,
  },
});
