/** What comes in by variables and files, before any of it is understood. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig, readPartly } from '../../src/config/config.ts';
import { readSmallFile } from '../../src/config/secret-files.ts';
import { createDirectory } from '../support/directory.ts';
import { SOCKET } from '../support/environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const directory = createDirectory({ onTestFinished: afterAll });
const at = (name: string): string => join(directory, name);

mkdirSync(at('directory'));
symlinkSync(at('nowhere'), at('dangling'));
symlinkSync(at('secret'), at('link'));
symlinkSync('/dev/null', at('device'));
writeFileSync(at('large'), 'x'.repeat(1_000_001));
writeFileSync(at('largest'), 'x'.repeat(1_000_000));
writeFileSync(at('word'), 'completed\n');
writeFileSync(at('secret'), 'from file\r\n\r\n');
writeFileSync(at('latin-1'), Buffer.from('pässword', 'latin1'));
writeFileSync(at('utf-16'), Buffer.from('\ufeffpassword\r\n', 'utf16le'));
writeFileSync(at('two-lines'), 'user\npassword\n');

const readWith = (env: Environment) => readConfig({ ...SOCKET, ...env }, readSmallFile);
const passwordIn = (file: string): Environment => ({
  PRISMA_PASSWORD: undefined,
  PRISMA_PASSWORD_FILE: file,
});

function passwordOf(env: Environment): string {
  const read = readWith(env);
  return read.kind === 'config' ? read.config.prisma.user.password : read.errors.join();
}

function faultsOf(env: Environment): readonly string[] {
  const read = readWith(env);
  return read.kind === 'invalid' ? read.errors : [];
}

/** Null where the configuration is invalid. */
function warningsOf(env: Environment): readonly string[] | null {
  const read = readWith(env);
  return read.kind === 'config' ? read.warnings : null;
}

const INVISIBLE = ['\r', '\n', '\r\n\r\n', '\ufeff', '\u00a0', '\u200b', '\u2060', '\u3000', '\t', '\u2028'];

describe('what nobody sees at the ends of a secret', () => {
  it.for(INVISIBLE)('%j is dropped, in a variable and in a file, and a password keeps its spaces', (end) => {
    const given = `${end} pass word ${end}`;
    writeFileSync(at('given'), given);
    expect(passwordOf({ PRISMA_PASSWORD: given })).toBe(' pass word ');
    expect(passwordOf(passwordIn(at('given')))).toBe(' pass word ');
    const tokens = { SLACK_BOT_TOKEN: `${end}xoxb-1-abc ${end}`, SLACK_APP_TOKEN: `xapp-1${end}` };
    expect(readWith(tokens).kind).toBe('config');
  });

  it('is refused by name within it', () => {
    expect(faultsOf(passwordIn(at('two-lines')))).toEqual([
      'PRISMA_PASSWORD_FILE has a line break or an invisible character within: give the value alone, typed anew',
    ]);
    expect(faultsOf({ SLACK_BOT_TOKEN: 'xoxb-1\u200b2' })[0]).toMatch(/^SLACK_BOT_TOKEN has a line break or/);
  });
});

describe('a file that is none', () => {
  it.for([
    ['directory', 'it is a directory'],
    ['nowhere', 'there is no such file; give its whole path'],
    ['dangling', 'there is no such file; give its whole path'],
    ['secret/below', 'a part of its path is no directory'],
    ['latin-1', 'its text is not UTF-8; save it as that'],
    ['utf-16', 'its text is not UTF-8; save it as that'],
    ['device', 'it is no plain file, but a pipe, a socket or a device'],
    ['large', 'it is larger than 1 MB'],
  ] as const)('%s is named with its path and the reason', ([name, reason]) => {
    expect(faultsOf(passwordIn(at(name)))).toEqual([
      `PRISMA_PASSWORD_FILE names a file that cannot be read, ${at(name)}: ${reason}`,
    ]);
  });

  it('does not show what may be the secret itself', () => {
    const env = { SLACK_BOT_TOKEN: undefined, SLACK_BOT_TOKEN_FILE: 'xoxb-1-abc' };
    expect(faultsOf(env)).toEqual([
      'SLACK_BOT_TOKEN_FILE names a file that cannot be read: there is no such file; give its whole path',
    ]);
  });

  it('is named with its path below the home folder, which no program but a shell looks up', () => {
    expect(faultsOf(passwordIn('~/secret'))[0]).toContain(
      'cannot be read, ~/secret: there is no such file; give its whole path',
    );
  });

  it('may have a million bytes', () => {
    expect(readSmallFile(at('largest'))).toHaveLength(1_000_000);
  });

  it('is read through a link, as secrets of Kubernetes are', () => {
    expect(passwordOf(passwordIn(at('link')))).toBe('from file');
  });
});

