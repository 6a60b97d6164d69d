/** The command line with words that mean nothing: each error says what to do, and nothing starts. */

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { createDirectory } from '../../support/directory.ts';
import { runToEnd, UNREACHABLE } from '../../support/program/program.ts';

vi.setConfig({ testTimeout: 60_000 });

const BOT = { SCANPROGRESS_URL: 'http://127.0.0.1:1', API_TOKEN: 'a-token-of-a-pipeline' };

test.concurrent.for([
  ['nonsense', /^scanprogress: unknown command "nonsense"\.\n"scanprogress help" lists all of them\.$/m],
  ['Doctr', /Did you mean "doctor"\?/],
  ['--port 3', /unknown command "--port"/],
  ['--verison', /unknown command "--verison"\. Did you mean "version"/],
  ['start now', /^scanprogress start takes no arguments\.$/m],
  ['help nonsense', /unknown command "nonsense"/],
  ['doctor all', /^Unexpected argument 'all'\./],
  ['doctor --record', /^--record needs a value, which does not begin with a dash\.$/m],
  ['doctor --samples --record x', /^--samples and --record: choose one\.$/m],
  ['backup', /^FILE is missing: where the copy goes\.$/m],
  ['backup a b', /^One FILE is enough\.$/m],
  ['forget bob', /^"bob" is no ID of Slack's/],
  ['wait alpine --timeout -3', /^scanprogress wait: --timeout needs a value, which does not begin with/],
  ['wait alpine --timeout 3', /--timeout must be a time with its unit, 24h at most, such as 30m or 90s\.$/m],
  ['wait alpine --fail-on medium', /--fail-on must be critical or high/],
  ['wait alpine debian', /One image at a time/],
  ['status', /^scanprogress status: Name one image, such as alpine:3\.16\.$/m],
  ['status UPPER/case', /has capital letters/],
  ['demo --speed fast', /^--speed takes a number above 0, up to 1000\.$/m],
  ['demo --port 99999', /^--port takes a number from 0 to 65535\.$/m],
  ['setup --env a --kubernetes b', /^--env and --kubernetes: choose one\.$/m],
] as const)('"%s" says what is wrong and ends with 2', async ([words, said], context) => {
  const directory = createDirectory(context);
  const args = words.split(' ');
  const { code, output } = await runToEnd('src/cli/cli.ts', { args, environment: BOT, directory });
  expect(code).toBe(2);
  expect(output).toMatch(said);
  expect(output).not.toMatch(/^ +at /m);
  expect(globSync('*', { cwd: directory })).toEqual([]);
});

const withUsage = COMMANDS.filter((name) => !['start', 'version', 'help'].includes(name));

test.concurrent.for(withUsage)(
  '"help %s" prints what "%s --help" does, 80 columns wide',
  async (name, context) => {
    const run = async (...args: string[]): Promise<string> => {
      const directory = createDirectory(context);
      const { code, output } = await runToEnd('src/cli/cli.ts', { args, environment: {}, directory });
      expect(code).toBe(0);
      return output;
    };
    const usage = await run('help', name);
    expect(usage).toBe(await run(name, '--help'));
    expect(usage).toContain(`scanprogress ${name}`);
    expect(Math.max(...usage.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  },
);

test('a reader who reads one line ends a command without a word', () => {
  const command = `{ "${process.execPath}" src/cli/cli.ts doctor; echo "ended with $?" >&2; } | head -n 1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    // All services refuse connections, so that its lines come one after the other.
    env: { PATH: process.env['PATH'], ...UNREACHABLE },
  });
  expect(stdout).toMatch(/^.*Variables .*\n$/);
  expect(stderr).toBe('ended with 1\n');
});
