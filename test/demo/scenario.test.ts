import { expect, test } from 'vitest';
import { armScenario, DEMO, scriptFor } from '../../src/demo/scenario.ts';
import { FOUR_REGISTRIES, ORDINARY } from '../../src/demo/scripts.ts';
import { printReference } from '../../src/image/reference.ts';
import { open } from './console/console-session.ts';

const reference = (registry: string, repository: string) => ({ registry, repository, tag: '1', digest: '' });

test('every kind of scan takes place', () => {
  expect(DEMO.images.map((scan) => printReference(scan.reference))).toEqual([
    'ghcr.io/acme/gateway:2026.11',
    'ghcr.io/acme/orders:2026.11',
    'ghcr.io/acme/search:2026.11',
    'ghcr.io/acme/web:2026.11',
    'ghcr.io/acme/checkout-api:2.9.1',
    'alpine:3.16',
    'ghcr.io/acme/ledger:7.0.2',
    'ghcr.io/acme/legacy-batch:0.8',
    'quay.io/acme/broken:1',
    'example.com/elsewhere/app:1',
  ]);
  expect(DEMO.regular.script.registries).toHaveLength(4);
});

test('a scan that somebody starts goes as in the scenario, else by whether its registry is configured', () => {
  const script = scriptFor(DEMO);
  expect(script(reference('quay.io', 'acme/broken'))).toMatchObject({ ending: { kind: 'fails' } });
  expect(script(reference('quay.io', 'acme/fine'))).toMatchObject({ images: ORDINARY.images });
  expect(script(reference('', 'library/redis'))).toMatchObject({ images: ORDINARY.images });
  expect(script(reference('registry.nowhere.example', 'app'))).toBe('out-of-scope');
});

test('scans start at their times, again and again, until the signal', async () => {
  const { simulated } = await open();
  const started: string[] = [];
  const stop = new AbortController();
  const scan = { reference: reference('', 'often'), script: ORDINARY };
  armScenario(
    { ...simulated, startImageScan: (image) => started.push(image.repository) },
    {
      images: [
        { ...scan, startsAfterMs: 30, everyMs: 10 },
        { ...scan, reference: reference('', 'once'), startsAfterMs: 0, everyMs: null },
      ],
      regular: { script: FOUR_REGISTRIES, startsAfterMs: 0, everyMs: 10 },
    },
    stop.signal,
  );
  await expect.poll(() => started.length).toBeGreaterThan(3);
  stop.abort();
  const untilThen = started.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(started).toHaveLength(untilThen);
  expect(started.slice(0, 3)).toEqual(['once', 'often', 'often']);
  expect(simulated.isRegularScanOngoing()).toBe(true);
});
