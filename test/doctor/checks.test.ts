import { describe, expect, it, onTestFinished } from 'vitest';
import { readManifestScopes } from '../../src/doctor/slack-checks.ts';
import { openSqlite } from '../../src/store/drivers/sqlite.ts';
import { startFakeSlack } from '../support/fake-slack/fake-slack.ts';
import { makeRequests } from '../support/rate-limiter.ts';
import { ALPINE } from '../support/surroundings.ts';
import {
  CONSOLE,
  databaseFile,
  diagnose,
  openConsole,
  simulated,
  SLACK,
  slack,
  useServers,
  verdicts,
} from './servers.ts';

useServers();

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

  it('go nowhere past a proxy that is wrong', async () => {
    const findings = await diagnose({ HTTPS_PROXY: 'socks5://127.0.0.1:1' });

    for (const name of [...SLACK, ...CONSOLE])
      expect(findings[name]).toBe('unknown needs a valid HTTPS_PROXY');
    expect([slack.calls(), simulated.requests]).toEqual([[], []]);
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

it('with nothing configured everything is named that is missing, and nothing asked', async () => {
  const access = { PRISMA_CONSOLE_URL: undefined, PRISMA_USERNAME: undefined, PRISMA_PASSWORD: undefined };
  const findings = await diagnose({ SLACK_BOT_TOKEN: undefined, SLACK_APP_TOKEN: undefined, ...access });
  for (const name of [...SLACK.slice(1), ...CONSOLE]) expect(findings[name]).toMatch(/^unknown needs /);
  expect(findings['Database']).toMatch(/^fine/);
  expect(slack.calls()).toEqual([]);
  expect(simulated.requests).toEqual([]);
});
