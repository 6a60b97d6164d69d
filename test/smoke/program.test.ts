/** The program as it is spawned, in real time: enough to see that it starts at all. test/proof/program has the rest. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '../support/directory.ts';
import { runToEnd } from '../support/program/program.ts';
import { openFakeWorld } from '../support/program/program-world.ts';
import { ALPINE } from '../support/surroundings.ts';

const OLD_NODE = `data:text/javascript,Object.defineProperty(process,'version',{value:'v20.20.2'})`;

/** The variables that are said to be missing. */
const named = (output: string) => output.match(/(?<=^ {2}- )\w+/gm);

test.concurrent('without configuration it names what is missing and ends with 2', async (context) => {
  const run = { environment: {}, directory: createDirectory(context) };
  const { code, output } = await runToEnd('src/main.ts', run);
  const needed = ['SLACK_BOT_TOKEN', 'PRISMA_CONSOLE_URL', 'PRISMA_USERNAME', 'PRISMA_PASSWORD'];
  expect([code, named(output)]).toEqual([2, [...needed, 'SLACK_APP_TOKEN']]);
});

test.concurrent('it reads the .env of its folder, and the environment wins', async (context) => {
  const directory = createDirectory(context);
  writeFileSync(join(directory, '.env'), 'SLACK_BOT_TOKEN=from-file\nPRISMA_USERNAME=bot\n');
  const environment = { SLACK_BOT_TOKEN: 'xoxb-1-a' };
  const { code, output } = await runToEnd('src/cli/cli.ts', { environment, directory });
  expect([code, named(output)]).toEqual([2, ['PRISMA_CONSOLE_URL', 'PRISMA_PASSWORD', 'SLACK_APP_TOKEN']]);
});

test.concurrent('on a Node that is too old it says which one it needs', async (context) => {
  const environment = { NODE_OPTIONS: `--import=${OLD_NODE}` };
  const run = { environment, directory: createDirectory(context) };
  const { code, output } = await runToEnd('src/cli/cli.ts', run);
  expect(code).not.toBe(0);
  expect(output).toContain('scanprogress needs Node 22.19 or newer; this is v20.20.2.');
});

test.concurrent('it starts, watches a scan to its end, and stops on SIGTERM', async (context) => {
  const { slack, console, start, until } = await openFakeWorld(context);
  const program = await start();
  console.startImageScan(ALPINE, { repositories: 1, images: 12, durationMs: 1_000 });
  await slack.command({ channel: 'C0GENERAL', user: 'U0ALICE', text: 'watch alpine:3.16' }).ack;
  const texts = await until('the completion', () => {
    const messages = slack.messages('C0GENERAL');
    return messages.length > 1 && messages.map(({ text }) => text);
  });
  expect(texts[1]).toMatch(/^alpine:3\.16 · completed · tags 1\/1 · images 12\/12.* · <@U0ALICE>$/);
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
});
