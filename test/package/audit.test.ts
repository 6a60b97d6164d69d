import { describe, expect, it } from 'vitest';
import { judgeAudit } from '../../.ci/audit.ts';

const report = (...severities: string[]): string =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      severities.map((severity, index) => [`package-${index}`, { severity }]),
    ),
  });

describe('the audit', () => {
  it.each(['high', 'critical'])('fails by a weakness of %s severity, and names its package', (severity) => {
    expect(judgeAudit(report('low', severity))).toEqual({
      isGood: false,
      said: expect.stringContaining(`  - package-1: ${severity}`) as string,
    });
  });

  it.each([[report()], [report('low', 'moderate', 'info')]])('passes by %s', (printed) => {
    expect(judgeAudit(printed)).toEqual({ isGood: true, said: expect.stringContaining('no high') as string });
  });

  it.each(['', 'npm error', '{"message":"405 Method Not Allowed","error":{"summary":"","detail":""}}'])(
    'passes where no registry answers, and says that it has not looked: %j',
    (printed) => {
      expect(judgeAudit(printed)).toEqual({
        isGood: true,
        said: expect.stringContaining('SKIPPED') as string,
      });
    },
  );
});
