/** Prometheus' own tool reads what the program prints and the rules that come with it; without it the tests skip. */

import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { createMetrics } from '../../src/health/metrics.ts';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) console.warn('SKIPPED: promtool is not installed (Debian: the package prometheus).');

const promtool = (words: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync('promtool', words, { input, encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

it.skipIf(!hasPromtool)('names and types of all metrics are as they should be', async () => {
  const metrics = createMetrics({ isWholeProcess: false, version: '1', readiness: { of: () => null } });
  const since = { completionSince: 1, staleSince: 1, dueSince: 1, observedSince: 1 };
  const stats = { activeWatches: 1, queued: 1, dueTargets: 1, ...since };
  metrics.watch({
    requestsLeft: () => 1,
    openSockets: () => 2,
    stats: () => Promise.resolve(stats),
    now: () => 2,
  });
  metrics.onTick('poll', 1);
  metrics.onRequest({ resource: 'registry/progress', outcome: 'ok', ms: 1 });
  metrics.onSettled('update', 'done');
  metrics.onCall({ method: 'chat.update', outcome: 'ok', ms: 1 });
  metrics.onAcknowledged('command', 1);
  metrics.onCommand('watch', 'answered');
  metrics.onDatabaseError('full');
  const { text } = await metrics.print();
  expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, said: '' });
});

it.skipIf(!hasPromtool)('the rules are some, and fire when they should', () => {
  expect(promtool(['check', 'rules', 'deploy/alerts.yml'])).toMatchObject({ status: 0 });
  expect(promtool(['test', 'rules', 'deploy/alerts.test.yml'])).toMatchObject({ status: 0 });
});
