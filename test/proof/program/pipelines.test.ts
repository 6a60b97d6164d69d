import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test as base, type TestContext, vi } from 'vitest';

import { findFreePort } from '../../../src/demo/free-port.ts';
import { type Environment, type Program, runProgram, whenPrinted } from '../../support/program/program.ts';
import { repliesIn } from '../../support/program/program-conversation.ts';
import { openFakeWorld } from '../../support/program/program-world.ts';
import { ALPINE } from '../../support/surroundings.ts';

vi.setConfig({ testTimeout: 240_000 });

const test = base.concurrent;

const TOKEN = 'a-token-of-a-pipeline';
const SCAN = {
  repositories: 1,
  images: 12,
  durationMs: 1_000_000,
  findings: { critical: 0, high: 4, medium: 1, low: 0 },
};

async function openWorld(test: TestContext, firstPort: number) {
  const world = await openFakeWorld(test);
  const file = join(world.directory, 'api-token');
  writeFileSync(file, `${TOKEN}\n`);
  const port = await findFreePort(firstPort);
  const bot: Environment = { PORT: String(port), API_TOKEN_FILE: file, LOG_LEVEL: 'trace' };
  const run = (args: readonly string[], changes: Environment = {}): Program => {
    const environment = { SCANPROGRESS_URL: `http://127.0.0.1:${port}`, API_TOKEN_FILE: file, ...changes };
    const program = runProgram('src/cli/cli.ts', { args, environment, directory: world.directory });
    test.onTestFinished(program.kill);
    return program;
  };
  return { ...world, bot, run };
}

const VERDICT = 'alpine:3.16 · completed · tags 1/1 · images 12/12 · 0 critical · 4 high';

test('pipelines that began before the bot, and waited through two kills, get the verdict that the channel gets', async (context) => {
  const world = await openWorld(context, 22_700);
  const waits = {
    any: world.run(['wait', 'alpine:3.16']),
    critical: world.run(['wait', 'alpine:3.16', '--fail-on', 'critical']),
    high: world.run(['wait', 'alpine:3.16', '--fail-on=high', '--timeout', '1h']),
    other: world.run(['wait', 'nobody/scans:this', '--timeout', '20s']),
  };
  await whenPrinted(waits.any, /the bot is not there \(.*ECONNREFUSED.*\); it is asked again/);
  world.console.startImageScan(ALPINE, SCAN);
  world.forward(500_000);
  const first = await world.start(world.bot);
  await world.slack.command({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'watch alpine:3.16' }).ack;
  // What ends before somebody waits is not waited for.
  for (const wait of [waits.any, waits.critical, waits.high])
    await whenPrinted(wait, /alpine:3\.16 · scanning/);
  await first.kill();
  const second = await world.start(world.bot);
  second.signal('SIGTERM');
  expect(await second.ended).toBe(0);
  world.forward(600_000);
  await world.start(world.bot);
  const codes = await Promise.all(Object.values(waits).map(({ ended }) => ended));
  expect(codes).toEqual([0, 0, 1, 2]);
  for (const { output } of [waits.any, waits.critical, waits.high])
    expect(output()).toContain(`\n${VERDICT}\n`);
  expect(waits.high.output()).toMatch(/found 0 critical and 4 high, and --fail-on is high\n$/);
  expect(waits.other.output()).toMatch(/the scan did not end within 20s: /);
  const completions = await world.until('the completion', () => {
    const found = repliesIn(world.slack);
    return found.length > 0 && found;
  });
  expect(completions.map(({ text }) => text)).toEqual([`${VERDICT} · <@U0ALICE>`]);
  for (const { output } of [...world.programs, ...Object.values(waits)])
    expect(output()).not.toContain(TOKEN);
});

test('a status is printed for people and for programs, and bad input is told', async (context) => {
  const world = await openWorld(context, 22_740);
  world.console.startImageScan(ALPINE, SCAN);
  world.forward(600_000);
  await world.start(world.bot);
  const outcome = async (args: readonly string[], changes?: Environment) => {
    const program = world.run(args, changes);
    return { code: await program.ended, text: program.output() };
  };
  expect(await outcome(['status', 'alpine:3.16'])).toEqual({
    code: 0,
    text: expect.stringMatching(/^alpine:3\.16 · scanning · tags 1\/1 · images \d+\/12\n$/),
  });
  const json = await outcome(['status', 'alpine:3.16', '--json']);
  expect(JSON.parse(json.text)).toMatchObject({ state: 'scanning', images: { total: 12 } });

  const AWAY = { SCANPROGRESS_URL: 'http://127.0.0.1:1' };
  const wrong = { API_TOKEN: 'another-token-altogether', API_TOKEN_FILE: '' };
  const faults: [string, RegExp, Environment?][] = [
    ['wait alpine:3.16', /The bot refuses the token: API_TOKEN must be the one/, wrong],
    ['status alpine:3.16', /The bot refuses the token/, wrong],
    ['wait alpine:3.16', /API_TOKEN is missing/, { API_TOKEN_FILE: '' }],
    ['wait alpine:3.16', /SCANPROGRESS_URL is missing.*http:\/\/scanprogress:3000/, { SCANPROGRESS_URL: '' }],
    ['status alpine:3.16', /not there \(.*ECONNREFUSED.*\)\. Check SCANPROGRESS_URL/, AWAY],
    ['wait alpine:3.16 --timeout 1s', /the bot never answered\. Check SCANPROGRESS_URL/, AWAY],
    ['wait', /Name one image, such as alpine:3\.16\.\n\nscanprogress wait IMAGE/],
    ['wait Alpine:3.16', /Did you mean "alpine:3\.16"\?\n$/],
    ['wait alpine:3.16 nginx:1', /One image at a time/],
    ['wait alpine:3.16 --timeout soon', /--timeout must be a time with its unit, 24h at most/],
    ['wait alpine:3.16 --timeout 25h', /--timeout must be a time with its unit, 24h at most/],
    ['wait alpine:3.16 --timeout', /--timeout/],
    ['wait alpine:3.16 --fail-on low', /--fail-on must be critical or high, such as --fail-on high\./],
    ['wait alpine:3.16 --fast', /--fast/],
    ['status registry', /stands for the registry scan/],
  ];
  for (const [words, text, changes] of faults) {
    const { code, text: printed } = await outcome(words.split(' '), changes);
    expect([words, code, printed]).toEqual([words, 2, expect.stringMatching(text)]);
  }
  for (const command of ['wait', 'status'])
    expect(await outcome([command, '--help'])).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^scanprogress/),
    });
});
