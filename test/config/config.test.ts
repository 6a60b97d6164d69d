import { describe, expect, it } from 'vitest';
import {
  type Config,
  readConfig,
  readDatabaseConfig,
  readPartly,
  secretsOf,
} from '../../src/config/config.ts';
import { createScrubber } from '../../src/secrets.ts';
import { PEM, readFile, SOCKET } from '../support/environment.ts';

const HTTP = { ...SOCKET, SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: '0123456789abcdef' };

const PRISMA = ['PRISMA_CONSOLE_URL', 'PRISMA_USERNAME', 'PRISMA_PASSWORD'];

const FROM_FILE = { kind: 'postgres', url: 'postgres://u:from-file@h/d', name: 'postgres://h/d' };

function configOf(env: Record<string, string | undefined>): Config {
  const result = readConfig(env, readFile);
  if (result.kind === 'invalid') throw new Error(result.errors.join('\n'));
  return result.config;
}

describe('the configuration', () => {
  it('has defaults for all but the tokens and the Console', () => {
    expect(configOf(SOCKET)).toEqual({
      slack: {
        mode: 'socket',
        botToken: 'xoxb-1-abc',
        appToken: 'xapp-1-abc',
        apiUrl: 'https://slack.com/api/',
      },
      prisma: {
        consoleUrl: 'https://console:8083',
        user: { username: 'bot', password: 'pass word ' },
        operator: null,
        auth: 'token',
        apiVersion: 'v33.03',
        project: null,
        ca: null,
        isTlsInsecure: false,
        linkTemplate: '{console}/#!/monitor/vulnerabilities/images/registries?search={image}',
      },
      proxies: { https: null, http: null, except: '' },
      database: { kind: 'sqlite', file: 'scanprogress.db' },
      poll: { cron: '*/5 * * * * *' },
      watch: { ttlMs: 86_400_000, stallAfterMs: 600_000 },
      scanOperators: [],
      sharedChannels: { kind: 'deny' },
      retentionMs: 365 * 86_400_000,
      port: 3000,
      host: '127.0.0.1',
      apiToken: null,
      shutdownDelayMs: 0,
      logLevel: 'info',
    });
  });

  it('has no app token in HTTP mode', () => {
    const { slack } = configOf(HTTP);
    expect(slack).toMatchObject({ mode: 'http', signingSecret: '0123456789abcdef' });
    expect(slack).not.toHaveProperty('appToken');
  });

  it('listens on all addresses in HTTP mode alone, unless it is told where', () => {
    expect([configOf(HTTP).host, configOf(SOCKET).host]).toEqual([null, '127.0.0.1']);
    expect(configOf({ ...HTTP, HEALTH_HOST: '10.0.0.7' }).host).toBe('10.0.0.7');
  });

  it('waits five seconds for load balancers in HTTP mode', () => {
    expect([HTTP, SOCKET].map((env) => configOf(env).shutdownDelayMs)).toEqual([5_000, 0]);
  });

  it.each<[Record<string, string>, object]>([
    [{ SLACK_API_URL: 'http://127.0.0.1:4000/api' }, { slack: { apiUrl: 'http://127.0.0.1:4000/api/' } }],
    [{ PRISMA_CONSOLE_URL: 'https://c/apis' }, { prisma: { consoleUrl: 'https://c/apis' } }],
    [{ PRISMA_CONSOLE_URL: 'https://c:8083//' }, { prisma: { consoleUrl: 'https://c:8083' } }],
    [
      { PRISMA_CONSOLE_URL: 'https://us.cloud.twistlock.com/us-1-2/' },
      { prisma: { consoleUrl: 'https://us.cloud.twistlock.com/us-1-2' } },
    ],
    [
      { PRISMA_OPERATOR_USERNAME: 'op', PRISMA_OPERATOR_PASSWORD: 'pw' },
      { prisma: { operator: { username: 'op', password: 'pw' } } },
    ],
    [{ PRISMA_AUTH: 'basic\r' }, { prisma: { auth: 'basic' } }],
    [{ PRISMA_API_VERSION: 'v34.04' }, { prisma: { apiVersion: 'v34.04' } }],
    [{ PRISMA_PROJECT: ' Central ' }, { prisma: { project: 'Central' } }],
    [{ PRISMA_CA_FILE: '/run/ca.pem' }, { prisma: { ca: PEM.trimEnd() } }],
    [{ PRISMA_TLS_INSECURE: 'true' }, { prisma: { isTlsInsecure: true } }],
    [{ PRISMA_LINK_TEMPLATE: '{console}/x/{image}' }, { prisma: { linkTemplate: '{console}/x/{image}' } }],
    [{ DATABASE_URL: 'sqlite:/var/lib/s.db' }, { database: { file: '/var/lib/s.db' } }],
    [{ DATABASE_URL: 'sqlite:///var/lib/s.db' }, { database: { file: '/var/lib/s.db' } }],
    [{ DATABASE_URL: 'sqlite: :memory:' }, { database: { file: ':memory:' } }],
    [{ DATABASE_URL: 'sqlite::memory:' }, { database: { file: ':memory:' } }],
    [
      { DATABASE_URL: 'postgresql://u:p%40@h:5433/bot?sslmode=verify-full' },
      {
        database: {
          kind: 'postgres',
          url: 'postgresql://u:p%40@h:5433/bot?sslmode=verify-full',
          name: 'postgres://h:5433/bot',
        },
      },
    ],
    [
      { DATABASE_URL: 'postgres://h/bot?sslmode=require&application_name=x' },
      { database: { url: 'postgres://h/bot?sslmode=verify-full&application_name=x' } },
    ],
    [
      { DATABASE_URL: 'postgres://h/bot?uselibpqcompat=true&sslmode=require' },
      { database: { url: 'postgres://h/bot?uselibpqcompat=true&sslmode=require' } },
    ],
    [{ DATABASE_URL: 'postgres:///bot?host=/run/pg' }, { database: { name: 'postgres:///run/pg/bot' } }],
    [{ DATABASE_URL: 'postgres:///bot' }, { database: { name: 'postgres://localhost/bot' } }],
    [{ DATABASE_URL: 'sqlite:postgres:x' }, { database: { file: 'postgres:x' } }],
    [{ DATABASE_URL_FILE: '/run/database' }, { database: FROM_FILE }],
    [{ POLL_CRON: '*/2 * * * *' }, { poll: { cron: '*/2 * * * *' } }],
    [{ WATCH_TTL: '1h30m', STALL_AFTER: '90s' }, { watch: { ttlMs: 5_400_000, stallAfterMs: 90_000 } }],
    [{ WATCH_TTL: '1s' }, { watch: { ttlMs: 1_000 } }],
    [{ WATCH_TTL: '2d' }, { watch: { ttlMs: 172_800_000 } }],
    [{ SCAN_OPERATORS: ' U012AB, S9,W1,,U012AB ' }, { scanOperators: ['U012AB', 'S9', 'W1'] }],
    [{ SHARED_CHANNELS: 'C1' }, { sharedChannels: { kind: 'only', channels: ['C1'] } }],
    [{ SHARED_CHANNELS: 'Allow' }, { sharedChannels: { kind: 'allow' } }],
    [{ SHARED_CHANNELS: ' C1,,G2, C1' }, { sharedChannels: { kind: 'only', channels: ['C1', 'G2'] } }],
    [{ RETENTION: '90d' }, { retentionMs: 90 * 86_400_000 }],
    [{ RETENTION: '24h' }, { retentionMs: 86_400_000 }],
    [
      { PRISMA_LINK_TEMPLATE: 'https://{project}.example.com/{image}' },
      { prisma: { linkTemplate: 'https://{project}.example.com/{image}' } },
    ],
    [{ HTTPS_PROXY: 'proxy:3128' }, { proxies: { https: 'http://proxy:3128/', http: null } }],
    [{ HTTP_PROXY: 'proxy:1/?via=http://b' }, { proxies: { http: 'http://proxy:1/?via=http://b' } }],
    [
      { HTTPS_PROXY: 'proxy:1', https_proxy: 'proxy:2', no_proxy: 'console' },
      { proxies: { https: 'http://proxy:2/', except: 'console' } },
    ],
    [{ SHUTDOWN_DELAY: '30s' }, { shutdownDelayMs: 30_000 }],
    [{ SHUTDOWN_DELAY: '05s' }, { shutdownDelayMs: 5_000 }],
    [{ SHUTDOWN_DELAY: '0' }, { shutdownDelayMs: 0 }],
    [{ SHUTDOWN_DELAY: '5m' }, { shutdownDelayMs: 300_000 }],
    [{ PORT: '0' }, { port: 0 }],
    [{ PORT: '65535' }, { port: 65_535 }],
    [{ PORT: '' }, { port: 3000 }],
    [{ HEALTH_HOST: '0.0.0.0' }, { host: '0.0.0.0' }],
    [{ HEALTH_HOST: '::1' }, { host: '::1' }],
    [{ HEALTH_HOST: 'localhost' }, { host: 'localhost' }],
    [{ API_TOKEN: ' 0123456789abcdef ' }, { apiToken: '0123456789abcdef' }],
    [{ API_TOKEN_FILE: '/run/api-token' }, { apiToken: 'token-from-a-file' }],
    [{ LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
  ])('is read from %j', (env, expected) => {
    expect(configOf({ ...SOCKET, ...env })).toMatchObject(expected);
  });

  it.each<[Record<string, string>, object]>([
    [{}, { value: { kind: 'sqlite', file: 'scanprogress.db' } }],
    [{ DATABASE_URL: 'sqlite:a.db' }, { value: { kind: 'sqlite', file: 'a.db' } }],
    [{ DATABASE_URL_FILE: '/run/database' }, { value: FROM_FILE }],
    [
      { DATABASE_URL: 'x' },
      { error: 'DATABASE_URL must be sqlite:FILE or an address that begins with postgres://' },
    ],
    [
      { DATABASE_URL_FILE: '/none' },
      { error: 'DATABASE_URL_FILE names a file that cannot be read, /none: unknown error' },
    ],
  ])('is read of the database alone from %j', (env, expected) => {
    expect(readDatabaseConfig(env, readFile)).toEqual(expected);
  });

  it('is read in part where a part is wrong, which gets no default', () => {
    const { variables } = readPartly({ ...SOCKET, PORT: 'x', WATCH_TTL: '2h' }, readFile);
    expect(variables).toMatchObject({ WATCH_TTL: 7_200_000, LOG_LEVEL: 'info' });
    expect(variables).not.toHaveProperty('PORT');
  });

  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ PORT: 'x', PRISMA_OPERATOR_USERNAME: 'op' }, false],
    [{ SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: 'x' }, false],
    [{ SLACK_BOT_TOKEN: '', SLACK_BOT_TOKEN_FILE: '/none' }, false],
    ...['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', ...PRISMA].map((name): [Record<string, string>, boolean] => [
      { [name]: '' },
      true,
    ]),
  ])('with %j lacks something that a start needs: %s', (env, isIncomplete) => {
    expect(readPartly({ ...SOCKET, ...env }, readFile).isIncomplete).toBe(isIncomplete);
  });

  it('takes a secret from a file, without the line breaks at its end', () => {
    const config = configOf({
      ...SOCKET,
      SLACK_BOT_TOKEN: undefined,
      SLACK_BOT_TOKEN_FILE: '/run/bot',
      PRISMA_PASSWORD: '',
      PRISMA_PASSWORD_FILE: '/run/password',
    });
    expect(config.slack.botToken).toBe('xoxb-from-file');
    expect(config.prisma.user.password).toBe(' p');
  });

  it('counts the token of the API among the secrets', () => {
    const env = { ...SOCKET, API_TOKEN_FILE: '/run/api-token' };
    expect(secretsOf(configOf(env))).toContain('token-from-a-file');
    expect(readPartly(env, readFile).secrets).toContain('token-from-a-file');
  });

  it.each([
    [SOCKET, 'xapp-1-abc'],
    [HTTP, '0123456789abcdef'],
  ])('counts what Slack sends with among the secrets, and nothing that is none: %o', (env, secret) => {
    const secrets: readonly unknown[] = secretsOf(configOf(env));
    expect(secrets).toContain(secret);
    expect(secrets.filter((one) => typeof one !== 'string' || one === '')).toEqual([]);
  });

  it('counts the password of the operator among the secrets, and nothing that is not set', () => {
    const env = { ...SOCKET, PRISMA_OPERATOR_USERNAME: 'op', PRISMA_OPERATOR_PASSWORD: 'mine' };
    expect(secretsOf(configOf(env))).toEqual(expect.arrayContaining(['mine', 'op:mine']));
    const { secrets } = readPartly({ ...env, DATABASE_URL: 'postgres://u@h/d' }, readFile);
    expect(secrets.filter((secret) => typeof secret !== 'string' || secret === '')).toEqual([]);
  });

  it.each([
    ['DATABASE_URL', 'sqlite:'],
    ['DATABASE_URL', 'postgres://'],
    ['API_TOKEN', 'openssl rand'],
  ])('keeps the help of %s readable where its value, %s, is a part of it', (name, value) => {
    const { errors, secrets } = readPartly({ ...SOCKET, [name]: value }, readFile);
    expect(errors).toEqual([expect.stringContaining(value)]);
    expect(createScrubber(secrets)(errors.join())).toBe(errors.join());
  });

  it('counts what is wrong among the secrets all the same', () => {
    const { secrets } = readPartly({ ...SOCKET, DATABASE_URL: 'postgres://u:a/b@h' }, readFile);
    expect(secrets).toContain('postgres://u:a/b@h');
  });

  it('warns of no name that others may use', () => {
    expect(readConfig({ ...SOCKET, DATABASE_FILE: 'x' }, readFile)).toMatchObject({ warnings: [] });
  });

  it('counts the credentials of a proxy among the secrets, as a header has them', () => {
    const env = { ...SOCKET, HTTPS_PROXY: 'http://me:not%2Fmine@proxy:3128' };
    expect(secretsOf(configOf(env))).toEqual(expect.arrayContaining(['not/mine', 'me:not/mine']));
  });

  it.each(['postgres://u:not%2Fmine@h/d', 'postgres://u@h/d?password=not%2Fmine'])(
    'counts the password in %s among the secrets, however it is spelled',
    (url) => {
      const env = { ...SOCKET, DATABASE_URL: url };
      expect(secretsOf(configOf(env))).toContain('not/mine');
      expect(readPartly(env, readFile).secrets).toContain('not/mine');
    },
  );
});
