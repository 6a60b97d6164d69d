import { readdirSync } from 'node:fs';
import { expect, test as base, type TestContext, vi } from 'vitest';

import { createDirectory } from '../../support/directory.ts';
import { runProgram, whenPrinted } from '../../support/program/program.ts';
import { hasNoLocalSlack } from '../../support/program/program-world.ts';

vi.setConfig({ testTimeout: 240_000 });

const test = base.skipIf(hasNoLocalSlack);

/** The demo, with a directory of its own for whatever it writes. */
function startDemo(test: TestContext, args: readonly string[]) {
  const directory = createDirectory(test);
  const demo = runProgram('src/demo/main.ts', { args, environment: { TMPDIR: directory }, directory });
  test.onTestFinished(async () => {
    // It takes what it started along on SIGTERM, and only then.
    demo.signal('SIGTERM');
    await demo.ended;
  });
  return { demo, directory };
}

test('the played demo ends with a completion, with 0, and leaves nothing', async (context) => {
  const { demo, directory } = startDemo(context, ['--play', '--speed', '10', '--port', '0']);
  expect(await demo.ended).toBe(0);
  const lines = demo.output().trim().split('\n');
  // Ten times as fast, the scan may be over before it is read twice: the message is posted, then it shows the end.
  const live = lines.filter((line) => line.includes('scanprogress: ghcr.io/acme/checkout-api:2.9.1 · '));
  expect(live).toHaveLength(1);
  const last = lines.filter((line) => line.includes('(edited) ghcr.io/acme/checkout-api:2.9.1 · ')).at(-1);
  expect(last).toContain('· completed · tags 1/1 · images 12/12');
  const ends = lines.filter((line) => line.includes('↳ ghcr.io/acme/checkout-api:2.9.1 · completed'));
  expect(ends).toHaveLength(1);
  expect(ends[0]).toMatch(/ · 1 critical · 4 high.* · @alice$/);
  // In order, without the page; the findings come last.
  const timed = lines.filter((line) => /^\d\d:\d\d:\d\d/.test(line));
  expect(timed.at(-1)).toBe(ends[0]);
  expect(demo.output()).not.toContain('http://localhost');
  expect(lines.slice(-3).join(' ')).toMatch(/where you can type yourself\.$/);
  // A log line would be one of a warning or worse.
  expect(lines.filter((line) => line.startsWith('{'))).toEqual([]);
  expect(leftIn(directory)).toEqual([]);
});

test('the demo tells its page and what to type, and ends on SIGTERM', async (context) => {
  const { demo, directory } = startDemo(context, ['--port', '0']);
  await whenPrinted(demo, /Ctrl-C/);
  const [, page] = /(http:\/\/localhost:\d+)/.exec(demo.output()) ?? [];
  expect((await fetch(page!)).status).toBe(200);
  expect(demo.output()).toContain('/scanprogress watch alpine:3.16');
  demo.signal('SIGTERM');
  expect(await demo.ended).toBe(0);
  await expect(fetch(page!)).rejects.toThrow();
  expect(leftIn(directory)).toEqual([]);
});

test('what the demo does not understand is answered with its usage', async (context) => {
  const { demo } = startDemo(context, ['--fast']);
  expect(await demo.ended).toBe(2);
  expect(demo.output()).toMatch(/^Unknown option '--fast'\.\n\nscanprogress demo \[--play\]/);
});

base.for(['--help', '-h'])(
  '%s explains each option of the demo, and starts nothing',
  async (option, context) => {
    const { demo } = startDemo(context, [option]);
    expect(await demo.ended).toBe(0);
    expect(demo.output()).toMatch(/^scanprogress demo \[--play\]/);
    for (const known of ['--play', '--port N', '--speed N'])
      expect(demo.output()).toMatch(new RegExp(`^ +${known} +\\w`, 'm'));
  },
);

/** Node's own cache of compiled code is not the demo's. */
const leftIn = (directory: string) => readdirSync(directory).filter((name) => name !== 'node-compile-cache');
