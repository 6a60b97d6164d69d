import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';

import { findFreePort } from '../../../src/demo/free-port.ts';
import { createDirectory, type Test } from '../../support/directory.ts';
import { startPostgres } from '../../support/postgres.ts';
import { type Program, runProgram, UNREACHABLE, whenPrinted } from '../../support/program/program.ts';
import { unusedAddress } from '../../support/program/program-slack-refusing.ts';

vi.setConfig({ testTimeout: 120_000 });

const server = await startPostgres();
const directory = createDirectory({ onTestFinished: afterAll });
afterAll(() => server?.remove());

function start({ onTestFinished }: Test, url: string, port = 0): Program {
  const environment = { ...UNREACHABLE, DATABASE_URL: url, LOG_LEVEL: 'trace', PORT: String(port) };
  const program = runProgram('src/main.ts', { environment, directory });
  onTestFinished(async () => {
    await program.kill();
    expect(program.output()).not.toMatch(/p@ss|p%40ss|SECRET/);
  });
  return program;
}

test('a database that is awaited is told soon, by the log, /readyz and the metrics', async (context) => {
  const away = new URL(await unusedAddress());
  const port = await findFreePort(41_700);
  const program = start(context, `postgres://user:SECRET@${away.host}/bot`, port);
  await whenPrinted(program, /not ready.*/);
  expect(program.output()).toContain(`postgres://${away.host}/bot has not answered yet; it is awaited`);
  expect(program.output()).not.toContain('cannot be reached');
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([
    503,
    { parts: { socket: 'not tried yet', token: 'not tried yet', console: 'not tried yet' } },
  ]);
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  for (const part of ['socket', 'token', 'database', 'console', 'poll'])
    expect(metrics).toContain(`scanprogress_ready{part="${part}"} 0`);
  await whenPrinted(program, /cannot be reached/);
});

describe.skipIf(server === null)('a start with PostgreSQL', () => {
  test('waits for a server that is away, and can be stopped meanwhile', async (context) => {
    const url = (await server?.createDatabase()) ?? '';
    await server?.crash();
    const [program, stopped] = [start(context, url), start(context, url)];
    for (const one of [program, stopped]) await whenPrinted(one, /cannot be reached/);
    expect(stopped.output()).toContain('The PostgreSQL server cannot be reached');
    stopped.signal('SIGTERM');
    expect(await stopped.ended).toBe(0);
    await server?.start();
    await whenPrinted(program, /database open/);
    expect(program.output()).toContain('ready again');
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  test.each(['verify-full', 'require'])(
    'ends with 2 where sslmode=%s asks for what the server has not',
    async (mode) => {
      const url = `${(await server?.createDatabase()) ?? ''}?sslmode=${mode}`;
      const program = start({ onTestFinished }, url);
      expect(await program.ended).toBe(2);
      expect(program.output()).toContain('The PostgreSQL server has no TLS, which sslmode of DATABASE_URL');
      expect(program.output()).not.toContain('SECURITY WARNING');
    },
  );

  test('ends with 2 and says why where no waiting helps', async (context) => {
    const url = (await server?.createDatabase()) ?? '';
    const program = start(context, url.replace(/:[^:@]*@/, ':SECRET@'));
    expect(await program.ended).toBe(2);
    expect(program.output()).toContain('cannot be used: The PostgreSQL server refuses the user');
  });
});
