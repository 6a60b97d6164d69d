import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { readFile, SOCKET } from '../support/environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

function faultsOf(env: Environment): readonly string[] {
  const result = readConfig(env, readFile);
  return result.kind === 'invalid' ? result.errors : [];
}

const QUOTED = 'is in quotes, which are a part of the value here: leave them off';
const NO_ADDRESS = 'must be an address that begins with https:// or http://';
const NO_PROXY = 'must be the address of an HTTP proxy, such as http://proxy.example.com:3128';
const NO_DATABASE = 'must be sqlite:FILE or an address that begins with postgres://';
const NO_POSTGRES =
  'must look like postgres://USER:PASSWORD@HOST:5432/DATABASE, with %40 for @, %23 for #, %2F for / and %3A for : in the password';
const NO_SSLMODE =
  'has a sslmode that there is none of: use one of disable, prefer, require, verify-ca, verify-full, no-verify';
const NO_CHANNELS = 'must be deny, allow, or IDs of conversations (C…, G… or D…) with commas between them';
const NO_TOKEN =
  'must have 16 to 512 letters, digits and signs, without spaces: `openssl rand -hex 32` makes one';
const NO_HOST = 'must be an address of this machine, such as 127.0.0.1 or 0.0.0.0';
const ENDS_IN_API = 'must not end in the path of the API: leave off /api and what follows';
const NO_MODE =
  'SLACK_APP_TOKEN is missing: set SLACK_APP_TOKEN (xapp-…) for Socket Mode or SLACK_SIGNING_SECRET for HTTP mode';
const BOTH_MODES =
  'SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: keep SLACK_APP_TOKEN (xapp-…) for Socket Mode or ' +
  'SLACK_SIGNING_SECRET for HTTP mode, and remove the other';
const BOTH_OF_OPERATOR =
  'is missing: set both of PRISMA_OPERATOR_USERNAME and PRISMA_OPERATOR_PASSWORD, or neither';

/** Values of one variable, by what is said of it. */
const WRONG_VALUES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  SLACK_BOT_TOKEN: {
    'is missing: set it to the bot token (xoxb-…)': [''],
    'must begin with xoxb-': ['abc'],
    'must begin with xoxb- (it looks like an app token, which belongs in SLACK_APP_TOKEN)': ['xapp-1'],
    'must begin with xoxb- (it looks like a token of another kind)': ['xoxp-1'],
    'is no whole token: copy it anew, from xoxb- to its end': ['xoxb-', 'xoxb-…', 'xoxb-…abc'],
    [QUOTED]: ["'xoxb-1'"],
  },
  SLACK_APP_TOKEN: {
    'must begin with xapp- (it looks like a bot token, which belongs in SLACK_BOT_TOKEN)': ['xoxb-1'],
    [QUOTED]: ['“xapp-1”'],
  },
  SLACK_API_URL: { [NO_ADDRESS]: ['slack.com'] },
  HTTPS_PROXY: { [NO_PROXY]: ['socks5://proxy:1080', 'http://'] },
  NO_PROXY: { [QUOTED]: ['"localhost"'] },
  PRISMA_CONSOLE_URL: {
    'is missing: set it to the address of the Console, such as https://host:8083': ['  '],
    'has a port that is no number from 1 to 65535': ['99999', 'x', '80x', '-1'].map(
      (port) => `https://c:${port}/x`,
    ),
    'has a host name that cannot be one: check its spelling': ['https://a b:8083'],
    'has no host: add it, such as https://host:8083': ['https://', 'http://', 'HTTPS:///'],
    [NO_ADDRESS]: ['ftp://c'],
    'must not contain a user or a password': ['https://u:p@c', 'https://u@c', 'https://:p@c'],
    'must not contain ? or #: leave it off and what follows': ['https://c?x=1', 'https://c/#!/x'],
    [ENDS_IN_API]: ['c/api/v33.03', 'c/x/api/v33.03/', 'c/api', 'c/api/v1'].map((rest) => `https://${rest}`),
    [QUOTED]: ['"https://c"'],
  },
  PRISMA_USERNAME: {
    'is missing: set it to a user of the Console, or an access key ID': [''],
    [QUOTED]: ['`bot`'],
    'must be a user name or an access key ID, not an address': ['https://console:8083', ' HTTP://c/x'],
  },
  PRISMA_PASSWORD: { "is missing: set it to the user's password, or the secret key": ['', '  '] },
  PRISMA_PROJECT: { [QUOTED]: ['"team"'] },
  PRISMA_AUTH: { 'must be token or basic': ['oauth'] },
  PRISMA_API_VERSION: { 'must look like v33.03': ['33.03', 'xv33.03', 'v33.03x'] },
  PRISMA_TLS_INSECURE: { 'must be true or false': ['1', 'TRUE'] },
  PRISMA_CA_FILE: {
    'names a file that cannot be read, /none: unknown error': ['/none'],
    'names a file without a certificate in PEM form': ['/run/bot'],
    'names a file with a certificate that cannot be read: copy it anew': [
      ...['/run/garbage.pem', '/run/half-garbage.pem'],
    ],
  },
  PRISMA_LINK_TEMPLATE: {
    'must begin with {console}, https:// or http://': ['nonsense {image}', 'javascript:{image}', '{image}'],
    'must contain {image}': ['https://c'],
  },
  DATABASE_URL: {
    [NO_DATABASE]: ['sqlite:', 'file.db', 'my-sqlite:a.db', 'mysql://u:p@h/d'],
    [NO_POSTGRES]: ['postgres://u:p#1@h/d', 'postgres://u@h/d#x'],
    [NO_SSLMODE]: ['postgres://u:p@h/d?sslmode=bogus'],
    'must name a database after the host: postgres://…/DATABASE': [
      ...['postgres://u:p@h', 'postgresql://u:p@h:5432/'],
    ],
    [QUOTED]: ["'sqlite:bot.db'"],
  },
  POLL_CRON: { 'must be a cron expression such as */5 * * * * *': ['often'] },
  WATCH_TTL: {
    'must be a time with its unit, such as 24h, 10m, 90s or 1h30m': [
      '0s',
      '10',
      '1.5h',
      '30m1h',
      '-1h',
      '10 m',
      '1w',
    ],
    [QUOTED]: ['"24h"'],
  },
  SHUTDOWN_DELAY: { 'must be at most 5m': ['6m'] },
  RETENTION: {
    'must be a time from 1d to 9999d, such as 365d': ['12h', 'a year', '365', '10000d'],
  },
  SCAN_OPERATORS: {
    'must list IDs of users (U… or W…) and user groups (S…), with commas between them': ['U1,@jo', 'U1;U2'],
  },
  SHARED_CHANNELS: { [NO_CHANNELS]: [',', '#general', 'allow,C1', 'U1'] },
  API_TOKEN: { [NO_TOKEN]: ['too-short', 'with a space in it', 'x'.repeat(513), 'with-an-umlaut-ä-in-it'] },
  PORT: { 'must be a number from 0 to 65535': ['65536', '-1', '3000.5', 'http', '1e3'] },
  HEALTH_HOST: { [NO_HOST]: ['http://0.0.0.0', '127.0.0.1:3000', '*', 'a b'] },
  LOG_LEVEL: {
    'must be one of trace, debug, info, warn, error, fatal, silent': ['verbose'],
    [QUOTED]: ['"info"'],
  },
};

