import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writePrivately } from '../../../src/cli/private-file.ts';
import { toEnvFile, UnquotableError } from '../../../src/cli/setup/outcome.ts';
import { toAddress, toChannelId } from '../../../src/cli/setup/questions.ts';
import { useDirectory } from '../../support/directory.ts';

const directory = useDirectory();

it('whatever a value is, it is read back as it is, or refused with what to do', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '`', '#', '$', '\\', '=', '\n'), maxLength: 12 }),
      (value) => {
        try {
          expect(parseEnv(toEnvFile({ PRISMA_PASSWORD: value, AFTER: 'a' }))).toEqual({
            PRISMA_PASSWORD: value,
            AFTER: 'a',
          });
        } catch (error) {
          if (!(error instanceof UnquotableError)) throw error;
          expect(error.message).toMatch(/PRISMA_PASSWORD_FILE$/);
        }
      },
    ),
  );
});

it('an ordinary value has no quotes, which Docker would take for a part of it', () => {
  expect(
    toEnvFile({ PRISMA_CONSOLE_URL: 'https://c.example.com:8083/a-b_c', PRISMA_PASSWORD: 'a b' }),
  ).toMatch(/\nPRISMA_CONSOLE_URL=https:\/\/c\.example\.com:8083\/a-b_c\nPRISMA_PASSWORD='a b'\n$/);
});

it('a file that is there is not replaced, and nothing is left beside it', () => {
  const file = directory.join('.env');
  writeFileSync(file, 'old');
  expect(() => writePrivately(file, 'new')).toThrow(/EEXIST/);
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(directory.path)).toEqual(['.env']);
  const folder = directory.join('folder');
  mkdirSync(folder);
  expect(() => writePrivately(folder, 'new', { isReplacing: true })).toThrow();
  expect(readdirSync(directory.path)).toEqual(['.env', 'folder']);
  expect(existsSync(`${file}.new`)).toBe(false);
});

it.each([
  ['console.example.com:8083', 'https://console.example.com:8083'],
  ['http://c/', 'http://c'],
  ['https://us-east1.cloud.twistlock.com/us-1-2/api/v33.03', 'https://us-east1.cloud.twistlock.com/us-1-2'],
  [' https://c:8083/#!/monitor?search=a ', 'https://c:8083'],
  ['', ''],
  // What is wrong with these is said of what was typed.
  ['https://', 'https://'],
  ['http:', 'http:'],
])('the address %j is %j', (typed, address) => {
  expect(toAddress(typed)).toBe(address);
});

it.each([
  ['https://acme.slack.com/archives/C0123ABCD', 'C0123ABCD'],
  ['https://acme.slack.com/archives/C0123ABCD/p1700000000000000?thread_ts=1', 'C0123ABCD'],
  ['C0123ABCD', 'C0123ABCD'],
  ['#general', null],
  ['General', null],
])('the channel %j is %j', (typed, id) => {
  expect(toChannelId(typed)).toBe(id);
});
