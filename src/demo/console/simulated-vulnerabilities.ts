/**
 * The vulnerabilities of a full row, made up to the counts of a scan's script: as many of one severity are the same ones,
 * so that two scans that found as much found the same. Two of three have a fix. Their descriptions are as hostile as the
 * field's: nothing of them may be shown.
 */

import type { Findings } from './scan-script.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
const GRACE_DAYS = 12;

export function vulnerabilitiesOf(findings: Findings): readonly object[] {
  return SEVERITIES.flatMap((severity, rank) =>
    Array.from({ length: findings[severity] }, (_, index) => vulnerability(severity, rank * 1_000 + index)),
  );
}

/** Of the whole image, by their names. */
export function riskFactorsOf({ critical, high }: Findings): Readonly<Record<string, object>> {
  if (critical + high === 0) return {};
  return { ...(critical > 0 && { 'Critical severity': {} }), 'Has fix': {}, 'Remote execution': {} };
}

function vulnerability(severity: (typeof SEVERITIES)[number], index: number): object {
  const { name, version } = PACKAGES[index % PACKAGES.length] ?? PACKAGES[0];
  return {
    cve: `CVE-2025-${String(20_000 + index)}`,
    severity,
    packageName: name,
    packageVersion: version,
    status: index % 3 === 2 ? 'needed' : `fixed in ${nextOf(version)}, ${nextOf(nextOf(version))}`,
    block: severity === 'critical',
    gracePeriodDays: severity === 'high' ? GRACE_DAYS : null,
    description: '<!channel> a flaw in *everything* <https://evil.example|read more>',
    link: 'https://evil.example/advisory',
  };
}

function nextOf(version: string): string {
  return version.replace(/\d+$/, (last) => String(Number(last) + 1));
}

const PACKAGES = [
  { name: 'openssl', version: '3.0.11' },
  { name: 'curl', version: '8.4.0' },
  { name: 'zlib', version: '1.2.13' },
  { name: 'libxml2', version: '2.11.4' },
  { name: 'busybox', version: '1.36.1' },
  { name: 'golang.org/x/net', version: '0.17.0' },
  { name: 'org.yaml:snakeyaml', version: '1.33' },
] as const;
