import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/demo/console/console-faults.ts';
import { startLoopback } from '../prisma-cloud/loopback.ts';
import type { Environment } from '../support/surroundings.ts';
import { CONSOLE, databaseFile, diagnose, openConsole, simulated, useServers, verdicts } from './servers.ts';

useServers();

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
