/** Responses of real Consoles, recorded by `scanprogress doctor --record`: every file in the folder is tested. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REGULAR_SCAN } from '../../src/scan/target.ts';
import { json, poll, stage, status } from './loopback.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/recordings');
const files = globSync('*.json', { cwd: FOLDER });

const recorded = z.object({
  resource: z.string(),
  query: z.record(z.string(), z.string()),
  failure: z.string().optional(),
  body: z.unknown(),
});
const recording = z.object({ answers: z.array(recorded) });

async function play(file: string) {
  const { answers } = recording.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
  const answered = (resource: string) =>
    answers.filter((one) => one.resource === resource && one.failure === undefined);
  const { client } = await stage((exchange) => {
    const { path, query } = exchange.received;
    const resource = path.replace(/^.*\/api\/[^/]+\//, '');
    const isWhole = query['compact'] === undefined;
    const alike = answered(resource);
    const found = alike.find((one) => (one.query['compact'] === undefined) === isWhole) ?? alike[0];
    if (found === undefined) status(403)(exchange);
    else json(exchange.response, found.body);
  });
  return { client, has: (resource: string) => answered(resource).length > 0 };
}

it('there is at least one recording', () => {
  expect(files.length).toBeGreaterThan(0);
});

describe.each(files)('%s', (file) => {
  it('is understood: progress, results, settings and Defenders', async () => {
    const { client, has } = await play(file);
    if (has('registry/progress'))
      expect((await client.fetchProgress(REGULAR_SCAN, poll))?.kind).not.toBe('failed');
    if (has('settings/registry')) expect((await client.countSpecifications()).kind).toBe('answered');
    if (has('registry')) {
      const newest = await client.fetchNewest(poll);
      expect(newest.kind).toBe('answered');
      if (newest.kind === 'answered') expect(newest.value.images.length).toBeGreaterThan(0);
    }
    expect((await client.fetchRegularReport(poll)).kind).toBe('answered');
    expect((await client.fetchDiagnosis(REGULAR_SCAN, poll)).kind).toBe('answered');
  });
});