describe('a variable that looks misspelled', () => {
  const meant = (name: string, known: string) => `${name} is no variable of the bot: did you mean ${known}?`;

  it.for([
    ['PRISMA_USERNAM', 'PRISMA_USERNAME'],
    ['PRISMA_USER', 'PRISMA_USERNAME'],
    ['prisma_pasword', 'PRISMA_PASSWORD'],
    ['SLACK_BOT_TOKEN_FIEL', 'SLACK_BOT_TOKEN_FILE'],
    ['STAL_AFTER', 'STALL_AFTER'],
    ['PRISMA_URL', 'PRISMA_CONSOLE_URL'],
    ['SLACK_TOKEN', 'SLACK_BOT_TOKEN'],
    ['SLACK_SECRET', 'SLACK_SIGNING_SECRET'],
    ['SLACK_BO', 'SLACK_BOT_TOKEN'],
    ['NO_PROXI', 'NO_PROXY'],
    // One letter from this one, and two from HTTPS_PROXY.
    ['HTTP_PROXYY', 'HTTP_PROXY'],
  ] as const)('%s is named with what was probably meant: %s', ([name, known]) => {
    expect(warningsOf({ [name]: 'x' })).toEqual([meant(name, known)]);
  });

  it('is named beside what is missing for it', () => {
    expect(faultsOf({ PRISMA_USERNAME: undefined, PRISMA_USERNAM: 'bot' })).toEqual([
      'PRISMA_USERNAME is missing: set it to a user of the Console, or an access key ID',
      meant('PRISMA_USERNAM', 'PRISMA_USERNAME'),
    ]);
  });

  it('comes in the order of names', () => {
    expect(warningsOf({ STAL_AFTER: 'x', PRISMA_URL: 'x' })).toEqual([
      meant('PRISMA_URL', 'PRISMA_CONSOLE_URL'),
      meant('STAL_AFTER', 'STALL_AFTER'),
    ]);
  });

  it.each(['PRISMA_PASSWORD', 'API_TOKEN'])('of %s in quotes says so, because it may be meant', (name) => {
    expect(warningsOf({ [name]: "'secret-of-20-letters'" })).toEqual([
      expect.stringMatching(new RegExp(`^${name} begins and ends with a quote(?!.*secret)`)),
    ]);
  });

  it.each<[Environment, string, RegExp]>([
    [{ PRISMA_PASSWORD: 'demo' }, 'PRISMA_PASSWORD', /fewer than 6 characters.*a longer one/],
    [
      { PRISMA_OPERATOR_USERNAME: 'op', PRISMA_OPERATOR_PASSWORD: 'scanning' },
      'PRISMA_OPERATOR_PASSWORD',
      /a plain word.*\[redacted\]/,
    ],
    [passwordIn(at('word')), 'PRISMA_PASSWORD', /a plain word/],
    [{ DATABASE_URL: 'postgres://bot:Registry@db/bot' }, 'DATABASE_URL', /a plain word/],
    [{ HTTPS_PROXY: 'http://bot:bot@proxy:3128' }, 'HTTPS_PROXY', /fewer than 6/],
  ])('of a password that redaction cannot hide is the doctor’s, not the log’s: %o', (env, name, words) => {
    expect(readPartly(env, readSmallFile).warnings).toEqual([
      expect.stringMatching(new RegExp(`^${name} has a password .*${words.source}`)),
    ]);
    expect(warningsOf(env)).toEqual([]);
  });

  it.each(['scanning7', 'scan-ning', 'scAnnIng', 'a'.repeat(17)])(
    'is none of the password %s',
    (password) => {
      expect(readPartly({ PRISMA_PASSWORD: password }, () => '').warnings).toEqual([]);
    },
  );

  it('is none in lower case where proxies are named so', () => {
    expect(
      warningsOf({ http_proxy: 'http://p:1', https_proxy: 'http://p:1', no_proxy: 'localhost' }),
    ).toEqual([]);
  });

  it.each(['NO_PROXY', 'no_proxy'])('of %s with a scheme says that no host matches it', (name) => {
    expect(warningsOf({ [name]: 'localhost,https://console:8083' })).toEqual([
      expect.stringMatching(/^NO_PROXY has an entry with :\/\//),
    ]);
    expect(warningsOf({ [name]: 'localhost,console:8083,::1' })).toEqual([]);
  });

  it('is named where a file is given for what is no secret', () => {
    expect(warningsOf({ PRISMA_USERNAME_FILE: '/run/secrets/user' })).toEqual([
      'PRISMA_USERNAME_FILE is no variable of the bot: only secrets come from files; set PRISMA_USERNAME',
    ]);
  });

  it.for([
    'PATH',
    'HOME',
    'SORT',
    'PORTS',
    'SLACK',
    'PRISMA_',
    'SHUTDOWN',
    'PRISMA_CLOUD_TENANT',
    'NODE_ENV',
    'LOG_LEVELS_OF_OTHERS',
    'API_URL',
    'ftp_proxy',
    'ALL_PROXY',
  ])('%s is another program’s', (name) => {
    expect(warningsOf({ [name]: 'x' })).toEqual([]);
  });
});
