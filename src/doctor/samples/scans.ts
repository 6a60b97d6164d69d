/** Realistic scans and their findings, for the samples of messages. */

import { parseReference } from '../../image/reference.ts';
import type { ImageReport, RegularReport } from '../../scan/results/report.ts';
import type { RegistryProgress, Snapshot, StepProgress } from '../../scan/snapshot.ts';
import { NEW_TARGET } from '../../scan/state/target-state.ts';
import type { Target } from '../../scan/target.ts';
import type { DigestTime, WeeklyDigest } from '../../scan/weekly-digest.ts';

export const NOW = Date.UTC(2026, 0, 2, 14, 3, 22);
const MINUTE = 60_000;
export const CONSOLE_URL = 'https://console.example.com:8083/#!/monitor/vulnerabilities/images/registries';
export const MESSAGE_URL = 'https://example.slack.com/archives/C0123456789/p1700000000000000';
export const PERSON = 'U0123456789';
export const CHANNEL = 'C0123456789';
export const ID = '01890000-0000-7000-8000-000000000000';

function image(text: string): Target {
  const parsed = parseReference(text);
  if (parsed.kind === 'invalid') throw new Error(`no reference: ${text}`);
  return { kind: 'image', reference: parsed.reference };
}

export const ALPINE = image('alpine:3.16');
/** The longest name. */
const LONG = image(`registry.example.com:5000/team_a/${'x'.repeat(60)}/api:v1.4_rc`);
export const TARGETS: readonly Target[] = [ALPINE, image('ghcr.io/acme/api:1.4'), LONG, image('redis:7')];

const step = (scanned: number, total: number, words: Partial<StepProgress> = {}): StepProgress => ({
  ...{ scanned, total, title: '', error: '' },
  ...words,
});

function registry(host: string, discovery: StepProgress, images: StepProgress): RegistryProgress {
  return { host, discovery, images, isOngoing: true, startedAt: null };
}

export const IDLE: Snapshot = { ...NEW_TARGET.snapshot, answeredAt: NOW };
/** With enough empty responses for the hint that the image may be out of scope. */
export const WAITING: Snapshot = { ...IDLE, state: 'waiting', emptyAnswers: 12, scope: 'outside' };
export const SCANNING: Snapshot = {
  ...IDLE,
  ...{ state: 'scanning', scan: 1, startedAt: NOW - 12 * MINUTE, isStartKnown: true, movedAt: NOW },
  ...{ discovery: step(1, 1), images: step(7, 12), remainingMs: 9 * MINUTE },
  registries: [registry('', step(1, 1), step(7, 12))],
};
export const COMPLETED: Snapshot = {
  ...SCANNING,
  ...{ state: 'completed', images: step(12, 12), endedAt: NOW, evidence: 'reported', remainingMs: null },
};
/** Without progress for longer than the default of STALL_AFTER. */
export const STALLED: Snapshot = { ...SCANNING, state: 'stalled', movedAt: NOW - 11 * MINUTE };
export const UNKNOWN: Snapshot = {
  ...SCANNING,
  state: 'unknown',
  failure: { cause: 'unreachable', detail: 'GET registry/progress: ECONNREFUSED', retryAfterMs: null },
};
/** The error has markup that a view must escape. */
export const FAILED: Snapshot = {
  ...COMPLETED,
  state: 'failed',
  images: step(7, 12, { error: 'No available Defender was found <b>&</b> *no* `code`' }),
};
/** The registry scan, in more registries than a message lists. */
export const SEVERAL: Snapshot = {
  ...SCANNING,
  ...{ state: 'discovering', discovery: step(9, 90), images: step(43, 400) },
  registries: Array.from({ length: 14 }, (_, index) =>
    registry(`registry-${index + 1}.example.com`, step(index, 14), step(3 * index, 40)),
  ),
};

const NONE = { critical: 0, high: 0, medium: 0, low: 0, compliance: 0 };
export const FINDINGS = { ...NONE, critical: 1, high: 4, medium: 12, low: 30, compliance: 2 };
/** Everything that a completion may show: changes, ten rows to act on, a policy. */
export const REPORT: ImageReport = {
  ...{ kind: 'image', findings: FINDINGS, before: { ...NONE, high: 6 }, error: '', scannedAt: NOW },
  difference: { added: { ...NONE, critical: 2 }, gone: { ...NONE, high: 1 }, unchanged: FINDINGS },
  toActOn: Array.from({ length: 10 }, (_, index) => ({
    ...{ id: `CVE-2025-${20_000 + index}`, severity: index < 3 ? 'critical' : 'high' },
    ...{ packageName: 'openssl', installed: '3.0.11', fixedIn: '3.0.12', isNew: index < 2 },
  })),
  policy: {
    ...{ blockedVulnerabilities: 3, blockedIssues: 1, inGrace: 2, graceDays: 12 },
    riskFactors: ['Has fix', 'Remote execution'],
  },
};
export const DIGEST_TIME: DigestTime = { weekday: 'monday', minute: 540, timeZone: 'Europe/Berlin' };
export const DIGEST: WeeklyDigest = {
  ...{ from: NOW - 7 * 24 * 3_600_000, until: NOW, ended: 42, failed: 2, stopped: 1, stalled: 1 },
  worst: TARGETS.slice(0, 5).map((target, index) => ({ target, newCritical: 5 - index })),
  neverScanned: TARGETS,
};
export const NOT_SCANNED: ImageReport = {
  ...{ kind: 'image', findings: null, before: null, error: 'failed to pull: manifest unknown' },
};
export const REGULAR_REPORT: RegularReport = {
  kind: 'regular',
  errors: ['No available Defender was found', 'Failed to retrieve repositories info'],
  failed: [{ name: 'registry.example.com:5000', error: 'credentials were refused' }],
  specifications: 6,
  worst: Array.from({ length: 10 }, (_, index) => ({
    name: `ghcr.io/acme/service-${index}:1.4`,
    findings: FINDINGS,
  })),
};
export const FAILURE = {
  cause: 'timeout',
  detail: 'POST registry/scan: no answer in time',
  retryAfterMs: null,
} as const;
