import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readSmallFile } from '../../src/config/secret-files.ts';
import { createDirectory } from '../support/directory.ts';

test('a pipe in place of a file of a secret is refused, and not waited for', () => {
  const pipe = `${createDirectory()}/pipe`;
  execFileSync('mkfifo', [pipe]);
  expect(() => readSmallFile(pipe)).toThrow('it is no plain file, but a pipe, a socket or a device');
});
