/** The scripts of docs/pipelines.md, run as the shell of a runner gets them. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type TestContext, vi } from 'vitest';
import { parse } from 'yaml';

import { findFreePort } from '../../../src/demo/free-port.ts';
import { openFakeWorld } from '../../support/program/program-world.ts';
import { captures, readText, ROOT } from '../../support/project.ts';
import { ALPINE } from '../../support/surroundings.ts';

vi.setConfig({ testTimeout: 240_000 });

const TOKEN = 'a-token-of-a-pipeline';

interface Actions {
  readonly jobs: { readonly scan: { readonly steps: readonly { readonly run?: string }[] } };
}

interface Gitlab {
  readonly scan: { readonly script: readonly string[] };
}

const blocks = (language: string): readonly string[] =>
  captures(readText('docs/pipelines.md'), new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'));
const [actions = '', gitlab = ''] = blocks('yaml');
const [withStart = '', withCurl = ''] = blocks('sh');
const strict = (lines: string) => `set -eo pipefail\n${lines}`;

const RECIPES = [
  {
    name: 'of GitHub Actions',
    script: strict((parse(actions) as Actions).jobs.scan.steps.at(-1)?.run ?? ''),
  },
  { name: 'of GitLab CI', script: strict((parse(gitlab) as Gitlab).scan.script.join('\n')) },
  { name: 'of Jenkins', script: /^ *sh '(.*)'$/m.exec(blocks('groovy')[0] ?? '')?.[1] ?? '' },
  { name: 'with curl alone', script: withCurl },
];

/** A bot with the API, and a shell that has the command and the variables of a pipeline. */
async function openRunner(context: TestContext, script: string) {
  const world = await openFakeWorld(context);
  const number = RECIPES.findIndex((recipe) => recipe.script === script);
  const port = String(await findFreePort(22_820 + 20 * number));
  const bin = join(world.directory, 'bin');
  mkdirSync(bin);
  const command = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'src/cli/cli.ts')}' "$@"\n`;
  writeFileSync(join(bin, 'scanprogress'), command, { mode: 0o755 });
  const env = {
    ...{ PATH: `${bin}:${process.env['PATH'] ?? ''}`, IMAGE: 'alpine:3.16' },
    ...{ SCANPROGRESS_URL: `http://127.0.0.1:${port}`, API_TOKEN: TOKEN },
    ...{ PRISMA_CONSOLE_URL: world.console.url, PRISMA_USERNAME: 'demo', PRISMA_PASSWORD: 'demo' },
  };
  const bot = await world.start({ PORT: port, API_TOKEN: TOKEN });
  return {
    ...world,
    run: () => runShell(script, { cwd: world.directory, env }),
    whenWaiting: (count: number) =>
      world.until('a pipeline that waits', () => bot.output().match(/pipeline waits/g)?.length === count),
  };
}

async function runShell(script: string, surroundings: { cwd: string; env: NodeJS.ProcessEnv }) {
  const shell = spawn('bash', ['--norc', '-c', script], surroundings);
  let printed = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (part) => (printed += String(part)));
  const [code] = (await once(shell, 'close')) as [number | null];
  return { code, printed };
}

test.concurrent.for(RECIPES)('the recipe $name exits by what was found', async ({ script }, context) => {
  const world = await openRunner(context, script);
  for (const critical of [0, 1]) {
    const running = world.run();
    await world.whenWaiting(critical + 1);
    const findings = { critical, high: 0, medium: 0, low: 0 };
    world.console.startImageScan(ALPINE, { repositories: 1, images: 12, durationMs: 3_000, findings });
    const { code, printed } = await running;
    expect([code, printed]).toEqual([critical, expect.stringContaining(`${critical} critical · 0 high`)]);
  }
});

test.concurrent('the recipe that starts the scan waits for its end', async (context) => {
  const world = await openRunner(context, withStart);
  // A minute in real time: a clock of the Console that jumps would make what it found seem older than its scan.
  const { code, printed } = await world.run();
  expect([code, printed]).toEqual([0, expect.stringContaining('· 0 critical · 2 high')]);
});
