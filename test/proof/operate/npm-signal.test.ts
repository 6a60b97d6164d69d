import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createDirectory } from '../../support/directory.ts';
import { UNREACHABLE } from '../../support/program/program.ts';

vi.setConfig({ testTimeout: 60_000 });

it.each(['SIGTERM', 'SIGINT'] as const)('%s to npm stops the bot that npm started', async (signal) => {
  const DATABASE_URL = `sqlite:${join(createDirectory(), 'bot.db')}`;
  // A group of its own, so that a bot that is left over can be ended.
  const npm = spawn('npm', ['start', '--silent'], {
    detached: true,
    env: { ...process.env, ...UNREACHABLE, DATABASE_URL },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let printed = '';
    npm.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await vi.waitFor(() => expect(printed).toContain('database open'), { timeout: 30_000 });
    npm.kill(signal);
    // Emitted once neither npm nor the bot holds its output.
    await once(npm, 'close', { signal: AbortSignal.timeout(30_000) });
    expect(printed).toContain('"msg":"stopping"');
  } finally {
    endGroup(npm.pid);
  }
});

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // No process is left.
  }
}
