import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailureCause } from '../../src/scan/snapshot.ts';
import * as says from '../../src/views/doctor.ts';
import * as slackSays from '../../src/views/doctor-slack.ts';
import {
  type Finding,
  printFinding,
  printSummary,
  dedupe,
  setupFailuresText,
  type Verdict,
} from '../../src/views/doctor-lines.ts';
import { FAILURE_CAUSES } from './support/arbitraries.ts';

describe('a line of the doctor', () => {
  it('is one line, whatever a server says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xff })), (codes) => {
        const text = String.fromCharCode(...codes);
        const line = printFinding('Console', { verdict: 'wrong', text }, null);
        for (const control of ['\n', '\r', '\u001b', '\u009b'])
          expect(line.slice(0, -1)).not.toContain(control);
        expect(line.endsWith('\n')).toBe(true);
      }),
    );
  });

  it('has colours where it shall, and none else', () => {
    const finding = { verdict: 'fine', text: 'may be read' } as const;
    expect(printFinding('Progress', finding, { isColoured: true, columns: 80 })).toBe(
      '\u001b[32m✔\u001b[0m Progress             may be read\n',
    );
    expect(printFinding('Progress', finding, null)).toBe('✔ Progress             may be read\n');
    const colours = (['warning', 'wrong', 'unknown'] as const).map(
      (verdict) => printFinding('', { verdict, text: '' }, { isColoured: true, columns: 80 }).split('m')[0],
    );
    expect(colours).toEqual(['\u001b[33', '\u001b[31', '\u001b[36']);
  });

  it('is listed after a setup, counted, with whether the bot starts', () => {
    const failed = ['Bot token', 'Console'].map((name) => ({ name, verdict: 'wrong' as const, text: 'x' }));
    const style = { isColoured: false, columns: 80 };
    expect(setupFailuresText(failed, { canStart: false, style })).toMatch(
      /^\n2 checks have failed\. The bot will not be ready like this:\n✖ Bot token +x\n✖ Console +x\nRun /,
    );
    expect(setupFailuresText(failed, { canStart: true, style })).toContain('The bot starts, and ');
  });

  it.each([80, 60, 53])('is broken between words on a terminal of %i columns', (columns) => {
    const text = `Slack refuses it: make a new one, and read https://example.com/${'a'.repeat(80)} about it`;
    const printed = printFinding('Socket Mode', { verdict: 'wrong', text }, { isColoured: false, columns });
    const [first, ...more] = printed.trimEnd().split('\n');
    expect([first, ...more].filter((line) => line!.length > columns)).toEqual([
      expect.stringMatching(/^ {23}https:\S+$/),
    ]);
    expect([first!.slice(23), ...more.map((line) => line.trim())].join(' ')).toBe(text);
  });

  it.each(FAILURE_CAUSES)(
    'is there for a Console that fails with %s, and never calls that fine but by an answer',
    (cause) => {
      const failure = { cause, detail: 'GET /x: odd', retryAfterMs: null };
      const version = { configured: 'v33.03', console: null, failure, suggestion: null };
      const findings = [
        says.progressFinding(failure),
        says.resultsFinding(failure),
        says.settingsFinding(failure, 0),
        says.versionFinding(version),
      ];
      expect(findings.map(({ verdict }) => verdict)).not.toContain('fine');
      for (const { text } of [...findings, says.reachableFinding(failure)])
        expect(text.length).toBeGreaterThan(5);
      if (cause === 'unreachable' || cause === 'timeout') {
        expect(says.reachableFinding(failure).verdict).toBe('wrong');
        expect(below(says.signInFinding(failure)).verdict).toBe('unknown');
      }
    },
  );
});

/** Where a line above has reported its cause. */
const below = (finding: Finding) => dedupe(finding, new Set([finding.again?.cause ?? '']));
const failed = (cause: FailureCause, detail = 'GET /x: odd') => ({ cause, detail, retryAfterMs: null });
const refused = (error: string) => ({ kind: 'refused', error, reason: 'unauthorized' }) as const;
const ofCertificate = (more: Partial<Parameters<typeof says.certificateFinding>[0]>) =>
  says.certificateFinding({ isEncrypted: true, isUnchecked: false, failure: null, ...more });
