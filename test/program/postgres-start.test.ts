import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { TestContext } from 'vitest';

import { startPostgres } from '../support/postgres.ts';
import { type Program, runProgram, whenPrinted } from '../support/program.ts';
import { unusedAddress } from '../support/program-slack-refusing.ts';

vi.setConfig({ testTimeout: 120_000 });

const server = await startPostgres();
const directory = mkdtempSync(join(tmpdir(), 'scanprogress-postgres-start-'));
afterAll(async () => {
  await server?.remove();
  rmSync(directory, { recursive: true, force: true });
});

async function start({ onTestFinished }: TestContext, url: string): Promise<Program> {
  const environment = {
    SLACK_BOT_TOKEN: 'xoxb-1-bot',
    SLACK_APP_TOKEN: 'xapp-1-app',
    SLACK_API_URL: `${await unusedAddress()}/api/`,
    PRISMA_CONSOLE_URL: await unusedAddress(),
    PRISMA_USERNAME: 'demo',
    PRISMA_PASSWORD: 'demo',
    DATABASE_URL: url,
    LOG_LEVEL: 'trace',
    PORT: '0',
  };
  const program = runProgram('src/main.ts', { environment, directory });
  onTestFinished(async () => {
    await program.kill();
    expect(program.output()).not.toMatch(/p@ss|p%40ss|SECRET/);
  });
  return program;
}

describe.skipIf(server === null)('a start with PostgreSQL', () => {
  test('waits for a server that is away, and can be stopped meanwhile', async (context) => {
    const url = (await server?.createDatabase()) ?? '';
    await server?.crash();
    const [program, stopped] = [await start(context, url), await start(context, url)];
    for (const one of [program, stopped]) await whenPrinted(one, /not ready.*/);
    expect(stopped.output()).toContain('The PostgreSQL server cannot be reached');
    stopped.signal('SIGTERM');
    expect(await stopped.ended).toBe(0);
    await server?.start();
    await whenPrinted(program, /database open/);
    expect(program.output()).toContain('ready again');
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  test('ends with 2 and says why where no waiting helps', async (context) => {
    const url = (await server?.createDatabase()) ?? '';
    const program = await start(context, url.replace(/:[^:@]*@/, ':SECRET@'));
    expect(await program.ended).toBe(2);
    expect(program.output()).toContain('cannot be used: The PostgreSQL server refuses the user');
  });
});
