import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAILING, FOUR_REGISTRIES, ORDINARY } from '../../../src/demo/scripts.ts';
import {
  createSimulatedConsole,
  type SimulatedConsole,
} from '../../../src/demo/console/simulated-console.ts';
import { signIn } from './console-session.ts';

const DOCUMENT = `${import.meta.dirname}/../../../../shared/reference/prisma-registry.openapi.json`;
const isMissing = !existsSync(DOCUMENT);
if (isMissing) process.stderr.write(`SKIPPED: no OpenAPI document of the vendor at ${DOCUMENT}\n`);

let simulated: SimulatedConsole;
let now = 1_800_000_000_000;

beforeAll(async () => {
  simulated = await createSimulatedConsole({ now: () => now });
  const image = { registry: 'ghcr.io', repository: 'acme/api', digest: '' };
  simulated.startImageScan({ ...image, tag: '1' }, ORDINARY);
  simulated.startImageScan({ ...image, tag: '2' }, FAILING);
  simulated.startRegularScan(FOUR_REGISTRIES);
  now += 100_000;
});
afterAll(() => simulated.close());

test.skipIf(isMissing).each([
  ['/registry/progress', '/registry/progress'],
  ['/registry/progress?onDemand=true&registry=ghcr.io&repo=acme/api&tag=2', '/registry/progress'],
  ['/registry/progress?onDemand=true&repo=unknown&tag=1', '/registry/progress'],
  ['/registry', '/registry'],
  ['/registry?compact=true', '/registry'],
  ['/statuses/registry', '/statuses/registry'],
  ['/settings/registry', '/settings/registry'],
  ['/defenders/summary', '/defenders/summary'],
  ['/version', '/version'],
])('%s is answered as the schema has it', async (asked, path) => {
  const authorization = `Basic ${btoa('demo:demo')}`;
  const response = await fetch(`${simulated.url}/api/v33.03${asked}`, { headers: { authorization } });
  expect(response.status).toBe(200);
  expectValid(await response.json(), path, 'get');
});

test.skipIf(isMissing)('a sign-in is answered as the schema has it', async () => {
  expectValid(await (await signIn(simulated)).json(), '/authenticate', 'post');
});

function expectValid(answer: unknown, path: string, method: string): void {
  const document = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
  const { schemas } = document.components;
  // Where the schemas are stricter than Consoles: samples of the vendor have an empty type that no enumeration has,
  // and Go prints an empty list as null.
  schemas['shared.ScanType'] = { type: 'string' };
  schemas['shared.ImageScanResult'].properties.repoDigests.nullable = true;
  const { responses } = document.paths[`/api/v33.03${path}`][method];
  const { schema } = responses['200'].content['application/json'];
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile({ ...schema, components: document.components });
  validate(answer);
  expect(validate.errors).toBeNull();
}
