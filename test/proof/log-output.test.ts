import { spawnSync } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLog, createOutput } from '../../src/log.ts';
import { createDirectory } from '../support/directory.ts';

const FULL = '/dev/full';
const isFullMissing = !existsSync(FULL);
if (isFullMissing)
  process.stderr.write(`SKIPPED: this machine has no ${FULL}, which stands for a full disk\n`);

describe.skipIf(isFullMissing)('a log that cannot be written', () => {
  it('ends no process', () => {
    const program = `
      import { createLog } from ${JSON.stringify(new URL('../../src/log.ts', import.meta.url).href)};
      const log = createLog({ level: 'info', isTerminal: false });
      for (let line = 0; line < 20; line += 1) log.error('lost');
      log.fatal('lost as well');
      setTimeout(() => process.stderr.write('it lives'), 10);
    `;
    const stdout = openSync(FULL, 'w');
    const args = ['--input-type=module', '--eval', program];
    const ended = spawnSync(process.execPath, args, {
      stdio: ['ignore', stdout, 'pipe'],
      encoding: 'utf8',
      timeout: 20_000,
    });
    closeSync(stdout);
    expect(ended).toMatchObject({ status: 0, stderr: 'it lives' });
  });

  it('goes on once there is room, also with what waited', () => {
    const file = join(createDirectory(), 'bot.log');
    const destination = createOutput(FULL);
    const log = createLog({ level: 'info', isTerminal: false, destination });
    const messages = ['while it is full', 'still', 'there is room'];
    for (const message of messages.slice(0, 2)) log.info(message);
    destination.reopen(file);
    log.info(messages[2]!);
    const said = readFileSync(file, 'utf8').trim().split('\n');
    expect(said.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(messages);
  });

  it('keeps no more than a few thousand lines', () => {
    const destination = createOutput(FULL);
    let dropped = 0;
    destination.on('drop', () => (dropped += 1));
    const log = createLog({ level: 'info', isTerminal: false, destination });
    for (let line = 0; line < 3_000; line += 1) log.info('x'.repeat(1_000));
    expect(dropped).toBeGreaterThan(1_900);
  });
});
