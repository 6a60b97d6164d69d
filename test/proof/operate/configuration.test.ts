import { createServer } from 'node:net';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, type TestContext, vi } from 'vitest';

import { createDirectory } from '../../support/directory.ts';
import { listenLocally } from '../../support/listen.ts';
import {
  type Environment,
  type Program,
  runProgram,
  UNREACHABLE,
  whenPrinted,
} from '../../support/program/program.ts';
import { startRefusingSlack, unusedAddress } from '../../support/program/program-slack-refusing.ts';

vi.setConfig({ testTimeout: 180_000 });

const directory = createDirectory({ onTestFinished: afterAll });

const SECRETS = { bot: 'xoxb-1-very-secret', app: 'xapp-1-very-secret', password: 'hunter2-very-secret' };
let databases = 0;

const complete = (changes: Environment = {}): Environment => ({
  ...UNREACHABLE,
  SLACK_BOT_TOKEN: SECRETS.bot,
  SLACK_APP_TOKEN: SECRETS.app,
  PRISMA_PASSWORD: SECRETS.password,
  DATABASE_URL: `sqlite:${join(directory, `${(databases += 1)}.db`)}`,
  LOG_LEVEL: 'trace',
  ...changes,
});

function start({ onTestFinished }: TestContext, environment: Environment): Program {
  const program = runProgram('src/main.ts', { environment, directory });
  onTestFinished(program.kill);
  return program;
}

/** The variables that it names before it ends. */
async function namedBy(program: Program): Promise<readonly string[]> {
  expect(await program.ended).toBe(2);
  return Array.from(program.output().matchAll(/^ {2}- (\w+)/gm), ([, name = '']) => name);
}

function expectNoSecret(program: Program): void {
  for (const secret of Object.values(SECRETS)) expect(program.output()).not.toContain(secret);
}

test.concurrent('without any variable it ends with 2 and names all that are needed', async (context) => {
  const needed = ['SLACK_BOT_TOKEN', 'PRISMA_CONSOLE_URL', 'PRISMA_USERNAME', 'PRISMA_PASSWORD'];
  expect(await namedBy(start(context, {}))).toEqual([...needed, 'SLACK_APP_TOKEN']);
});

test.concurrent('with several wrong ones it names each in one list, and no value', async (context) => {
  const program = start(
    context,
    complete({ SLACK_BOT_TOKEN: SECRETS.app, POLL_CRON: 'often', WATCH_TTL: 'long', PORT: '70000' }),
  );
  expect(await namedBy(program)).toEqual(['SLACK_BOT_TOKEN', 'POLL_CRON', 'WATCH_TTL', 'PORT']);
  expectNoSecret(program);
});

test.concurrent('a secret may come from a file, and one that cannot be read is named', async (context) => {
  const file = join(directory, 'password');
  writeFileSync(file, `${SECRETS.password}\n`);
  const changes = { PRISMA_PASSWORD: undefined, WATCH_TTL: 'long' };
  const [good, bad] = [file, join(directory, 'nowhere')].map((PRISMA_PASSWORD_FILE) =>
    start(context, complete({ ...changes, PRISMA_PASSWORD_FILE })),
  );
  expect(await namedBy(good!)).toEqual(['WATCH_TTL']);
  expect(await namedBy(bad!)).toEqual(['PRISMA_PASSWORD_FILE', 'WATCH_TTL']);
});

test.concurrent('a database that cannot be opened ends it with 2, naming DATABASE_URL', async (context) => {
  const program = start(context, complete({ DATABASE_URL: `sqlite:${directory}/nowhere/deep.db` }));
  expect(await program.ended).toBe(2);
  expect(program.output()).toMatch(/DATABASE_URL: \S+ cannot be used: .*directory does not exist/);
});

test.concurrent('a port that is taken ends it with 2, naming PORT and what to do', async (context) => {
  const port = await listenLocally(createServer(), context);
  const program = start(context, complete({ PORT: String(port) }));
  expect(await program.ended).toBe(2);
  expect(program.output()).toMatch(/PORT: cannot listen on .*EADDRINUSE.*choose another PORT/);
  expectNoSecret(program);
});

test.concurrent.for([
  { variable: 'SLACK_BOT_TOKEN', method: 'auth.test', error: 'invalid_auth' },
  { variable: 'SLACK_BOT_TOKEN', method: 'auth.test', error: 'account_inactive' },
  { variable: 'SLACK_APP_TOKEN', method: 'apps.connections.open', error: 'invalid_auth' },
  { variable: 'SLACK_APP_TOKEN', method: 'apps.connections.open', error: 'missing_scope' },
])('$error to $method ends it with 2, naming $variable', async ({ variable, method, error }, context) => {
  const slack = await startRefusingSlack({ [method]: error });
  context.onTestFinished(slack.close);
  const program = start(context, complete({ SLACK_API_URL: slack.apiUrl }));
  expect(await program.ended).toBe(2);
  expect(program.output()).toContain(`${variable}: Slack answered ${error}`);
  expectNoSecret(program);
});

test.concurrent(
  'while Slack is out of reach it keeps trying, and SIGTERM ends it with 0',
  async (context) => {
    const program = start(context, complete({ SLACK_API_URL: `${await unusedAddress()}/api/` }));
    await whenPrinted(program, /(no connection to Slack yet; trying again.*){2}/s);
    expect(program.isRunning()).toBe(true);
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    expectNoSecret(program);
  },
);

test.concurrent('a database that everybody may read is told of at the start', async (context) => {
  const file = join(directory, 'open.db');
  writeFileSync(file, '');
  chmodSync(file, 0o644);
  const program = start(context, complete({ DATABASE_URL: `sqlite:${file}` }));
  await whenPrinted(program, /"level":"warn".*every user of this machine may read the database/);
  const unread = start(context, complete());
  await whenPrinted(unread, /database open/);
  expect(unread.output()).not.toContain('every user');
});
