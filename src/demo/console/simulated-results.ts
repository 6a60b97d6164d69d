/**
 * The simulated Console's responses besides progress: results of finished scans, the registry scan's status, registry
 * settings and Defenders. Reading these consumes nothing.
 */

import type { ImageReference } from '../../image/reference.ts';
import type { Findings, RegistryScript, RegularScript } from './scan-script.ts';
import type { FinishedScan, RegistryState, SimulatedScans } from './simulated-scans.ts';

const NOTHING_FOUND: Findings = { critical: 0, high: 0, medium: 0, low: 0 };
const ZERO_TIME = '0001-01-01T00:00:00Z';
/** The vendor's limit for a page on a self-hosted Console. */
const MAX_ROWS = 250;

/** Rows of GET /registry. There is no filter by tag: clients must match themselves. */
export function resultRows(finished: readonly FinishedScan[], query: URLSearchParams): unknown[] {
  const isMatch = ({ reference }: FinishedScan): boolean =>
    matches(query, 'name', imageName(reference)) &&
    matches(query, 'id', imageName(reference)) &&
    matches(query, 'repository', reference.repository) &&
    matches(query, 'registry', reference.registry);
  const offset = Number(query.get('offset') ?? 0);
  const limit = Math.min(Number(query.get('limit') ?? MAX_ROWS), MAX_ROWS);
  const isCompact = query.get('compact') === 'true';
  return sorted(finished.filter(isMatch), query)
    .slice(offset, offset + limit)
    .map((scan) => resultRow(scan, isCompact));
}

/** Status of the registry scan; its errors are those of the registries and of stuck on-demand scans. */
export function registryStatus(scans: SimulatedScans): unknown {
  const registries = scans.registries();
  const isOngoing = scans.isRegularOngoing();
  return {
    completed: registries.length > 0 && !isOngoing,
    scanning: isOngoing,
    scanTime: timestamp(registries[0]?.startedAt ?? null),
    errors: [...errorsOf(registries), ...scans.complaints()],
    hostname: '',
    selective: false,
  };
}

/** Contains a credential per registry, as the vendor's response does: clients must neither store nor log it. */
export function registrySettings(
  { registries, onDemandOnly = [] }: RegularScript,
  begun: readonly RegistryState[],
) {
  const onDemand = onDemandOnly.map((host) => ({
    host,
    defenders: 1,
    repositories: 0,
    images: 0,
    durationMs: 0,
  }));
  const states = [...registries, ...onDemand].map(
    (script) => begun.find((state) => state.script === script) ?? idle(script),
  );
  return { harborScannerUrlSuffix: '', webhookUrlSuffix: '', specifications: states.map(specification) };
}

/** Configured, but never scanned. */
function idle(script: RegistryScript): RegistryState {
  const progress = { discovered: 0, repositories: 0, scanned: 0, images: 0, error: '', isOngoing: false };
  return { script, startedAt: null, progress };
}

export function defendersSummary(connected: number): unknown {
  return [{ category: 'container', connected, deployed: Math.max(connected, 1), licensed: connected }];
}

/** Ascending, unless `reverse`; unknown sort keys are ignored. */
function sorted(finished: readonly FinishedScan[], query: URLSearchParams): readonly FinishedScan[] {
  const keyOf = SORT_KEYS.get(query.get('sort') ?? '');
  if (!keyOf) return finished;
  const sign = query.get('reverse') === 'true' ? -1 : 1;
  return finished.toSorted((a, b) => sign * (keyOf(a) - keyOf(b)));
}

const SORT_KEYS = new Map<string, (scan: FinishedScan) => number>([
  ['scanTime', ({ endedAt }) => endedAt],
  ['vulnerabilityRiskScore', ({ findings }) => riskScore(findings ?? NOTHING_FOUND)],
]);

function riskScore({ critical, high, medium, low }: Findings): number {
  return critical * 1_000_000 + high * 10_000 + medium * 100 + low;
}

