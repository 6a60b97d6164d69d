import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { BrokenOffError, openTerminal } from '../../../src/cli/setup/terminal.ts';

function open() {
  const input = new PassThrough();
  const output = new PassThrough();
  let screen = '';
  output.on('data', (chunk: Buffer) => (screen += chunk.toString()));
  return { input, terminal: openTerminal(input, output), screen: () => screen };
}

it('shows what is typed, and of a secret nothing', async () => {
  const { input, terminal, screen } = open();
  const name = terminal.prompt('Name?');
  input.write('bot\r');
  expect(await name).toBe('bot');
  const secret = terminal.prompt('Password?', { isSecret: true });
  input.write('s3cret\r');
  expect(await secret).toBe('s3cret');
  expect(screen()).toContain('Name? ');
  expect(screen()).toContain('bot');
  expect(screen()).toContain('Password? ');
  expect(screen()).not.toContain('s3cret');
  terminal.close();
});

it.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('ends a question by %s, and each that follows', async (_, key) => {
  const { input, terminal } = open();
  const asked = terminal.prompt('Name?');
  input.write(key);
  await expect(asked).rejects.toThrow(BrokenOffError);
  await expect(terminal.prompt('And now?')).rejects.toThrow(BrokenOffError);
});
