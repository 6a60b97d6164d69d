/** The program as it is spawned, in real time: enough to see that it starts at all. test/proof/program has the rest. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { createSimulatedConsole } from '../../src/demo/simulated-console.ts';
import { startFakeSlack } from '../support/fake-slack.ts';
import { type Environment, type Program, runProgram, waitFor, whenPrinted } from '../support/program.ts';

const OLD_NODE = `data:text/javascript,Object.defineProperty(process,'version',{value:'v20.20.2'})`;
const ALPINE = { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' };

async function start(
  { onTestFinished }: TestContext,
  script: string,
  environment: Environment = {},
): Promise<Program> {
  const directory = await mkdtemp(join(tmpdir(), 'scanprogress-smoke-'));
  const program = runProgram(script, { environment, directory });
  onTestFinished(async () => {
    await program.kill();
    await rm(directory, { recursive: true });
  });
  return program;
}

test.concurrent('without configuration it names what is missing and ends with 2', async (context) => {
  const program = await start(context, 'src/main.ts');
  expect(await program.ended).toBe(2);
  expect(program.output().match(/^ {2}- \w+/gm)).toEqual([
    '  - SLACK_BOT_TOKEN',
    '  - PRISMA_CONSOLE_URL',
    '  - PRISMA_USERNAME',
    '  - PRISMA_PASSWORD',
    '  - SLACK_APP_TOKEN',
  ]);
});

test.concurrent('on a Node that is too old it says which one it needs', async (context) => {
  const program = await start(context, 'src/cli.ts', { NODE_OPTIONS: `--import=${OLD_NODE}` });
  expect(await program.ended).not.toBe(0);
  expect(program.output()).toContain('scanprogress needs Node 22.19 or newer; this is v20.20.2.');
});

test.concurrent('it starts, watches a scan to its end, and stops on SIGTERM', async (context) => {
  const slack = await startFakeSlack();
  const console = await createSimulatedConsole({ now: Date.now });
  context.onTestFinished(() => slack.close());
  context.onTestFinished(console.close);
  const program = await start(context, 'src/main.ts', {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    PRISMA_CONSOLE_URL: console.url,
    PRISMA_USERNAME: 'demo',
    PRISMA_PASSWORD: 'demo',
    DATABASE_URL: 'sqlite:smoke.db',
    POLL_CRON: '* * * * * *',
    PORT: '0',
  });
  await whenPrinted(program, /connected to Slack/);
  console.startImageScan(ALPINE, { repositories: 1, images: 12, durationMs: 1_000 });
  await slack.command({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'watch alpine:3.16' }).ack;
  const texts = await waitFor({
    what: 'the completion',
    look: () => {
      const messages = slack.messages('C0GENERAL');
      return messages.length > 1 && messages.map(({ text }) => text);
    },
    programs: [program],
  });
  expect(texts[1]).toMatch(/^alpine:3\.16 · completed · tags 1\/1 · images 12\/12.* · <@U0ALICE>$/);
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
});