const ofOne = Object.entries(WRONG_VALUES).flatMap(([variable, faults]) =>
  Object.entries(faults).flatMap(([fault, values]) =>
    values.map((value) => [{ [variable]: value }, `${variable} ${fault}`] as const),
  ),
);

describe('a fault', () => {
  it.each<readonly [Environment, string]>([
    ...ofOne,
    [{ SLACK_APP_TOKEN: undefined }, NO_MODE],
    [{ SLACK_APP_TOKEN: undefined, PORT: '0' }, NO_MODE],
    [{ SLACK_SIGNING_SECRET: 'abc', PORT: '0' }, BOTH_MODES],
    [{ SLACK_SIGNING_SECRET: 'abc', PORT: '3000' }, BOTH_MODES],
    [
      { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'xapp-1' },
      "SLACK_SIGNING_SECRET must be the app's signing secret " +
        '(it looks like an app token, which belongs in SLACK_APP_TOKEN)',
    ],
    [
      { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'abc', PORT: '0' },
      'PORT must not be 0 in HTTP mode: Slack sends its events there',
    ],
    [
      { API_TOKEN: '0123456789abcdef', PORT: '0' },
      'API_TOKEN needs a PORT to answer at: set PORT to another number than 0, or remove API_TOKEN',
    ],
    [{ PRISMA_OPERATOR_USERNAME: 'op' }, `PRISMA_OPERATOR_PASSWORD ${BOTH_OF_OPERATOR}`],
    [{ PRISMA_OPERATOR_PASSWORD: 'pw' }, `PRISMA_OPERATOR_USERNAME ${BOTH_OF_OPERATOR}`],
    [
      { PRISMA_OPERATOR_USERNAME: '"op"', PRISMA_OPERATOR_PASSWORD: 'pw' },
      `PRISMA_OPERATOR_USERNAME ${QUOTED}`,
    ],
    [
      { DATABASE_URL: 'sqlite:a.db', DATABASE_URL_FILE: '/run/database' },
      'DATABASE_URL and DATABASE_URL_FILE are both set: remove one of them',
    ],
    [
      { SLACK_APP_TOKEN_FILE: '/run/bot' },
      'SLACK_APP_TOKEN and SLACK_APP_TOKEN_FILE are both set: remove one of them',
    ],
    ...['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'].map((name): [Environment, string] => [
      { [name]: '', [`${name}_FILE`]: '/none' },
      `${name}_FILE names a file that cannot be read, /none: unknown error`,
    ]),
    [
      { PRISMA_PASSWORD: '', PRISMA_PASSWORD_FILE: '/run/empty' },
      'PRISMA_PASSWORD_FILE names an empty file, /run/empty: put the value into it',
    ],
  ])('of %j is the only one and says what to do', (env, fault) => {
    expect(faultsOf({ ...SOCKET, ...env })).toEqual([fault]);
  });

  it('is told together with all others', () => {
    const faults = faultsOf({
      PORT: 'x',
      PRISMA_CA_FILE: '/none',
      PRISMA_OPERATOR_USERNAME: 'op',
      POLL_CRON: 'x',
    });
    expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
      'POLL_CRON',
      'PORT',
      'PRISMA_CA_FILE',
      'PRISMA_CONSOLE_URL',
      'PRISMA_OPERATOR_PASSWORD',
      'PRISMA_PASSWORD',
      'PRISMA_USERNAME',
      'SLACK_APP_TOKEN',
      'SLACK_BOT_TOKEN',
    ]);
  });

  it('never repeats a value, whichever variable it was put into', () => {
    const names = [...Object.keys(WRONG_VALUES), 'SLACK_SIGNING_SECRET', 'PRISMA_PASSWORD_FILE'];
    const form = fc.constantFrom(
      'SECRET',
      'xoxb-SECRET',
      'xapp-SECRET',
      'https://u:SECRET@c/',
      'postgres://u:SECRET@h/d',
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), form), (env) => {
        expect(faultsOf(env).join()).not.toContain('SECRET@');
        expect(faultsOf(env).join()).not.toMatch(/(?<!SIGNING_)SECRET/);
      }),
    );
  });
});