const version = { configured: 'v33.03', console: '33.03.138', failure: null, suggestion: null };
const ofStart = (more: Partial<Parameters<typeof says.startFinding>[0]>) =>
  says.startFinding({ isForNobody: false, hasOwnUser: true, role: null, failure: null, ...more });
const variables = { errors: [], isIncomplete: false, warnings: [] };
const way = {
  server: 'Slack' as const,
  host: 'slack.com',
  variable: 'HTTPS_PROXY',
  proxy: null,
  name: 'slack.com',
  error: null,
};
const { botTokenRejectedFinding, scopesFinding, signingSecretFinding, appTokenFinding } = slackSays;
const { databaseFinding } = says;

describe('what is found', () => {
  it.each<[Finding, Verdict, string]>([
    [says.variablesFindings(variables)[0]!, 'fine', 'all that a start needs'],
    [says.variablesFindings({ ...variables, errors: ['PORT: no port'] })[0]!, 'wrong', 'PORT: no port'],
    [says.variablesFindings({ ...variables, isIncomplete: true })[1]!, 'warning', 'npm run setup'],
    [says.tookTooLong(60_000), 'wrong', 'no end within 1 min'],
    [says.brokeOff('ENOENT'), 'wrong', 'the check itself failed: ENOENT'],
    [says.wayFinding(way), 'fine', 'slack.com, without a proxy: slack.com has an address'],
    [
      says.wayFinding({ ...way, error: 'ENOTFOUND' }),
      'wrong',
      'no address of slack.com is found (ENOTFOUND)',
    ],
    [says.wayFinding({ ...way, proxy: 'http://p' }), 'fine', 'by the proxy http://p (HTTPS_PROXY)'],
    [slackSays.botTokenFinding('acme'), 'fine', 'takes SLACK_BOT_TOKEN, workspace acme'],
    [
      botTokenRejectedFinding(refused('invalid_auth')),
      'wrong',
      'SLACK_BOT_TOKEN (invalid_auth): copy the Bot',
    ],
    [appTokenFinding(null), 'fine', 'takes SLACK_APP_TOKEN'],
    [appTokenFinding(refused('not_allowed')), 'wrong', 'SLACK_APP_TOKEN (not_allowed): make an app-level'],
    [appTokenFinding({ kind: 'rate-limited', retryAfterMs: 30_000 }), 'unknown', 'wait for 30 s'],
    [appTokenFinding({ kind: 'unsent', detail: 'ENOTFOUND' }), 'wrong', 'no answer of Slack (ENOTFOUND)'],
    [signingSecretFinding('0f'.repeat(16)), 'fine', 'has the right form'],
    [signingSecretFinding('0f'.repeat(17)), 'warning', 'not 32 hexadecimal digits'],
    [scopesFinding([], ['a']), 'unknown', 'did not tell which scopes'],
    [scopesFinding(['a'], ['a', 'b', 'c']), 'wrong', 'missing: b, c. Paste manifest.yml'],
    [scopesFinding(['a'], ['a', 'reactions:write']), 'fine', 'would let it nod to thanks'],
    [scopesFinding(['a', 'b'], ['a']), 'fine', 'all 1 of manifest.yml are granted, and more than needed: b'],
    [says.reachableFinding(null), 'fine', 'the Console answers'],
    [says.reachableFinding(failed('forbidden')), 'fine', 'the Console answers'],
    [says.reachableFinding(failed('tls')), 'fine', 'see the certificate'],
    [says.reachableFinding(failed('garbled')), 'wrong', 'login page'],
    [ofCertificate({ isEncrypted: false }), 'warning', 'passwords travel in the open'],
    [ofCertificate({ failure: failed('tls') }), 'wrong', 'is not trusted (GET /x: odd)'],
    [ofCertificate({ failure: failed('timeout') }), 'unknown', 'a Console that answers'],
    [ofCertificate({ isUnchecked: true }), 'warning', 'PRISMA_TLS_INSECURE=true'],
    [ofCertificate({ failure: failed('sign-in') }), 'fine', 'is trusted'],
    [says.signInFinding(null), 'fine', 'takes PRISMA_USERNAME'],
    [says.signInFinding(failed('sign-in')), 'wrong', 'refused the sign-in (GET /x: odd)'],
    [says.signInFinding(failed('not-found')), 'unknown', 'needs the right PRISMA_API_VERSION'],
    [says.signInFinding(failed('forbidden')), 'fine', 'takes PRISMA_USERNAME'],
    [says.signInFinding(failed('garbled', '')), 'wrong', 'cannot be read. Is a proxy'],
    [says.versionFinding(version), 'fine', 'v33.03 works, the Console is 33.03.138'],
    [says.versionFinding({ ...version, console: null }), 'fine', 'v33.03 works'],
    [says.versionFinding({ ...version, failure: failed('not-found') }), 'wrong', 'nor any other path'],
    [
      says.versionFinding({ ...version, failure: failed('not-found'), suggestion: 'v34.01' }),
      'wrong',
      'the Console does not know v33.03: set PRISMA_API_VERSION=v34.01',
    ],
    [below(says.versionFinding({ ...version, failure: failed('sign-in') })), 'unknown', 'needs the sign-in'],
    [says.progressFinding(null), 'fine', 'may be read'],
    [below(says.progressFinding(failed('tls'))), 'unknown', 'needs a certificate that is trusted'],
    [says.resultsFinding(null), 'fine', 'may be read: ends that were told to others'],
    [says.resultsFinding(failed('forbidden')), 'warning', 'read permission for monitorImages'],
    [below(says.resultsFinding(failed('not-found'))), 'unknown', 'needs the right PRISMA_API_VERSION'],
    [says.settingsFinding(failed('forbidden'), 0), 'warning', 'Read permission for policyContainers'],
    [says.settingsFinding(null, 0), 'warning', 'name no registry'],
    [says.settingsFinding(null, 1), 'fine', '1 registry is set up'],
    [says.settingsFinding(null, 2), 'fine', '2 registries are set up'],
    [ofStart({ role: 'operator' }), 'fine', 'may start them: its role is operator'],
    [ofStart({ isForNobody: true, role: 'admin' }), 'fine', 'PRISMA_OPERATOR_USERNAME, admin, would'],
    [ofStart({ role: 'auditor' }), 'wrong', 'may only read: its role is auditor'],
    [ofStart({ role: 'Our readers' }), 'unknown', 'cannot be tried'],
    [says.projectFinding(null, null), 'fine', 'none is needed'],
    [says.projectFinding(null, ['Central Console']), 'fine', 'none is needed'],
    [says.projectFinding(null, ['team-a']), 'wrong', 'set PRISMA_PROJECT=team-a'],
    [says.projectFinding(null, ['Central Console', 'team-a']), 'warning', 'sees team-a too'],
    [says.projectFinding('team-a', ['Central Console', 'team-a']), 'fine', 'PRISMA_PROJECT=team-a'],
    [says.projectFinding('team-a', null), 'fine', 'PRISMA_PROJECT=team-a'],
    [says.projectFinding('team-b', ['team-a']), 'wrong', 'none of team-a'],
    [ofStart({ isForNobody: true }), 'fine', 'SCAN_OPERATORS is empty'],
    [ofStart({}), 'unknown', 'PRISMA_OPERATOR_USERNAME signs in'],
    [ofStart({ hasOwnUser: false }), 'unknown', 'PRISMA_USERNAME signs in'],
    [ofStart({ failure: failed('forbidden') }), 'unknown', 'PRISMA_OPERATOR_USERNAME signs in'],
    [ofStart({ failure: failed('sign-in') }), 'wrong', 'refuses PRISMA_OPERATOR_USERNAME'],
    [below(ofStart({ failure: failed('timeout') })), 'unknown', 'a Console that answers'],
    [below(ofStart({ hasOwnUser: false, failure: failed('sign-in') })), 'unknown', 'needs the sign-in'],
    [databaseFinding({ kind: 'fine', pending: 0 }), 'fine', 'the newest schema'],
    [databaseFinding({ kind: 'fine', pending: 2 }), 'fine', 'up to date (2 changes)'],
    [databaseFinding({ kind: 'absent', file: 'a.db' }), 'fine', 'a.db is not there yet'],
    [databaseFinding({ kind: 'in-memory' }), 'warning', 'a restart forgets every watch'],
    [databaseFinding({ kind: 'no-folder', folder: '/a' }), 'wrong', 'the folder /a does not exist'],
    [databaseFinding({ kind: 'closed-folder', folder: '/a' }), 'wrong', 'the folder /a cannot be written'],
    [
      databaseFinding({ kind: 'error', error: { kind: 'server', cause: 'damaged' } }),
      'wrong',
      'The PostgreSQL server reports a damaged file or a failing disk. Look at its log.',
    ],
    [databaseFinding({ kind: 'broken', detail: 'odd' }), 'wrong', 'cannot be used (odd)'],
    [says.clockFinding('Slack', 29_999), 'fine', 'agrees with Slack’s'],
    [says.clockFinding('Slack', -29_999), 'fine', 'agrees with Slack’s'],
    [says.clockFinding('Slack', 30_000), 'warning', 'is 30 s behind Slack’s'],
    [says.clockFinding('Slack', -30_000), 'warning', 'is 30 s ahead of Slack’s'],
    [says.clockFinding('Slack', null), 'unknown', 'needs an answer of Slack'],
  ])('%o is %s, and says: %s', ({ verdict, text }, expected, words) => {
    expect(verdict).toBe(expected);
    expect(text).toContain(words);
  });
});

