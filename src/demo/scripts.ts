/** Scripts of the simulated Console, one for each course of a scan. */

import type {
  Findings,
  RegistryScript,
  RegularScript,
  ScannedImage,
  ScanScript,
} from './console/scan-script.ts';

export const ORDINARY: ScanScript = {
  repositories: 1,
  images: 12,
  durationMs: 60_000,
  findings: { critical: 0, high: 2, medium: 7, low: 11, compliance: 2 },
};

/** Queued at first: until then the Console responds as if it had not been started. */
export const LARGE: ScanScript = {
  repositories: 1,
  images: 480,
  durationMs: 600_000,
  queuedMs: 10_000,
  findings: { critical: 3, high: 41, medium: 190, low: 377, compliance: 12 },
};

/** Stops one image before its end, forever. */
export const STUCK: ScanScript = {
  repositories: 1,
  images: 20,
  durationMs: 60_000,
  ending: { kind: 'sticks', at: 0.98 },
};

/** With an error of the real Console. */
export const FAILING: ScanScript = {
  repositories: 1,
  images: 8,
  durationMs: 60_000,
  ending: { kind: 'fails', at: 0.5, error: 'No available Defender was found' },
};

/** As when the Console is updated during a scan. */
export const RESTARTING: ScanScript = {
  repositories: 1,
  images: 10,
  durationMs: 60_000,
  ending: { kind: 'restarts', at: 0.5 },
  findings: { critical: 1, high: 0, medium: 4, low: 2 },
};

/** The third one fails, and each is done at another time. */
export const FOUR_REGISTRIES: RegularScript = {
  registries: [
    registry('ghcr.io', {
      repositories: 6,
      images: 48,
      durationMs: 180_000,
      worst: [
        found('acme/payments', '4.4.0', { critical: 7, high: 31, medium: 88, low: 140, compliance: 4 }),
        found('acme/report-builder', '1.12', { critical: 5, high: 44, medium: 61, low: 90, compliance: 6 }),
        found('acme/mailer', '3.0.1', { critical: 1, high: 12, medium: 30, low: 41, compliance: 2 }),
        found('acme/health', '1.0', { critical: 0, high: 0, medium: 1, low: 3 }),
      ],
    }),
    registry('us-west2-docker.pkg.dev', {
      repositories: 4,
      images: 26,
      durationMs: 120_000,
      worst: [
        found('acme-prod/edge/gateway', '2026-01', { critical: 3, high: 9, medium: 25, low: 33 }),
        found('acme-prod/edge/geo', '8.1', { critical: 1, high: 15, medium: 12, low: 28, compliance: 1 }),
        found('acme-prod/batch/importer', '0.9', {
          critical: 0,
          high: 21,
          medium: 40,
          low: 77,
          compliance: 3,
        }),
      ],
    }),
    registry('registry.acme.example:5000', {
      repositories: 3,
      images: 17,
      durationMs: 150_000,
      ending: {
        kind: 'fails',
        at: 0.6,
        error: 'Failed to retrieve repositories info, error: 401 Unauthorized',
      },
    }),
    registry('quay.io', {
      repositories: 9,
      images: 95,
      durationMs: 240_000,
      queuedMs: 15_000,
      worst: [
        found('acme/warehouse', '2.2', { critical: 11, high: 58, medium: 130, low: 210, compliance: 9 }),
        found('acme/warehouse', '2.1', { critical: 11, high: 60, medium: 133, low: 212, compliance: 9 }),
        found('acme/search', '5.6.3', { critical: 2, high: 7, medium: 19, low: 24, compliance: 1 }),
        found('acme/thumbnails', '1.3', { critical: 0, high: 6, medium: 11, low: 9 }),
        found('acme/proxy', '0.4', { critical: 0, high: 2, medium: 8, low: 15 }),
      ],
    }),
  ],
  onDemandOnly: [''],
};

function registry(host: string, script: Omit<RegistryScript, 'host' | 'defenders'>): RegistryScript {
  return { ...script, host, defenders: host === 'ghcr.io' ? 2 : 1 };
}

function found(repository: string, tag: string, findings: Findings): ScannedImage {
  return { repository, tag, findings };
}
