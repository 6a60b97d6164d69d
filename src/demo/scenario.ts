/** Scans of the simulated Console in the demo: one for each outcome. */

import { setTimeout as sleep } from 'node:timers/promises';

import type { ImageReference } from '../image/reference.ts';
import type { ImageScript, RegularScript } from './console/scan-script.ts';
import { FAILING, FOUR_REGISTRIES, ORDINARY, RESTARTING, STUCK } from './scripts.ts';
import type { SimulatedConsole } from './console/simulated-console.ts';

interface Scenario {
  readonly images: readonly ScheduledScan[];
  readonly regular: Repetition & { readonly script: RegularScript };
}

interface ScheduledScan extends Repetition {
  readonly reference: ImageReference;
  readonly script: ImageScript;
}

/** In ms of the machine's clock, independent of the speed of the scans. */
interface Repetition {
  /** After the start of the demo. */
  readonly startsAfterMs: number;
  /** From one start to the next; null: once. Longer than the scan: a new one replaces it without an end. */
  readonly everyMs: number | null;
}

/** The image of the demo's incident. */
export const CHECKOUT = image('ghcr.io', 'acme/checkout-api', '2.9.1');
export const CHECKOUT_MS = 90_000;
/** The incident's image and the release are scanned again at this interval, so that late visitors see progress. */
export const STORY_EVERY_MS = 240_000;

/** The images of a release and of its board: one of them fails. */
export const RELEASE = [
  image('ghcr.io', 'acme/gateway', '2026.11'),
  image('ghcr.io', 'acme/orders', '2026.11'),
  image('ghcr.io', 'acme/search', '2026.11'),
  image('ghcr.io', 'acme/web', '2026.11'),
];

const RELEASE_SCRIPTS: readonly ImageScript[] = [
  { ...ORDINARY, durationMs: 60_000, findings: { critical: 0, high: 1, medium: 4, low: 9, compliance: 0 } },
  {
    ...{ ...ORDINARY, durationMs: 80_000, images: 20 },
    findingsByScan: [
      { critical: 2, high: 6, medium: 9, low: 30 },
      { critical: 4, high: 6, medium: 9, low: 30 },
    ],
  },
  { ...FAILING, durationMs: 70_000 },
  { ...ORDINARY, durationMs: 100_000, images: 16 },
];

export const DEMO: Scenario = {
  images: [
    ...RELEASE.map((reference, index) => ({
      reference,
      script: RELEASE_SCRIPTS[index] ?? ORDINARY,
      startsAfterMs: index * 8_000,
      everyMs: STORY_EVERY_MS,
    })),
    {
      reference: CHECKOUT,
      script: {
        ...ORDINARY,
        durationMs: CHECKOUT_MS,
        findings: { critical: 1, high: 4, medium: 13, low: 22, compliance: 3 },
      },
      startsAfterMs: 0,
      everyMs: STORY_EVERY_MS,
    },
    {
      // Short and repeated, so that a visitor soon sees one start and end.
      reference: image('', 'library/alpine', '3.16'),
      script: {
        ...ORDINARY,
        images: 4,
        durationMs: 45_000,
        // The subscribed channel gets a post for the second scan only, which has new findings.
        findingsByScan: [
          { critical: 0, high: 0, medium: 2, low: 3, compliance: 1 },
          { critical: 1, high: 1, medium: 2, low: 3, compliance: 1 },
          { critical: 0, high: 1, medium: 2, low: 3, compliance: 1 },
          { critical: 0, high: 0, medium: 1, low: 2, compliance: 0 },
        ],
      },
      startsAfterMs: 5_000,
      everyMs: 60_000,
    },
    {
      reference: image('ghcr.io', 'acme/ledger', '7.0.2'),
      script: { ...RESTARTING, durationMs: 80_000 },
      startsAfterMs: 3_000,
      everyMs: 180_000,
    },
    {
      // It never ends: it stalls, and the status names the cause.
      reference: image('ghcr.io', 'acme/legacy-batch', '0.8'),
      script: stuckWith(
        'Failed to pull image ghcr.io/acme/legacy-batch:0.8, error: context deadline exceeded',
      ),
      startsAfterMs: 0,
      everyMs: null,
    },
    {
      reference: image('quay.io', 'acme/broken', '1'),
      script: { ...FAILING, durationMs: 70_000 },
      startsAfterMs: 0,
      everyMs: 60_000,
    },
    {
      // It is accepted and never seen, as an image of an unconfigured registry.
      reference: image('example.com', 'elsewhere/app', '1'),
      script: 'out-of-scope',
      startsAfterMs: 0,
      everyMs: null,
    },
  ],
  regular: { script: FOUR_REGISTRIES, startsAfterMs: 2_000, everyMs: 360_000 },
};

/** The script of a scan started from Slack: as in the scenario, otherwise by whether its registry is configured. */
export function scriptFor({ images, regular }: Scenario): (reference: ImageReference) => ImageScript {
  // '' is Docker Hub, which is configured for scans on demand only.
  const hosts = new Set(['', ...regular.script.registries.map(({ host }) => host)]);
  return (reference) => {
    const known = images.find((scan) => isSame(scan.reference, reference));
    if (known) return known.script;
    return hosts.has(reference.registry) ? { ...ORDINARY, durationMs: 40_000 } : 'out-of-scope';
  };
}

/** Starts the scans at their times until the signal aborts. */
export function armScenario(simulated: SimulatedConsole, scenario: Scenario, signal: AbortSignal): void {
  for (const scan of scenario.images) {
    repeat(scan, signal, () => simulated.startImageScan(scan.reference, scan.script));
  }
  const { regular } = scenario;
  repeat(regular, signal, () => {
    // A user may have started one from Slack.
    if (!simulated.isRegularScanOngoing()) simulated.startRegularScan(regular.script);
  });
}

function repeat({ startsAfterMs, everyMs }: Repetition, signal: AbortSignal, start: () => void): void {
  const run = async (): Promise<void> => {
    await sleep(startsAfterMs, undefined, { signal });
    start();
    while (everyMs !== null) {
      await sleep(everyMs, undefined, { signal });
      start();
    }
  };
  // It rejects only on the signal.
  run().catch(() => undefined);
}

function image(registry: string, repository: string, tag: string): ImageReference {
  return { registry, repository, tag, digest: '' };
}

function stuckWith(complaint: string): ImageScript {
  return { ...STUCK, ending: { kind: 'sticks', at: 0.98, complaint } };
}

function isSame(a: ImageReference, b: ImageReference): boolean {
  return (
    a.registry === b.registry && a.repository === b.repository && a.tag === b.tag && a.digest === b.digest
  );
}
