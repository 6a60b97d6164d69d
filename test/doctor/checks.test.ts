import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readPartly } from '../../src/config/config.ts';
import {
  createSimulatedConsole,
  type SimulatedConsole,
  type SimulatedConsoleOptions,
} from '../../src/demo/console/simulated-console.ts';
import type { Fault } from '../../src/demo/console/console-faults.ts';
import { runChecks } from '../../src/doctor/check.ts';
import { allChecks } from '../../src/doctor/checks.ts';
import { readManifestScopes } from '../../src/doctor/slack-checks.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { certificate, startLoopback } from '../prisma-cloud/loopback.ts';
import { startFakeSlack, type FakeSlack } from '../support/fake-slack/fake-slack.ts';
import { writeMigrated } from '../support/memory.ts';
import { makeRequests } from '../support/rate-limiter.ts';
import {
  ALPINE,
  DATABASE_FILE,
  type Environment,
  surround,
  type Surroundings,
} from '../support/surroundings.ts';

let around: Surroundings<FakeSlack>;
const databaseFile = () => join(around.directory, DATABASE_FILE);
let slack: FakeSlack;
let simulated: SimulatedConsole;

async function openConsole(options: SimulatedConsoleOptions): Promise<void> {
  simulated = await createSimulatedConsole(options);
  onTestFinished(simulated.close);
}

beforeEach(async (test) => {
  around = await surround(test, {
    startSlack: () => startFakeSlack(),
    stopSlack: (stopped) => stopped.close(),
  });
  ({ slack, console: simulated } = around);
  // The check of the database rehearses the migrations that are missing, which takes longer than all else.
  await writeMigrated(databaseFile());
});

/** `verdict text` of each check, by its name. */
async function diagnose(changes: Environment = {}): Promise<Record<string, string>> {
  const environment = { ...around.environment, PRISMA_CONSOLE_URL: simulated.url, ...changes };
  const checks = allChecks(readPartly(environment, () => certificate('localhost')));
  const findings: Record<string, string> = {};
  for await (const { name, verdict, text } of runChecks(checks, { limitMs: 60_000 }))
    findings[name] = `${verdict} ${text}`;
  return findings;
}

function verdicts(findings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(findings).map(([name, text]) => [name, text.split(' ')[0]!]));
}

const SLACK = ['Way to Slack', 'Bot token', 'Scopes', 'Socket Mode', 'Clock (Slack)'];

const CONSOLE = [
  ...['Way to Console', 'Console', 'Certificate', 'Sign-in', 'API version', 'Project', 'Progress', 'Results'],
  ...['Registry settings', 'Starting scans', 'Clock (Console)'],
];

