import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { setUp, type SetupTarget } from '../../../src/cli/setup/set-up.ts';
import { BrokenOffError, type Terminal } from '../../../src/cli/setup/terminal.ts';
import {
  createSimulatedConsole,
  type SimulatedConsole,
  type SimulatedConsoleOptions,
} from '../../../src/demo/console/simulated-console.ts';
import { useDirectory } from '../../support/directory.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack/fake-slack.ts';
import { writeMigrated } from '../../support/memory.ts';
import { toConfigMapData, toExtraEnv, toSecret } from '../../../src/cli/setup/outcome.ts';

const PASSWORD = 'correct horse #1';
const LINK = 'https://acme.slack.com/archives/C0GENERAL';

let slack: FakeSlack;
let simulated: SimulatedConsole;
const directory = useDirectory();

async function openConsole(options: SimulatedConsoleOptions = {}): Promise<void> {
  const users = [{ username: 'bot', password: PASSWORD, mayWrite: false, role: 'auditor' }];
  simulated = await createSimulatedConsole({ users, ...options });
  onTestFinished(simulated.close);
}

beforeEach(async () => {
  slack = await startFakeSlack();
  onTestFinished(() => slack.close());
  await openConsole();
  // Its checks rehearse the migrations that are missing, which takes longer than all else.
  await writeMigrated(directory.join('bot.db'));
});

interface Played {
  readonly code: number | 'broken off';
  /** Everything on the screen: prompts, echoed input and text. */
  readonly screen: string;
  readonly unasked: readonly string[];
}

/** Types the inputs in turn; after the last one the user cancels. */
async function play(
  answers: readonly string[],
  changes: Partial<SetupTarget> = {},
  given: Readonly<Record<string, string>> = {},
): Promise<Played> {
  const rest = [...answers];
  let screen = '';
  const terminal: Terminal = {
    style: { isColoured: false, columns: 10_000 },
    say: (text) => void (screen += text),
    prompt: (question, { isSecret = false } = {}) => {
      const answer = rest.shift();
      screen += `${question} ${isSecret ? '' : (answer ?? '')}\n`;
      return answer === undefined ? Promise.reject(new BrokenOffError()) : Promise.resolve(answer);
    },
    close: () => undefined,
  };
  const target: SetupTarget = { kind: 'env', file: directory.join('.env'), ...changes };
  const env = { SLACK_API_URL: slack.apiUrl, DATABASE_URL: `sqlite:${directory.join('bot.db')}`, ...given };
  const code = await setUp({ terminal, target, env }).catch((error: unknown) => {
    if (error instanceof BrokenOffError) return 'broken off' as const;
    throw error;
  });
  return { code, screen, unasked: rest };
}

const good = () => [slack.botToken, slack.appToken, simulated.url, 'bot', PASSWORD, LINK];
const written = () => parseEnv(readFileSync(directory.join('.env'), 'utf8'));

