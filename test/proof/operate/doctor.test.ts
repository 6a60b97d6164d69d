import { readdirSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { expect, test, type TestContext, vi } from 'vitest';

import { readManifestScopes } from '../../../src/doctor/slack-checks.ts';
import { startFakeSlack } from '../../support/fake-slack/fake-slack.ts';
import { listenLocally } from '../../support/listen.ts';
import { type Environment, runToEnd } from '../../support/program/program.ts';
import { unusedAddress } from '../../support/program/program-slack-refusing.ts';
import { surround } from '../../support/surroundings.ts';

vi.setConfig({ testTimeout: 180_000 });

const PASSWORD = 'correct-horse-battery-staple';

async function openWorld(test: TestContext) {
  const { slack, directory, environment } = await surround(test, {
    startSlack: () => startFakeSlack({ scopes: readManifestScopes() }),
    stopSlack: (slack) => slack.close(),
    console: { users: [{ username: 'demo', password: PASSWORD, mayWrite: false }] },
  });
  const given = { ...environment, DATABASE_URL: undefined, PRISMA_PASSWORD: PASSWORD };
  const run = (changes: Environment = {}) =>
    runToEnd('src/cli/doctor.ts', { environment: { ...given, ...changes }, directory });
  return { slack, directory, run };
}

/** The mark of each line, by its name. */
function marks(output: string): Record<string, string> {
  const lines = output.split('\n').filter((line) => /^[✔!✖?] /.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(2, 22).trim(), line.slice(0, 1)]));
}

test('where all is well it prints a line each, without colours, makes nothing, and exits 0', async (context) => {
  const { directory, run } = await openWorld(context);
  const { code, output } = await run();
  expect(code).toBe(0);
  expect(Object.keys(marks(output))).toHaveLength(18);
  expect(output).not.toContain('\u001b');
  expect(output).toMatch(/, 0 wrong, 0 not checked\.$/m);
  expect(readdirSync(directory)).toEqual([]);
});

test('with no variable at all it says what is missing, and exits 1', async (context) => {
  const { directory } = await openWorld(context);
  const { code, output } = await runToEnd('src/cli/doctor.ts', { environment: {}, directory });
  expect(code).toBe(1);
  expect(output).toMatch(/✖ Variables +SLACK_BOT_TOKEN is missing/);
  expect(marks(output)).toMatchObject({ Progress: '?', Database: '✔' });
});

test('whatever is broken, it tells the rest, prints no secret, and exits 1', async (context) => {
  const { slack, run } = await openWorld(context);
  slack.killToken('bot', 'invalid_auth');
  const broken: readonly (readonly [Environment, Record<string, string>])[] = [
    [{ SLACK_BOT_TOKEN: undefined }, { 'Bot token': '?', 'Socket Mode': '✔', Progress: '✔', Database: '✔' }],
    [{ PRISMA_CONSOLE_URL: await unusedAddress() }, { 'Bot token': '✖', 'Socket Mode': '✔', Console: '✖' }],
    [{ PRISMA_PASSWORD: 'wrong-horse-battery-staple' }, { 'Sign-in': '✖', Progress: '?' }],
    [{ DATABASE_URL: 'sqlite:nowhere/bot.db' }, { Database: '✖', Progress: '✔' }],
    [{ SLACK_SIGNING_SECRET: 'xoxb-in-the-wrong-place' }, { Variables: '✖', Database: '✔' }],
  ];
  for (const [changes, expected] of broken) {
    const { code, output } = await run(changes);
    expect(code).toBe(1);
    expect(marks(output)).toMatchObject(expected);
    const secrets = [slack.botToken, slack.appToken, PASSWORD, 'wrong-horse', 'in-the-wrong-place'];
    for (const secret of secrets) expect(output).not.toContain(secret);
  }
});

test('where both servers never answer it ends all the same', async (context) => {
  const { run } = await openWorld(context);
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket));
  const port = await listenLocally(silent, context);
  context.onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  const startedAt = Date.now();
  const url = `http://127.0.0.1:${port}`;
  const { code, output } = await run({ SLACK_API_URL: `${url}/api/`, PRISMA_CONSOLE_URL: url });
  expect(code).toBe(1);
  expect(marks(output)).toMatchObject({ 'Bot token': '✖', 'Socket Mode': '?', Console: '✖', Database: '✔' });
  expect(Date.now() - startedAt).toBeLessThan(60_000);
});
