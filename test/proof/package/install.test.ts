/** `npm ci` of a checkout where nothing can be compiled. Without a registry the tests skip and say so. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createDirectory } from '../../support/directory.ts';
import { ROOT } from '../../support/project.ts';
import { npmAlone } from './npm.ts';

vi.setConfig({ testTimeout: 300_000 });

const run = promisify(execFile);
const directory = createDirectory({ onTestFinished: afterAll });

const NPM_VERSIONS = ['10', '11'];

/** The npm of a version, or null where no registry gives it. */
async function fetchNpm(version: string): Promise<string | null> {
  const prefix = join(directory, `npm-${version}`);
  const words = ['install', '--no-save', '--prefix', prefix, '--fetch-retries=0', `npm@${version}`];
  const installed = await run('npm', words).catch(() => null);
  return installed === null ? null : join(prefix, 'node_modules/npm/bin/npm-cli.js');
}

const clients = await Promise.all(
  NPM_VERSIONS.map(async (version) => ({ version, cli: await fetchNpm(version) })),
);
if (clients.some(({ cli }) => cli === null))
  console.warn('SKIPPED: no package registry answers, so nothing was installed.');

describe.each(clients)('npm $version alone', ({ version, cli }) => {
  test.skipIf(cli === null)('installs a checkout without a word of warning, and SQLite works', async () => {
    const checkout = join(directory, `checkout-${version}`);
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      await cp(join(ROOT, file), join(checkout, file));
    const words = ['ci', '--omit=dev', '--prefer-offline'];
    const printed = await npmAlone(words, { cwd: checkout, cli: cli ?? '' });
    // Settings of the person's own, which the next npm calls unknown, are none of ours.
    expect(printed.replaceAll(/^npm warn Unknown (?:user|global|env) config.*$/gm, '').trim()).toMatch(
      /^added \d+ packages in \S+$/,
    );
    expect(existsSync(join(checkout, 'node_modules/better-sqlite3/build'))).toBe(false);
    // What only the demo and development need would be three times as much: a Slack of its own, and Node.
    const { stdout } = await run('du', ['-sm', 'node_modules'], { cwd: checkout });
    expect(Number.parseInt(stdout, 10)).toBeLessThanOrEqual(80);
    const program =
      "const D = require('better-sqlite3'); console.log(new D(':memory:').prepare('select 6 * 7').pluck().get())";
    expect((await run(process.execPath, ['--eval', program], { cwd: checkout })).stdout).toBe('42\n');
  });
});
