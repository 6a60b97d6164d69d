import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailureCause } from '../../src/scan/snapshot.ts';
import * as says from '../../src/views/doctor.ts';
import { printFinding, printSummary, sayOnce } from '../../src/views/doctor-lines.ts';

const CAUSES: readonly FailureCause[] = [
  'unreachable',
  'tls',
  'timeout',
  'sign-in',
  'forbidden',
  'not-found',
  'bad-request',
  'rate-limited',
  'unavailable',
  'garbled',
];

describe('a line of the doctor', () => {
  it('is one line, whatever a server says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xff })), (codes) => {
        const text = String.fromCharCode(...codes);
        const line = printFinding('Console', { verdict: 'wrong', text }, false);
        for (const control of ['\n', '\r', '\u001b', '\u009b'])
          expect(line.slice(0, -1)).not.toContain(control);
        expect(line.endsWith('\n')).toBe(true);
      }),
    );
  });

  it('has colours where it shall, and none else', () => {
    const finding = { verdict: 'fine', text: 'may be read' } as const;
    expect(printFinding('Progress', finding, true)).toBe(
      '\u001b[32m✔\u001b[0m Progress             may be read\n',
    );
    expect(printFinding('Progress', finding, false)).toBe('✔ Progress             may be read\n');
  });

  it.each(CAUSES)(
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
        expect(says.signInFinding(failure).verdict).toBe('unknown');
      }
    },
  );
});

describe('the clock', () => {
  it.each([
    [29_999, 'fine'],
    [-29_999, 'fine'],
    [30_000, 'warning'],
    [-30_000, 'warning'],
    [null, 'unknown'],
  ] as const)('that is %s ms off is %s', (aheadMs, verdict) => {
    expect(says.clockFinding('Slack', aheadMs).verdict).toBe(verdict);
  });
});

it('what passes by itself is told once, and is not wrong', () => {
  const failure = { cause: 'unavailable', detail: 'GET /x: HTTP 502', retryAfterMs: null } as const;
  const told = new Set<string>();
  const findings = [says.progressFinding(failure), says.resultsFinding({ ...failure, detail: 'GET /y' })];
  const [first, second] = findings.map((finding) => sayOnce(finding, told));
  expect([first?.verdict, second?.verdict]).toEqual(['unknown', 'unknown']);
  expect(first?.text).toContain('HTTP 502');
  expect(second?.text).toBe('not checked, as above: The Console has trouble of its own');
});

it('the summary counts, and tells what to do', () => {
  expect(printSummary(['fine', 'fine', 'warning', 'unknown'])).toBe(
    '\n2 fine, 1 to look at, 0 wrong, 1 not checked. Nothing that was checked keeps the bot from starting.\n',
  );
  expect(printSummary(['wrong'])).toContain('Mend what is marked ✖ and run it again.');
});
