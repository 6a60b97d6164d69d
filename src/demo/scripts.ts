/** Ready-made scans of the simulated Console, one for each way a scan can go. */

import type { RegistryScript, RegularScript, ScanScript } from './scan-script.ts';

export const ORDINARY: ScanScript = {
  repositories: 1,
  images: 12,
  durationMs: 60_000,
  findings: { critical: 0, high: 2, medium: 7, low: 11 },
};

export const LARGE: ScanScript = {
  repositories: 1,
  images: 480,
  durationMs: 600_000,
  queuedMs: 10_000,
  findings: { critical: 3, high: 41, medium: 190, low: 377 },
};

/** Stops one image before its end, for ever. */
export const STUCK: ScanScript = {
  repositories: 1,
  images: 20,
  durationMs: 60_000,
  ending: { kind: 'sticks', at: 0.98 },
};

export const FAILING: ScanScript = {
  repositories: 1,
  images: 8,
  durationMs: 60_000,
  ending: { kind: 'fails', at: 0.5, error: 'No available Defender was found' },
};

/** As when the Console is updated in the middle of a scan. */
export const RESTARTING: ScanScript = {
  repositories: 1,
  images: 10,
  durationMs: 60_000,
  ending: { kind: 'restarts', at: 0.5 },
  findings: { critical: 1, high: 0, medium: 4, low: 2 },
};

export const FOUR_REGISTRIES: RegularScript = {
  registries: [
    registry('ghcr.io', { repositories: 6, images: 48, durationMs: 180_000 }),
    registry('us-west2-docker.pkg.dev', { repositories: 4, images: 26, durationMs: 120_000 }),
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
    registry('quay.io', { repositories: 9, images: 95, durationMs: 240_000, queuedMs: 15_000 }),
  ],
};

function registry(host: string, script: ScanScript): RegistryScript {
  return { ...script, host, defenders: host === 'ghcr.io' ? 2 : 1 };
}
