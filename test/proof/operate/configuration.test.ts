import { createServer } from 'node:net';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { TestContext } from 'vitest';

import { createDirectory } from '../../support/directory.ts';
import { listenLocally } from '../../support/listen.ts';
import { runProgram, whenPrinted } from '../../support/program/program.ts';
import type { Environment, Program } from '../../support/program/program.ts';
import { startRefusingSlack, unusedAddress } from '../../support/program/program-slack-refusing.ts';

vi.setConfig({ testTimeout: 180_000 });

const directory = createDirectory({ onTestFinished: afterAll });

const SECRETS = { bot: 'xoxb-1-very-secret', app: 'xapp-1-very-secret', password: 'hunter2-very-secret' };
let databases = 0;

/** Everything that a start needs; the Console's address is unused. */
const complete = (changes: Environment = {}): Environment => ({
  SLACK_BOT_TOKEN: SECRETS.bot,
  SLACK_APP_TOKEN: SECRETS.app,
  SLACK_API_URL: 'http://127.0.0.1:1/api/',
  PRISMA_CONSOLE_URL: 'http://127.0.0.1:1',
  PRISMA_USERNAME: 'demo',
  PRISMA_PASSWORD: SECRETS.password,
  DATABASE_URL: `sqlite:${join(directory, `${(databases += 1)}.db`)}`,
  LOG_LEVEL: 'trace',
  PORT: '0',
  ...changes,
});

function start({ onTestFinished }: TestContext, environment: Environment): Program {
  const program = runProgram('src/main.ts', { environment, directory });
  onTestFinished(program.kill);
  return program;
}

function expectNoSecret(program: Program): void {
  for (const secret of Object.values(SECRETS)) expect(program.output()).not.toContain(secret);
}

test.concurrent('without any variable it ends with 2 and names all that are needed', async (context) => {
  const program = start(context, {});
  expect(await program.ended).toBe(2);
  const faults = program.output().match(/^ {2}- \w+/gm);
  expect(faults).toEqual([
    '  - SLACK_BOT_TOKEN',
    '  - PRISMA_CONSOLE_URL',
    '  - PRISMA_USERNAME',
    '  - PRISMA_PASSWORD',
    '  - SLACK_APP_TOKEN',
  ]);
});

test.concurrent('with several wrong ones it names each in one list, and no value', async (context) => {
  const program = start(
    context,
    complete({ SLACK_BOT_TOKEN: SECRETS.app, POLL_CRON: 'often', WATCH_TTL: 'long', PORT: '70000' }),
  );
  expect(await program.ended).toBe(2);
  const faults = program.output().match(/^ {2}- \w+/gm);
  expect(faults).toEqual(['  - SLACK_BOT_TOKEN', '  - POLL_CRON', '  - WATCH_TTL', '  - PORT']);
  expectNoSecret(program);
});

test.concurrent('a secret may come from a file, and one that cannot be read is named', async (context) => {
  const file = join(directory, 'password');
  writeFileSync(file, `${SECRETS.password}\n`);
  const given = { PRISMA_PASSWORD: undefined, PRISMA_PASSWORD_FILE: file };
  const missing = { PRISMA_PASSWORD: undefined, PRISMA_PASSWORD_FILE: join(directory, 'nowhere') };
  const [good, bad] = [given, missing].map((changes) =>
    start(context, complete({ ...changes, WATCH_TTL: 'long' })),
  );
  expect([await good!.ended, await bad!.ended]).toEqual([2, 2]);
  expect(good!.output().match(/^ {2}- \w+/gm)).toEqual(['  - WATCH_TTL']);
  expect(bad!.output().match(/^ {2}- \w+/gm)).toEqual(['  - PRISMA_PASSWORD_FILE', '  - WATCH_TTL']);
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