describe('the setup', () => {
  it('asks six things, checks each, and writes what a start needs, for its owner alone', async () => {
    const { code, screen, unasked } = await play(good());
    expect([code, unasked]).toEqual([0, []]);
    expect(written()).toEqual({
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      PRISMA_CONSOLE_URL: simulated.url,
      PRISMA_USERNAME: 'bot',
      PRISMA_PASSWORD: PASSWORD,
    });
    expect(statSync(directory.join('.env')).mode & 0o777).toBe(0o600);
    for (const line of ['✔ Bot token', '✔ Scopes', '✔ Socket Mode', '✔ Sign-in', '✔ Progress', '✔ Channel'])
      expect(screen).toContain(line);
    for (const secret of [slack.botToken, slack.appToken, PASSWORD]) expect(screen).not.toContain(secret);
  });

  it('changes nothing in Slack or in the Console', async () => {
    await play(good());
    const written = simulated.requests.filter(({ method }) => method !== 'GET').map(({ route }) => route);
    expect(new Set(written)).toEqual(new Set(['/authenticate']));
    expect(slack.calls().filter(({ method }) => method.startsWith('chat.'))).toEqual([]);
  });

  it('finds out the API version and the only project instead of asking', async () => {
    await openConsole({ apiVersion: 'v32.07', projects: ['team-a'] });
    const { code, screen } = await play(good());
    expect(code).toBe(0);
    expect(written()).toMatchObject({ PRISMA_API_VERSION: 'v32.07', PRISMA_PROJECT: 'team-a' });
    expect(screen).toContain('✔ API version          v32.07 works');
  });

  it('asks which project is meant only where there are several', async () => {
    await openConsole({ projects: ['Central Console', 'team-a', 'team-b'] });
    const { code } = await play([...good().slice(0, 5), 'team-c', 'team-b', '']);
    expect(code).toBe(0);
    expect(written()).toMatchObject({ PRISMA_PROJECT: 'team-b' });
  });

  it('says whether the role may write', async () => {
    await openConsole({ users: [{ username: 'bot', password: PASSWORD, mayWrite: true, role: 'operator' }] });
    expect((await play(good())).screen).toContain('the role of PRISMA_USERNAME, operator, would let them');
  });
});

it('does not begin where the environment has what it would pass on, and is wrong', async () => {
  const given = { HTTPS_PROXY: 'socks5://proxy:1080', PRISMA_AUTH: 'Basic', LOG_LEVEL: 'loud' };
  const { code, screen, unasked } = await play(good(), {}, given);
  expect([code, unasked]).toEqual([1, good()]);
  expect(screen).toMatch(
    /\n {2}- PRISMA_AUTH must be token or basic\n {2}- HTTPS_PROXY must be the address of/,
  );
  expect(screen).not.toContain('LOG_LEVEL');
  expect(existsSync(directory.join('.env'))).toBe(false);
});

describe('an answer', () => {
  it('that is none of its kind is asked for again, and not repeated on the screen', async () => {
    const [bot = '', app = '', ...rest] = good();
    const { code, screen } = await play(['xapp-1-misplaced', bot, 'hello', app, ...rest]);
    expect(code).toBe(0);
    expect(screen).toContain('SLACK_BOT_TOKEN must begin with xoxb- (it looks like an app token');
    expect(screen).not.toContain('misplaced');
  });

  it('that is refused is asked for again', async () => {
    const [bot = '', app = '', address = ''] = good();
    const access = ['bot', 'wrong-password', 'bot', PASSWORD, ''];
    const { code, screen } = await play(['xoxb-1-wrong', bot, app, address, ...access]);
    expect(code).toBe(0);
    expect(screen).not.toContain('failed. The bot');
    expect(screen).toContain('✖ Bot token            Slack refuses SLACK_BOT_TOKEN');
    expect(screen).toContain('✖ Sign-in');
    expect(written()).toMatchObject({ SLACK_BOT_TOKEN: bot, PRISMA_PASSWORD: PASSWORD });
  });

  it('that cannot be checked now is taken where the person insists', async () => {
    await simulated.setFault({ kind: 'down' });
    const { code, screen } = await play([...good().slice(0, 3), '', 'bot', PASSWORD, '']);
    expect(code).toBe(0);
    expect(screen).toMatch(/1 check has failed. The bot starts, .*\n✖ Console /);
    expect(written()).toMatchObject({ PRISMA_CONSOLE_URL: simulated.url, PRISMA_USERNAME: 'bot' });
  });

  it('offers what was kept still after an input that is none', async () => {
    const { screen } = await play(['xoxb-1-unknown', 'y', '', slack.appToken]);
    expect(screen).toContain('  Type it again, or press Enter to keep it as it is.\n');
    expect(screen).toContain('  Type it again, or press Enter to keep the one before.\n');
    expect(screen).not.toContain('SLACK_BOT_TOKEN is needed');
    expect(screen).toContain('App-level token');
  });

  it('that is refused, and kept, is written, and the end says that the bot cannot start', async () => {
    const { code, screen } = await play(['xoxb-1-wrong', '', ...good().slice(1)]);
    expect(code).toBe(1);
    expect(written()).toMatchObject({ SLACK_BOT_TOKEN: 'xoxb-1-wrong' });
    expect(screen).toMatch(
      /failed\. The bot will not be ready like this:\n✖ Bot token .*\n[^]*Run the setup again/,
    );
  });

  it('may be the address as the browser has it', async () => {
    const [bot = '', app = '', address = '', ...rest] = good();
    await play([bot, app, `${address}/#!/monitor/vulnerabilities`, ...rest]);
    expect(written()).toMatchObject({ PRISMA_CONSOLE_URL: simulated.url });
  });

  it('may be the signing secret, for HTTP mode', async () => {
    const [bot = '', , ...rest] = good();
    const secret = '0123456789abcdef0123456789abcdef';
    const { screen } = await play([bot, secret, ...rest]);
    expect(screen).toContain('✔ Signing secret');
    expect(written()).toMatchObject({ SLACK_SIGNING_SECRET: secret });
    expect(written()).not.toHaveProperty('SLACK_APP_TOKEN');
  });

  it('that is the name of a channel is asked for again, and a private one says how to invite', async () => {
    const { screen } = await play([...good().slice(0, 5), '#general', 'C0SECRET']);
    expect(screen).toContain('no link of a channel');
    expect(screen).toContain('/invite @scanprogress');
  });
});

