/**
 * `npm run check:audit`: fails where a dependency of the running bot has a known weakness of high or critical severity.
 * Not every registry supports this request; without it the check passes, and says that it was skipped.
 */

import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

export interface Verdict {
  readonly isGood: boolean;
  readonly said: string;
}

/** `printed` is what `npm audit --json` printed. */
export function judgeAudit(printed: string): Verdict {
  const report = parseReport(printed);
  if (report === null) {
    return {
      isGood: true,
      said: 'npm audit: SKIPPED, no registry answers the question for known weaknesses.',
    };
  }
  const bad = Object.entries(report).filter(([, { severity }]) => ['high', 'critical'].includes(severity));
  if (bad.length === 0) {
    return {
      isGood: true,
      said: 'npm audit: no high or critical weakness is known in what the bot runs on.',
    };
  }
  const list = bad.map(([name, { severity }]) => `  - ${name}: ${severity}`).join('\n');
  return { isGood: false, said: `npm audit: known weaknesses; run npm audit --omit=dev:\n${list}` };
}

type Weaknesses = Readonly<Record<string, { readonly severity: string }>>;

/** null where there is none: an error of the registry is an object of another shape, or no JSON at all. */
function parseReport(printed: string): Weaknesses | null {
  try {
    const parsed = JSON.parse(printed) as { vulnerabilities?: Weaknesses; auditReportVersion?: number };
    return parsed.auditReportVersion === undefined ? null : (parsed.vulnerabilities ?? {});
  } catch {
    return null;
  }
}

function main(): void {
  const words = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=20000'];
  const { stdout } = spawnSync('npm', words, { encoding: 'utf8' });
  const { isGood, said } = judgeAudit(stdout);
  process.stdout.write(`${said}\n`);
  process.exitCode = isGood ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
