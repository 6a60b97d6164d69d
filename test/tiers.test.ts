/** What keeps the fast tier fast: docs/testing.md. */

import { globSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const HOUR_MS = 3_600_000;

describe('the fast tier', () => {
  it('waits in virtual time: an hour is over before this test is called too slow', async () => {
    const begun = { at: Date.now(), monotonicNow: performance.now() };
    await sleep(HOUR_MS);
    expect(Date.now() - begun.at).toBeGreaterThanOrEqual(HOUR_MS);
    expect(performance.now() - begun.monotonicNow).toBeGreaterThanOrEqual(HOUR_MS);
  });

  it('keeps the order of timers, and lets a repeated one go on until it is cleared', async () => {
    const fired: string[] = [];
    setTimeout(() => fired.push('second'), 2_000);
    setTimeout(() => fired.push('first'), 1_000);
    const cleared = setTimeout(() => fired.push('never'), 1_500);
    clearTimeout(cleared);
    const repeated = setInterval(() => fired.push('again'), 700);
    await sleep(2_200);
    clearInterval(repeated);
    await sleep(HOUR_MS);
    expect(fired).toEqual(['again', 'first', 'again', 'second', 'again']);
  });

  it.each([() => AbortSignal.timeout(HOUR_MS), () => AbortSignal.abort()])(
    'lets a sleep be aborted',
    async (signal) => {
      await expect(sleep(2 * HOUR_MS, undefined, { signal: signal() })).rejects.toMatchObject({
        name: 'AbortError',
      });
    },
  );

  it('lets properties try the same inputs whenever it runs', () => {
    expect(fc.readConfigureGlobal().seed).toBe(Number(process.env['PROPERTY_SEED'] ?? 1));
  });

  it.each(['192.0.2.1', 'example.com', '::2'])('connects to nothing but this machine: %s', (host) => {
    expect(() => connect({ host, port: 443 })).toThrow(`A fast test connects to ${host}`);
  });

  it('neither spawns a program nor starts PostgreSQL', () => {
    const files = globSync('test/**/*.test.ts', { exclude: ['test/proof/**', 'test/smoke/**'] });
    const offenders = files.filter((file) =>
      /from '(node:child_process|.*support\/(postgres|program)[\w-]*\.ts)'/.test(readFileSync(file, 'utf8')),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(offenders).toEqual([]);
  });

  it('shares modules between files: one that two import registers no hook as it is loaded', () => {
    const shared = globSync('test/**/*.ts', { exclude: ['test/**/*.test.ts'] });
    const hook = /^(before|after)(Each|All)\(/m;
    expect(shared.filter((file) => hook.test(readFileSync(file, 'utf8')))).toEqual([]);
    expect(hook.test('afterEach(() => undefined);')).toBe(true);
  });
});