describe('a file', () => {
  it('that is there stays as it is unless the person says so', async () => {
    const file = directory.join('.env');
    writeFileSync(file, 'MINE=1\n');
    expect((await play(good())).code).toBe('broken off');
    expect((await play([...good(), ''])).code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe('MINE=1\n');
    const other = directory.join('other.env');
    expect((await play([...good(), other])).code).toBe(0);
    expect([readFileSync(file, 'utf8'), existsSync(other)]).toEqual(['MINE=1\n', true]);
    expect((await play([...good(), 'yes'])).code).toBe(0);
    expect(written()).toHaveProperty('SLACK_BOT_TOKEN');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([0, 1, 2, 3, 4, 5])('is not there where the person ends it after %i answers', async (count) => {
    expect((await play(good().slice(0, count))).code).toBe('broken off');
    expect(existsSync(directory.join('.env'))).toBe(false);
  });

  it('may be a Secret for Kubernetes, with the keys that the manifests mount; the rest is printed', async () => {
    const file = directory.join('secret.yml');
    const { code, screen } = await play(good(), { kind: 'kubernetes', file });
    expect(code).toBe(0);
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({
      kind: 'Secret',
      metadata: { name: 'scanprogress' },
      stringData: {
        'slack-bot-token': slack.botToken,
        'slack-app-token': slack.appToken,
        'prisma-password': PASSWORD,
      },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(screen).toContain(`PRISMA_CONSOLE_URL: ${simulated.url}`);
    expect(screen).not.toContain(PASSWORD);
  });
});

it('the password of a proxy is in the Secret for Kubernetes, and the container gets it from there', () => {
  const variables = { HTTPS_PROXY: 'http://me:let-me-out@proxy:3128', HTTP_PROXY: 'http://proxy:3128' };
  expect(parse(toSecret(variables))).toMatchObject({ stringData: { 'https-proxy': variables.HTTPS_PROXY } });
  expect(parse(toConfigMapData(variables))).toEqual({ HTTP_PROXY: variables.HTTP_PROXY });
  expect(parse(toExtraEnv(variables))).toEqual([
    { name: 'HTTPS_PROXY', valueFrom: { secretKeyRef: { name: 'scanprogress', key: 'https-proxy' } } },
  ]);
  expect(toExtraEnv({ HTTP_PROXY: variables.HTTP_PROXY })).toBe('');
});
