/** Reporter: lists every skipped test with its reason; in CI a skip that is not expected there fails the run. */

import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** The only files whose tests may skip in CI, with the reason. */
const EXPECTED = new Map([
  ['test/views/kit/limits.test.ts', 'compares with limits that Slack publishes'],
  ['test/slack/web-api/receipt.test.ts', 'compares with errors that Slack publishes'],
  ['test/support/fake-slack/fake-slack-reference.test.ts', 'compares with schemas that Slack publishes'],
  ['test/demo/console/console-schema.test.ts', 'compares with the schema that the Console publishes'],
  ['test/manifest.test.ts', 'compares with the schema that Slack publishes'],
  ['test/doctor/database-check.test.ts', 'root may open every folder'],
  ['test/proof/deploy/systemd.test.ts', 'needs systemd-analyze'],
  ['test/proof/deploy/chart.test.ts', 'compares with Helm where it is installed'],
]);

export default class SkipsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    const all = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => all.filter((one) => one.result().state === state).length;
    process.stdout.write(
      `\nTests: ${count('passed')} passed, ${count('failed')} failed, ${skipped.length} skipped\n`,
    );
    const files = Map.groupBy(skipped, (one) => one.module.relativeModuleId);
    for (const [file, tests] of files) {
      process.stdout.write(`SKIPPED ${String(tests.length)} in ${file}: ${reasonOf(tests)}\n`);
    }
    const unexpected = [...files.keys()].filter((file) => !EXPECTED.has(file));
    if (process.env['CI'] !== 'true' || unexpected.length === 0) return;
    process.stdout.write(`In CI these must run: ${unexpected.join(', ')}. Install what they need.\n`);
    process.exitCode = 1;
  }
}

/** What `context.skip(reason)` says, else the names of the tests. */
function reasonOf(tests: readonly TestCase[]): string {
  const results = tests.map((one) => one.result());
  const notes = new Set(results.flatMap((one) => (one.state === 'skipped' && one.note ? [one.note] : [])));
  return notes.size > 0
    ? [...notes].join('; ')
    : tests
        .map(({ fullName }) => fullName)
        .slice(0, 3)
        .join('; ');
}
