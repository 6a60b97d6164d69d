import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { readFile, SOCKET } from '../support/environment.ts';

function faultsOf(env: Record<string, string | undefined>): readonly string[] {
  const result = readConfig(env, readFile);
  return result.kind === 'invalid' ? result.errors : [];
}

describe('a fault', () => {
  it.each<[Record<string, string | undefined>, string]>([
    [{ SLACK_BOT_TOKEN: '' }, 'SLACK_BOT_TOKEN is missing: set it to the bot token (xoxb-…)'],
    [{ SLACK_BOT_TOKEN: 'abc' }, 'SLACK_BOT_TOKEN must begin with xoxb-'],
    [
      { SLACK_BOT_TOKEN: 'xapp-1' },
      'SLACK_BOT_TOKEN must begin with xoxb- (it looks like an app token, which belongs in SLACK_APP_TOKEN)',
    ],
    [
      { SLACK_APP_TOKEN: 'xoxb-1' },
      'SLACK_APP_TOKEN must begin with xapp- (it looks like a bot token, which belongs in SLACK_BOT_TOKEN)',
    ],
    [
      { SLACK_BOT_TOKEN: 'xoxp-1' },
      'SLACK_BOT_TOKEN must begin with xoxb- (it looks like a token of another kind)',
    ],
    ...['xoxb-', 'xoxb-…', 'xoxb-…abc'].map((token): [Record<string, string>, string] => [
      { SLACK_BOT_TOKEN: token },
      'SLACK_BOT_TOKEN is no whole token: copy it anew, from xoxb- to its end',
    ]),
    ...['socks5://proxy:1080', 'http://'].map((url): [Record<string, string>, string] => [
      { HTTPS_PROXY: url },
      'HTTPS_PROXY must be the address of an HTTP proxy, such as http://proxy.example.com:3128',
    ]),
    [
      { PRISMA_PASSWORD: '  ' },
      "PRISMA_PASSWORD is missing: set it to the user's password, or the secret key",
    ],
    [{ SHUTDOWN_DELAY: '6m' }, 'SHUTDOWN_DELAY must be at most 5m'],
    [
      { SLACK_APP_TOKEN: undefined },
      'SLACK_APP_TOKEN is missing: set SLACK_APP_TOKEN (xapp-…) for Socket Mode or SLACK_SIGNING_SECRET for HTTP mode',
    ],
    [
      { SLACK_APP_TOKEN: undefined, PORT: '0' },
      'SLACK_APP_TOKEN is missing: set SLACK_APP_TOKEN (xapp-…) for Socket Mode or SLACK_SIGNING_SECRET for HTTP mode',
    ],
    ...['0', '3000'].map((port): [Record<string, string>, string] => [
      { SLACK_SIGNING_SECRET: 'abc', PORT: port },
      'SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: keep SLACK_APP_TOKEN (xapp-…) for Socket Mode or ' +
        'SLACK_SIGNING_SECRET for HTTP mode, and remove the other',
    ]),
    [
      { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'xapp-1' },
      "SLACK_SIGNING_SECRET must be the app's signing secret " +
        '(it looks like an app token, which belongs in SLACK_APP_TOKEN)',
    ],
    [
      { SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'abc', PORT: '0' },
      'PORT must not be 0 in HTTP mode: Slack sends its events there',
    ],
    ...['too-short', 'with a space in it', 'x'.repeat(513), 'with-an-umlaut-ä-in-it'].map(
      (token): [Record<string, string>, string] => [
        { API_TOKEN: token },
        'API_TOKEN must have 16 to 512 letters, digits and signs, without spaces: `openssl rand -hex 32` makes one',
      ],
    ),
    [
      { API_TOKEN: '0123456789abcdef', PORT: '0' },
      'API_TOKEN needs a PORT to answer at: set PORT to another number than 0, or remove API_TOKEN',
    ],
    [{ SLACK_API_URL: 'slack.com' }, 'SLACK_API_URL must be an address that begins with https:// or http://'],
    [
      { PRISMA_CONSOLE_URL: '  ' },
      'PRISMA_CONSOLE_URL is missing: set it to the address of the Console, such as https://host:8083',
    ],
    ...['99999', 'x', '80x', '-1'].map((port): [Record<string, string>, string] => [
      { PRISMA_CONSOLE_URL: `https://c:${port}/x` },
      'PRISMA_CONSOLE_URL has a port that is no number from 1 to 65535',
    ]),
    [
      { PRISMA_CONSOLE_URL: 'https://a b:8083' },
      'PRISMA_CONSOLE_URL has a host name that cannot be one: check its spelling',
    ],
    ...[
      { SLACK_BOT_TOKEN: "'xoxb-1'" },
      { SLACK_APP_TOKEN: '“xapp-1”' },
      { PRISMA_CONSOLE_URL: '"https://c"' },
      { PRISMA_USERNAME: '`bot`' },
      { PRISMA_PROJECT: '"team"' },
      { WATCH_TTL: '"24h"' },
      { DATABASE_URL: "'sqlite:bot.db'" },
      { NO_PROXY: '"localhost"' },
      { PRISMA_OPERATOR_USERNAME: '"op"', PRISMA_OPERATOR_PASSWORD: 'pw' },
      { LOG_LEVEL: '"info"' },
    ].map((env): [Record<string, string>, string] => [
      env,
      `${Object.keys(env)[0]} is in quotes, which are a part of the value here: leave them off`,
    ]),
    [
      { PRISMA_CONSOLE_URL: 'ftp://c' },
      'PRISMA_CONSOLE_URL must be an address that begins with https:// or http://',
    ],
    ...['https://u:p@c', 'https://u@c', 'https://:p@c'].map((url): [Record<string, string>, string] => [
      { PRISMA_CONSOLE_URL: url },
      'PRISMA_CONSOLE_URL must not contain a user or a password',
    ]),
    [
      { PRISMA_CONSOLE_URL: 'https://c?x=1' },
      'PRISMA_CONSOLE_URL must not contain ? or #: leave it off and what follows',
    ],
    [
      { PRISMA_CONSOLE_URL: 'https://c/#!/x' },
      'PRISMA_CONSOLE_URL must not contain ? or #: leave it off and what follows',
    ],
    ...['https://c/api/v33.03', 'https://c/x/api/v33.03/', 'https://c/api', 'https://c/api/v1'].map(
      (url): [Record<string, string>, string] => [
        { PRISMA_CONSOLE_URL: url },
        'PRISMA_CONSOLE_URL must not end in the path of the API: leave off /api and what follows',
      ],
    ),
    [
      { PRISMA_USERNAME: '' },
      'PRISMA_USERNAME is missing: set it to a user of the Console, or an access key ID',
    ],
    [{ PRISMA_PASSWORD: '' }, "PRISMA_PASSWORD is missing: set it to the user's password, or the secret key"],
    [{ PRISMA_AUTH: 'oauth' }, 'PRISMA_AUTH must be token or basic'],
    ...['33.03', 'xv33.03', 'v33.03x'].map((version): [Record<string, string>, string] => [
      { PRISMA_API_VERSION: version },
      'PRISMA_API_VERSION must look like v33.03',
    ]),
    [{ PRISMA_TLS_INSECURE: '1' }, 'PRISMA_TLS_INSECURE must be true or false'],
    [{ PRISMA_TLS_INSECURE: 'TRUE' }, 'PRISMA_TLS_INSECURE must be true or false'],
    [{ PRISMA_CA_FILE: '/none' }, 'PRISMA_CA_FILE names a file that cannot be read, /none: unknown error'],
    [{ PRISMA_CA_FILE: '/run/bot' }, 'PRISMA_CA_FILE names a file without a certificate in PEM form'],
    [
      { PRISMA_OPERATOR_USERNAME: 'op' },
      'PRISMA_OPERATOR_PASSWORD is missing: set both of PRISMA_OPERATOR_USERNAME and PRISMA_OPERATOR_PASSWORD, or neither',
    ],
    [
      { PRISMA_OPERATOR_PASSWORD: 'pw' },
      'PRISMA_OPERATOR_USERNAME is missing: set both of PRISMA_OPERATOR_USERNAME and PRISMA_OPERATOR_PASSWORD, or neither',
    ],
    ...['/run/garbage.pem', '/run/half-garbage.pem'].map((file): [Record<string, string>, string] => [
      { PRISMA_CA_FILE: file },
      'PRISMA_CA_FILE names a file with a certificate that cannot be read: copy it anew',
    ]),
    ...['nonsense {image}', 'javascript:{image}', '{image}'].map((text): [Record<string, string>, string] => [
      { PRISMA_LINK_TEMPLATE: text },
      'PRISMA_LINK_TEMPLATE must begin with {console}, https:// or http://',
    ]),
    [{ PRISMA_LINK_TEMPLATE: 'https://c' }, 'PRISMA_LINK_TEMPLATE must contain {image}'],
    ...['sqlite:', 'file.db', 'my-sqlite:a.db', 'mysql://u:p@h/d'].map(
      (url): [Record<string, string>, string] => [
        { DATABASE_URL: url },
        'DATABASE_URL must be sqlite:FILE or an address that begins with postgres://',
      ],
    ),
    ...['postgres://u:p#1@h/d', 'postgres://u@h/d#x'].map((url): [Record<string, string>, string] => [
      { DATABASE_URL: url },
      'DATABASE_URL must look like postgres://USER:PASSWORD@HOST:5432/DATABASE, with %40 for @, %23 for #, %2F for / and %3A for : in the password',
    ]),
    [
      { DATABASE_URL: 'postgres://u:p@h/d?sslmode=bogus' },
      'DATABASE_URL has a sslmode that there is none of: use one of disable, prefer, require, verify-ca, verify-full, no-verify',
    ],
    ...['postgres://u:p@h', 'postgresql://u:p@h:5432/'].map((url): [Record<string, string>, string] => [
      { DATABASE_URL: url },
      'DATABASE_URL must name a database after the host: postgres://…/DATABASE',
    ]),
    [
      { DATABASE_URL: 'sqlite:a.db', DATABASE_URL_FILE: '/run/database' },
      'DATABASE_URL and DATABASE_URL_FILE are both set: remove one of them',
    ],
    [{ POLL_CRON: 'often' }, 'POLL_CRON must be a cron expression such as */5 * * * * *'],
    ...['0s', '10', '1.5h', '30m1h', '-1h', '10 m', '1w'].map((time): [Record<string, string>, string] => [
      { WATCH_TTL: time },
      'WATCH_TTL must be a time such as 24h, 10m, 90s or 1h30m',
    ]),
    ...['U1,@jo', 'U1;U2'].map((ids): [Record<string, string>, string] => [
      { SCAN_OPERATORS: ids },
      'SCAN_OPERATORS must list IDs of users (U… or W…) and user groups (S…), with commas between them',
    ]),
    ...[',', '#general', 'allow,C1', 'U1'].map((channels): [Record<string, string>, string] => [
      { SHARED_CHANNELS: channels },
      'SHARED_CHANNELS must be deny, allow, or IDs of conversations (C…, G… or D…) with commas between them',
    ]),
    [{ RETENTION: '12h' }, 'RETENTION must be a day or more, such as 365d'],
    [{ RETENTION: 'a year' }, 'RETENTION must be a time of a day or more, such as 365d or 90d'],
    ...['65536', '-1', '3000.5', 'http', '1e3'].map((port): [Record<string, string>, string] => [
      { PORT: port },
      'PORT must be a number from 0 to 65535',
    ]),
    ...['http://0.0.0.0', '127.0.0.1:3000', '*', 'a b'].map((host): [Record<string, string>, string] => [
      { HEALTH_HOST: host },
      'HEALTH_HOST must be an address of this machine, such as 127.0.0.1 or 0.0.0.0',
    ]),
    [{ LOG_LEVEL: 'verbose' }, 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent'],
    [
      { SLACK_APP_TOKEN_FILE: '/run/bot' },
      'SLACK_APP_TOKEN and SLACK_APP_TOKEN_FILE are both set: remove one of them',
    ],
    [
      { SLACK_BOT_TOKEN: '', SLACK_BOT_TOKEN_FILE: '/none' },
      'SLACK_BOT_TOKEN_FILE names a file that cannot be read, /none: unknown error',
    ],
    [
      { SLACK_APP_TOKEN: '', SLACK_APP_TOKEN_FILE: '/none' },
      'SLACK_APP_TOKEN_FILE names a file that cannot be read, /none: unknown error',
    ],
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
    const names = [
      ...Object.keys(SOCKET),
      'SLACK_SIGNING_SECRET',
      'SLACK_API_URL',
      'PRISMA_AUTH',
      'PRISMA_CA_FILE',
      'PRISMA_API_VERSION',
      'PRISMA_TLS_INSECURE',
      'PRISMA_LINK_TEMPLATE',
      'PRISMA_PASSWORD_FILE',
      'DATABASE_URL',
      'POLL_CRON',
      'WATCH_TTL',
      'SCAN_OPERATORS',
      'SHARED_CHANNELS',
      'RETENTION',
      'PORT',
      'LOG_LEVEL',
    ];
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
