import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { DEMO } from '../../../src/demo/scenario.ts';
import { createSimulatedConsole } from '../../../src/demo/console/simulated-console.ts';
import type {
  SimulatedConsole,
  SimulatedConsoleOptions,
} from '../../../src/demo/console/simulated-console.ts';
import { printReference } from '../../../src/image/reference.ts';
import type { ConsoleClient } from '../../../src/prisma-cloud/client.ts';
import { REGULAR_SCAN } from '../../../src/scan/target.ts';
import type { Target } from '../../../src/scan/target.ts';
import { createClient } from '../../prisma-cloud/loopback.ts';

const person = { priority: 'interactive' } as const;
const DEMO_USER = { username: 'demo', password: 'demo' };
const START = 1_800_000_000_000;

let now = START;
let simulated: SimulatedConsole;
let client: ConsoleClient;
beforeEach(() => open());
afterEach(() => close());

async function open(options: SimulatedConsoleOptions = {}): Promise<void> {
  now = START;
  simulated = await createSimulatedConsole({ now: () => now, ...options });
  client = createClient(simulated.url, { ...DEMO_USER, timeouts: { callMs: 1_000, controlMs: 3_000 } });
}

async function close(): Promise<void> {
  await client.close();
  await simulated.close();
}

function demoImage(name: string) {
  const scan = DEMO.images.find(({ reference }) => reference.repository === name);
  if (scan === undefined) throw new Error(name);
  return scan;
}

const imageTarget = (name: string): Target => ({ kind: 'image', reference: demoImage(name).reference });

test('the images of the demo are inside its registries, but for the one that is never seen', async () => {
  const scopes: string[] = [];
  for (const { reference, script } of DEMO.images) {
    const { scope } = await client.fetchScope(reference, person);
    expect([printReference(reference), scope]).toEqual([
      printReference(reference),
      script === 'out-of-scope' ? 'outside' : 'inside',
    ]);
    scopes.push(scope);
  }
  expect(new Set(scopes).size).toBe(2);
});

test('a scan of the demo that got stuck has a cause to tell', async () => {
  const { reference, script } = demoImage('acme/legacy-batch');
  simulated.startImageScan(reference, script);
  now += 600_000;
  expect(await client.fetchDiagnosis(imageTarget('acme/legacy-batch'), person)).toMatchObject({
    value: { causes: [{ kind: 'console-error', error: expect.stringContaining('acme/legacy-batch:0.8') }] },
  });
  expect(await client.fetchDiagnosis(imageTarget('acme/ledger'), person)).toMatchObject({
    value: { causes: [] },
  });
});

test('without Defenders nothing moves, and the diagnosis says so', async () => {
  simulated.setConnectedDefenders(0);
  expect(await client.fetchDiagnosis(REGULAR_SCAN, person)).toMatchObject({
    value: { causes: [{ kind: 'no-defender' }], isHidden: false },
  });
});

test('the regular scan of the demo ends with errors, a failed registry, and ten worst images of twelve', async () => {
  simulated.startRegularScan(DEMO.regular.script);
  now += 300_000;
  const report = await client.fetchRegularReport(person);
  if (report.kind === 'failed') throw new Error(report.failure.detail);
  const { errors, failed, specifications, worst } = report.value;
  const error = 'Failed to retrieve repositories info, error: 401 Unauthorized';
  expect([errors, failed, specifications]).toEqual([
    [error],
    [{ name: 'registry.acme.example:5000', error }],
    5,
  ]);
  expect(worst).toHaveLength(10);
  expect(worst.slice(0, 3).map(({ name }) => name)).toEqual([
    'quay.io/acme/warehouse:2.1',
    'quay.io/acme/warehouse:2.2',
    'ghcr.io/acme/payments:4.4.0',
  ]);
});

test("an image's findings change from scan to scan", async () => {
  const { reference, script } = demoImage('library/alpine');
  const target = imageTarget('library/alpine');
  const criticals: unknown[] = [];
  for (let count = 0; count < 2; count += 1) {
    simulated.startImageScan(reference, script);
    now += 60_000;
    const [reading] = await client.fetchResults([target], person);
    criticals.push(reading?.kind === 'answered' && reading.result?.findings?.critical);
  }
  expect(criticals).toEqual([0, 1]);
});

test('a scan starts, a second regular one does not, and it stops', async () => {
  expect(await client.startScan(imageTarget('acme/ledger'), person)).toEqual({ kind: 'done' });
  expect(await client.fetchProgress(imageTarget('acme/ledger'), person)).toMatchObject({ kind: 'progress' });
  expect(await client.startScan(REGULAR_SCAN, person)).toEqual({ kind: 'done' });
  expect(await client.startScan(REGULAR_SCAN, person)).toEqual({ kind: 'already-running' });
  expect(await client.stopRegularScan(person)).toEqual({ kind: 'done' });
  expect(simulated.isRegularScanOngoing()).toBe(false);
});

test('a start may be slow, and one whose answer is lost runs all the same', async () => {
  const route = '/registry/scan';
  await simulated.setFault({ kind: 'slow', ms: 300, route });
  expect(await client.startScan(REGULAR_SCAN, person)).toEqual({ kind: 'done' });
  simulated.stopRegularScan();
  for (const fault of [
    { kind: 'slow', ms: 9_000 },
    { kind: 'lost' },
    { kind: 'lost', status: 504 },
  ] as const) {
    await simulated.setFault({ ...fault, route });
    expect(await client.startScan(REGULAR_SCAN, person)).toMatchObject({ kind: 'unclear' });
    // A busy machine hands the request on a moment later.
    await vi.waitFor(() => expect(simulated.isRegularScanOngoing()).toBe(true));
    simulated.stopRegularScan();
  }
});

test('somebody who may only watch starts and stops nothing', async () => {
  await close();
  await open({ users: [{ ...DEMO_USER, mayWrite: false }] });
  expect(await client.startScan(REGULAR_SCAN, person)).toEqual({ kind: 'forbidden' });
  expect(await client.stopRegularScan(person)).toEqual({ kind: 'forbidden' });
});