function resultRow({ reference, endedAt, error, findings }: FinishedScan, isCompact: boolean): unknown {
  const { compliance = 0, ...found } = findings ?? NOTHING_FOUND;
  const total = found.critical + found.high + found.medium + found.low;
  const row = {
    _id: imageName(reference),
    type: 'registry',
    repoTag: wireTag(reference),
    repoDigests: reference.digest === '' ? null : [reference.digest],
    scanTime: timestamp(endedAt),
    vulnerabilitiesCount: total,
    vulnerabilityDistribution: { ...found, total },
    complianceIssuesCount: compliance,
    complianceDistribution: { ...NOTHING_FOUND, high: compliance, total: compliance },
    vulnerabilityRiskScore: riskScore(found),
    err: error,
    scanID: 0,
  };
  if (isCompact) return row;
  return {
    ...row,
    distro: 'Alpine Linux v3.16',
    tags: [wireTag(reference)],
    vulnerabilities: findings === null ? null : vulnerabilitiesOf(findings),
    complianceIssues: null,
    riskFactors: findings === null ? null : riskFactorsOf(findings),
  };
}

function wireTag({ registry, repository, tag, digest }: ImageReference): unknown {
  return { registry, repo: repository, tag, digest };
}

function imageName({ registry, repository, tag, digest }: ImageReference): string {
  const name = registry === '' ? repository : `${registry}/${repository}`;
  return tag === '' ? `${name}@${digest}` : `${name}:${tag}`;
}

/** Several values of a parameter are alternatives, separated by commas or repeated. */
function matches(query: URLSearchParams, parameter: string, value: string): boolean {
  const wanted = query.getAll(parameter).flatMap((values) => values.split(','));
  return wanted.length === 0 || wanted.some((name) => name.replace(/^https?:\/\//, '') === value);
}

function specification({ script, startedAt, progress }: RegistryState): unknown {
  const outcome = progress.error === '' ? 'completed' : 'failed';
  const status = progress.isOngoing ? 'scanning' : outcome;
  return {
    id: `spec-${script.host || 'docker-hub'}`,
    registry: script.host === '' ? '' : `https://${script.host}`,
    repository: '',
    tag: '',
    version: '2',
    os: 'linux',
    cap: 5,
    scanners: script.defenders,
    collections: ['All'],
    credential: { _id: `${script.host}-robot`, type: 'basic', secret: { encrypted: 'not-for-anybodys-log' } },
    scanStatus: startedAt === null ? '' : status,
    lastScanStatus: startedAt === null || progress.isOngoing ? '' : outcome,
    scanTime: timestamp(startedAt),
    lastScanTime: ZERO_TIME,
    scanError: progress.error,
    scannedImagesSuccessTotal: progress.error === '' ? progress.scanned : 0,
  };
}

function errorsOf(registries: readonly RegistryState[]): readonly string[] {
  return registries.flatMap(({ progress }) => (progress.error === '' ? [] : [progress.error]));
}

function timestamp(at: number | null): string {
  return at === null ? ZERO_TIME : new Date(at).toISOString();
}

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
const GRACE_DAYS = 12;

function vulnerabilitiesOf(findings: Findings): readonly object[] {
  return SEVERITIES.flatMap((severity, rank) =>
    Array.from({ length: findings[severity] }, (_, index) => vulnerability(severity, rank * 1_000 + index)),
  );
}

/** Of the whole image, by their names. */
function riskFactorsOf({ critical, high }: Findings): Readonly<Record<string, object>> {
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
    // Every third has no fix.
    status: index % 3 === 2 ? 'needed' : `fixed in ${nextOf(version)}, ${nextOf(nextOf(version))}`,
    block: severity === 'critical',
    gracePeriodDays: severity === 'high' ? GRACE_DAYS : null,
    // Hostile on purpose: nothing of it may take effect in a message.
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