describe('where all is well', () => {
  it('every line is fine, but for the certificate that is none', async () => {
    const user = { username: 'demo', password: 'not-a-word-7', mayWrite: true };
    await openConsole({ users: [user] });
    const findings = await diagnose({ PRISMA_PASSWORD: user.password });
    expect(Object.keys(findings)).toEqual(['Variables', ...SLACK, ...CONSOLE, 'Database']);
    expect(new Set(Object.values(verdicts({ ...findings, Certificate: 'fine' })))).toEqual(new Set(['fine']));
    expect(findings['Certificate']).toMatch(/^warning .*http:\/\//);
    expect(findings['API version']).toBe('fine v33.03 works, the Console is 33.03.138');
    expect(findings['Scopes']).toBe('fine all 15 of manifest.yml are granted');
    expect(findings['Registry settings']).toMatch(/^fine may be read: \d+ registries are set up$/);
  });

  it('nothing is changed, and no end of a scan is taken away', async () => {
    let now = Date.now();
    await openConsole({ now: () => now });
    simulated.startImageScan(ALPINE, { repositories: 1, images: 1, durationMs: 1_000 });
    now += 60_000;
    await diagnose({ SCAN_OPERATORS: 'U1' });
    const written = simulated.requests.filter(({ method }) => method !== 'GET').map(({ route }) => route);
    expect(new Set(written)).toEqual(new Set(['/authenticate']));
    const asked = simulated.requests.filter(({ route }) => route === '/registry/progress');
    expect(asked.map(({ query }) => query)).toEqual([{}]);
    const called = slack.calls().map(({ method }) => method);
    expect(called.toSorted()).toEqual(['apps.connections.open', 'auth.test']);
    expect(slack.socket.connections()).toBe(0);
  });
});

it('beside a bot that has asked all that the Console grants nothing is asked, and nothing is called wrong', async () => {
  const database = openSqlite(databaseFile());
  await makeRequests(database, { count: 30, now: Date.now() });
  await database.close();
  const findings = await diagnose();
  expect(simulated.requests).toEqual([]);
  const { Progress, Results } = verdicts(findings);
  expect([Progress, Results]).toEqual(['unknown', 'unknown']);
  expect(Object.values(verdicts(findings))).not.toContain('wrong');
  expect(findings['Console']).toContain('no request was free in time');
  expect(findings['Progress']).toMatch(/not checked, as above: The Console was not asked/);
});

it('a proxy without its Console is nothing that is wrong with the configuration', async () => {
  await simulated.setFault({ kind: 'status', status: 502 });
  expect(Object.values(verdicts(await diagnose()))).not.toContain('wrong');
});

describe('the tokens', () => {
  it('are named where Slack refuses them, with what to do', async () => {
    slack.killToken('bot', 'account_inactive');
    slack.killToken('app', 'invalid_auth');
    const findings = await diagnose();
    expect(findings['Bot token']).toMatch(
      /^wrong Slack refuses SLACK_BOT_TOKEN \(account_inactive\): .*reinstall/,
    );
    expect(findings['Scopes']).toBe('unknown needs a bot token that Slack takes');
    expect(findings['Socket Mode']).toMatch(
      /^wrong Slack refuses SLACK_APP_TOKEN \(invalid_auth\): .*connections:write/,
    );
    // Any response shows Slack's time, even this one.
    expect(findings['Clock (Slack)']).toMatch(/^fine/);
  });

  it('say by which proxy Slack and the Console are reached', async () => {
    const findings = await diagnose({ HTTP_PROXY: 'http://me:secret@127.0.0.1:1' });
    expect(findings['Way to Slack']).toMatch(
      /^fine 127.0.0.1:\d+, by the proxy 127.0.0.1:1 \(HTTP_PROXY\): 127.0.0.1 has an address$/,
    );
    expect(findings['Bot token']).toMatch(/^wrong no answer of Slack \(PROXY_ECONNREFUSED\)/);
    expect(findings['Way to Console']).toMatch(/by the proxy 127.0.0.1:1/);
    expect(findings['Console']).toMatch(/PROXY_ECONNREFUSED/);
    expect(JSON.stringify(findings)).not.toContain('secret');
    expect((await diagnose())['Way to Slack']).toMatch(/, without a proxy: 127.0.0.1 has an address$/);
    const proxy = { HTTP_PROXY: 'http://a..b:3128' };
    const lost = await diagnose(proxy);
    expect(lost['Way to Slack']).toMatch(/^wrong .*: no address of a..b is found/);
    expect(lost['Bot token']).toBe('unknown needs an answer of Slack');
    expect(lost['Console']).toBe('unknown needs an address of its host');
    expect(lost['Sign-in']).toBe('unknown needs a Console that answers');
  });

  it('that lack scopes are told which', async () => {
    const granted = readManifestScopes().filter((scope) => !scope.endsWith(':history'));
    const other = await startFakeSlack({ scopes: [...granted, 'files:read'] });
    onTestFinished(() => other.close());
    const findings = await diagnose({ SLACK_API_URL: other.apiUrl });
    const missing = 'channels:history, groups:history, im:history, mpim:history';
    expect(findings['Scopes']).toMatch(
      new RegExp(`^wrong missing: ${missing}\\. .*manifest\\.yml.*reinstall`),
    );
  });

  it('cost nothing else where Slack is away', async () => {
    await slack.goOffline();
    const findings = await diagnose();
    expect(findings['Bot token']).toMatch(/^wrong no answer of Slack \(ECONNREFUSED\)/);
    expect(findings['Socket Mode']).toBe('unknown needs an answer of Slack');
    expect(findings['Clock (Slack)']).toMatch(/^unknown/);
    expect(findings['Progress']).toBe('fine may be read');
  });

  it('are none in HTTP mode: a signing secret is looked at', async () => {
    const good = { SLACK_APP_TOKEN: undefined, SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef' };
    expect((await diagnose(good))['Signing secret']).toMatch(/^fine/);
    const odd = { ...good, SLACK_SIGNING_SECRET: 'hello' };
    expect((await diagnose(odd))['Signing secret']).toMatch(/^warning .*32 hexadecimal/);
  });
});

describe('the Console', () => {
  it('that is away is told once; what depends on it needs it', async () => {
    await simulated.setFault({ kind: 'down' });
    const findings = await diagnose({ SCAN_OPERATORS: 'U1' });
    expect(findings['Console']).toMatch(/^wrong The Console cannot be reached .*PRISMA_CONSOLE_URL/);
    for (const name of CONSOLE.slice(3)) expect(findings[name]).toMatch(/^unknown needs /);
    expect(findings['Bot token']).toMatch(/^fine/);
  });

  it.each<[string, Fault, readonly string[]]>([
    ['with what cannot be read', { kind: 'cut' }, ['Console']],
    ['with a way to a login page', { kind: 'status', status: 302 }, ['Console']],
    ['with an odd version', { kind: 'wrong-types', route: '/version' }, ['Sign-in']],
    ['late, where it is asked for its version', { kind: 'slow', ms: 60_000, route: '/version' }, ['Sign-in']],
    [
      'late, where it is asked for progress',
      { kind: 'slow', ms: 60_000, route: '/registry/progress' },
      ['Progress'],
    ],
    ['that it knows no progress', { kind: 'status', status: 404, route: '/registry/progress' }, ['Progress']],
    ['that it knows no results', { kind: 'status', status: 404, route: '/registry' }, ['Results']],
  ])('that answers %s has one line that is wrong', async (_, fault, names) => {
    await simulated.setFault(fault);
    const findings = await diagnose({ SCAN_OPERATORS: 'U1' });
    const wrong = Object.entries(verdicts(findings)).flatMap(([name, verdict]) =>
      verdict === 'wrong' ? [name] : [],
    );
    expect(wrong).toEqual(names);
  });

  it('that refuses the sign-in is asked for it once, and told once', async () => {
    const findings = await diagnose({ PRISMA_PASSWORD: 'wrong-password' });
    expect(findings['Console']).toBe('fine the Console answers');
    expect(findings['Sign-in']).toMatch(/^wrong The Console refused the sign-in .*PRISMA_PASSWORD/);
    for (const name of ['API version', 'Progress', 'Results', 'Registry settings'])
      expect(findings[name]).toBe('unknown needs the sign-in');
    // A Console locks an account out after a few.
    expect(simulated.requests.filter(({ route }) => route === '/authenticate')).toHaveLength(1);
    expect(JSON.stringify(findings)).not.toContain('wrong-password');
  });

  it.each([
    ['signed in', {}],
    ['not signed in', { PRISMA_PASSWORD: undefined }],
  ])('of another version is told which path it knows: %s', async (_, changes) => {
    await openConsole({ apiVersion: 'v32.07' });
    const findings = await diagnose(changes);
    expect(findings['Console']).toBe('fine the Console answers');
    expect(findings['API version']).toBe(
      'wrong the Console does not know v33.03: set PRISMA_API_VERSION=v32.07',
    );
    expect(findings['Progress']).toMatch(/^unknown needs /);
  });

  it('that knows its alias is asked for the version itself', async () => {
    await openConsole({ apiVersion: 'v1' });
    const findings = await diagnose({ PRISMA_API_VERSION: 'v30.00' });
    expect(findings['API version']).toBe(
      'wrong the Console does not know v30.00: set PRISMA_API_VERSION=v33.03',
    );
  });

  it.each([
    ['/registry/progress', 'Progress', /^wrong .*monitorImages/],
    ['/registry', 'Results', /^warning .*monitorImages/],
    ['/settings/registry', 'Registry settings', /^warning .*policyContainers/],
  ])('whose role may not read %s is told what that costs', async (route, name, words) => {
    await simulated.setFault({ kind: 'status', status: 403, route });
    const findings = await diagnose();
    expect(findings[name]).toMatch(words);
    expect(findings['Sign-in']).toMatch(/^fine/);
  });

  it('is not asked to start a scan: what cannot be told is said', async () => {
    // Five times all checks are more than 30 requests, which a database would count.
    rmSync(databaseFile());
    const operator = { PRISMA_OPERATOR_USERNAME: 'op', PRISMA_OPERATOR_PASSWORD: 'op-password' };
    const startingScans = async (changes?: Environment) => (await diagnose(changes))['Starting scans'];
    expect(await startingScans()).toBe('fine nobody may start or stop scans: SCAN_OPERATORS is empty');
    expect(await startingScans({ SCAN_OPERATORS: '#ops' })).toBe('unknown needs a valid SCAN_OPERATORS');
    const asReader = /^unknown PRISMA_USERNAME signs in; .*cannot be tried without starting/;
    expect(await startingScans({ SCAN_OPERATORS: 'U1' })).toMatch(asReader);
    const withOperator = { SCAN_OPERATORS: 'U1', ...operator };
    expect(await startingScans(withOperator)).toMatch(/^wrong the Console refuses PRISMA_OPERATOR_USERNAME/);
    const reader = { username: 'demo', password: 'demo', mayWrite: false };
    await openConsole({ users: [reader, { username: 'op', password: 'op-password', mayWrite: true }] });
    expect(await startingScans(withOperator)).toMatch(/^unknown PRISMA_OPERATOR_USERNAME signs in/);
  });

  it.each([
    ['operator', /^fine PRISMA_USERNAME may start them: its role is operator/],
    ['auditor', /^wrong PRISMA_USERNAME may only read: its role is auditor/],
  ])('whose token names the role %s is believed', async (role, words) => {
    await openConsole({ users: [{ username: 'demo', password: 'demo', mayWrite: true, role }] });
    expect((await diagnose({ SCAN_OPERATORS: 'U1' }))['Starting scans']).toMatch(words);
  });

  it('with projects is asked which of them the user sees', async () => {
    await openConsole({ projects: ['team-a'] });
    expect((await diagnose())['Project']).toMatch(/^wrong .*set PRISMA_PROJECT=team-a$/);
    expect((await diagnose({ PRISMA_PROJECT: 'team-a' }))['Project']).toMatch(/^fine/);
  });

  it.each([
    // A Date header has whole seconds, and a response takes its time: half a minute on a busy machine changes nothing.
    ['behind', 90_000, /^warning is 1 min (\d+ s )?behind the Console’s/],
    ['ahead', -3_600_000, /^warning is .* ahead of the Console’s/],
    ['a few seconds off', 20_000, /^fine/],
  ])('shows that our clock is %s', async (_, skewMs, words) => {
    await openConsole({ now: () => Date.now() + skewMs });
    expect((await diagnose())['Clock (Console)']).toMatch(words);
  });

  it('that hangs keeps nobody waiting for long', async () => {
    await simulated.setFault({ kind: 'slow', ms: 3_600_000 });
    const startedAt = Date.now();
    const findings = await diagnose();
    expect(findings['Console']).toMatch(/^wrong The Console did not answer in time/);
    expect(Date.now() - startedAt).toBeLessThan(30_000);
  });
});

describe('the certificate', () => {
  const startTls = () => startLoopback(({ response }) => void response.end('"33.03.138"'), 'localhost');

  it('that nobody trusts is told, with the variable', async () => {
    const server = await startTls();
    const findings = await diagnose({ PRISMA_CONSOLE_URL: server.url });
    expect(findings['Console']).toBe('fine something answers there; see the certificate');
    expect(findings['Certificate']).toMatch(/^wrong .*certificate is not trusted.*PRISMA_CA_FILE/);
    expect(findings['Sign-in']).toBe('unknown needs a certificate that is trusted');
  });

  it('is trusted by its CA, and not checked where it shall not be', async () => {
    const server = await startTls();
    const trusted = await diagnose({ PRISMA_CONSOLE_URL: server.url, PRISMA_CA_FILE: '/ca.pem' });
    const unchecked = await diagnose({ PRISMA_CONSOLE_URL: server.url, PRISMA_TLS_INSECURE: 'true' });
    expect(trusted['Certificate']).toBe('fine is trusted');
    expect(unchecked['Certificate']).toMatch(/^warning is not checked/);
  });
});

it('with nothing configured everything is named that is missing, and nothing asked', async () => {
  const access = { PRISMA_CONSOLE_URL: undefined, PRISMA_USERNAME: undefined, PRISMA_PASSWORD: undefined };
  const findings = await diagnose({ SLACK_BOT_TOKEN: undefined, SLACK_APP_TOKEN: undefined, ...access });
  for (const name of [...SLACK.slice(1), ...CONSOLE]) expect(findings[name]).toMatch(/^unknown needs /);
  expect(findings['Database']).toMatch(/^fine/);
  expect(slack.calls()).toEqual([]);
  expect(simulated.requests).toEqual([]);
});