it('one cause is wrong in one line; those below say what they need', () => {
  const failure = { cause: 'unreachable', detail: 'GET /x: ECONNRESET', retryAfterMs: null } as const;
  const reported = new Set<string>();
  const ways = [
    says.wayFinding({ ...way, server: 'the Console', error: 'ENOTFOUND' }),
    says.reachableFinding(failure),
    says.progressFinding({ ...failure, cause: 'timeout' }),
    appTokenFinding({ kind: 'unsent', detail: 'ENOTFOUND' }),
  ].map((finding) => dedupe(finding, reported));
  expect(ways.map(({ verdict }) => verdict)).toEqual(['wrong', 'unknown', 'unknown', 'wrong']);
  expect(ways.slice(1, 3).map(({ text }) => text)).toEqual([
    'needs an address of its host',
    'needs a Console that answers',
  ]);
});

it('what passes by itself is told once, and is not wrong', () => {
  const failure = { cause: 'unavailable', detail: 'GET /x: HTTP 502', retryAfterMs: null } as const;
  const printed = new Set<string>();
  const findings = [says.progressFinding(failure), says.resultsFinding({ ...failure, detail: 'GET /y' })];
  const [first, second] = findings.map((finding) => dedupe(finding, printed));
  expect([first?.verdict, second?.verdict]).toEqual(['unknown', 'unknown']);
  expect(first?.text).toContain('HTTP 502');
  expect(second?.text).toBe('not checked, as above: The Console answered with an error');
});

it('the summary counts, and tells what to do', () => {
  expect(printSummary(['fine', 'fine', 'warning', 'unknown'])).toBe(
    '\n2 fine, 1 to look at, 0 wrong, 1 not checked.\nNothing that was checked keeps the bot from starting.\n',
  );
  expect(printSummary(['wrong'])).toContain('Fix what is marked ✖ and run it again.');
});

it('names the version of the API to set, for the setup to propose', () => {
  const failure = { cause: 'not-found', detail: 'GET /x: odd', retryAfterMs: null } as const;
  const found = { configured: 'v33.03', console: null, failure, suggestion: 'v34.01' };
  expect(says.versionFinding(found).remedy).toEqual({ name: 'PRISMA_API_VERSION', values: ['v34.01'] });
});
