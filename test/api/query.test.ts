import { expect, it } from 'vitest';
import { readWait } from '../../src/api/query.ts';

it.each([
  ['', 20_000, 1_800_000],
  ['&hold=0', 0, 1_800_000],
  ['&timeout=5', 5_000, 5_000],
  ['&timeout=5&hold=2', 2_000, 5_000],
])('a wait with %j is held no longer than it waits', (query, holdMs, timeoutMs) => {
  expect(readWait(new URLSearchParams(`image=alpine:3.16${query}`))).toMatchObject({ holdMs, timeoutMs });
});
