import { describe, expect, it } from 'vitest';
import { readPartly } from '../../src/config/config.ts';
import { once, runCheck } from '../../src/doctor/check.ts';
import { allChecks } from '../../src/doctor/checks.ts';
import { variablesFindings } from '../../src/views/doctor.ts';

describe('a check', () => {
  it('that never ends is told as such', async () => {
    const run = () => new Promise<never>(() => undefined);
    expect(await runCheck({ name: 'a', run }, 20)).toEqual({
      verdict: 'wrong',
      text: 'came to no end within 1 s',
    });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('odd, xoxb-1-secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('odd, xoxb-1-secret'))],
  ])('that %s costs the others nothing', async (_, run) => {
    const text = 'the check itself failed: odd, [redacted]';
    expect(await runCheck({ name: 'a', run }, 1_000)).toEqual({ verdict: 'wrong', text });
  });
});

it('what several checks need is asked once', async () => {
  let asked = 0;
  const ask = once(() => Promise.resolve((asked += 1)));
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
});

it('each variable that is missing or wrong has a line of its own', async () => {
  const environment = {
    POLL_CRON: 'often',
    SLACK_BOT_TOKEN: 'xapp-1',
    DATABASE_URL: 'file.db',
    PRISMA_API_VERSION: '33',
  };
  const checks = allChecks(readPartly(environment, () => ''));
  const findings = await Promise.all(checks.map((check) => runCheck(check, 60_000)));
  const faults = findings.filter((_, index) => checks[index]!.name === 'Variables');
  const named = faults.map(({ text }) => text.split(' ')[0]);
  const wanted = ['SLACK_BOT_TOKEN', 'POLL_CRON', 'DATABASE_URL', 'PRISMA_CONSOLE_URL'];
  expect(named).toEqual(expect.arrayContaining(wanted));
  // No default is checked in place of the invalid value.
  expect(findings.at(-1)).toEqual({ verdict: 'unknown', text: 'needs a valid DATABASE_URL' });
});

it('a variable that looks misspelled is warned of, and is no fault', () => {
  const { warnings, errors } = readPartly({ STAL_AFTER: '30m' }, () => '');
  const findings = variablesFindings({ warnings, errors: [], isIncomplete: false });
  expect(findings.map(({ verdict }) => verdict)).toEqual(['fine', 'warning']);
  expect(warnings).toMatchObject([expect.stringMatching(/STAL_AFTER.*STALL_AFTER/)]);
  expect(errors.join()).not.toContain('STAL_');
});
