import perfHooks from 'node:perf_hooks';
import { describe, expect, it, vi } from 'vitest';
import { createMetrics, type Metrics, type Sources } from '../../src/health/metrics.ts';
import type { Part } from '../../src/readiness.ts';
import { NOON } from '../support/observations.ts';

const STATS = {
  ...{ activeWatches: 3, queued: 5, dueTargets: 4 },
  ...{ completionSince: NOON - 90_000, staleSince: NOON - 1_500 },
  ...{ dueSince: NOON - 7_000, observedSince: NOON - 11_000 },
};
const SOURCES: Sources = {
  requestsLeft: () => 30,
  openSockets: () => 2,
  stats: () => Promise.resolve(STATS),
  now: () => NOON,
};

const problems = new Map<Part, string>();
const OPTIONS = { version: '1.2.3', readiness: { of: (part: Part) => problems.get(part) ?? null } };

function watched(changes: Partial<Sources> = {}): Metrics {
  const metrics = createMetrics({ ...OPTIONS, isWholeProcess: false });
  metrics.watch({ ...SOURCES, ...changes });
  return metrics;
}

/** The samples of our own, without their comments. */
async function samples(metrics: Metrics): Promise<string[]> {
  const { text } = await metrics.print();
  return text.split('\n').filter((line) => line.startsWith('scanprogress_'));
}

describe('the metrics', () => {
  it('tell how things stand, ages in seconds', async () => {
    expect(await samples(watched())).toEqual(
      expect.arrayContaining([
        `scanprogress_build_info{version="1.2.3",node="${process.version}"} 1`,
        'scanprogress_ready{part="socket"} 1',
        'scanprogress_ready{part="console"} 1',
        'scanprogress_console_budget_requests 30',
        'scanprogress_slack_sockets_open 2',
        'scanprogress_watches_active 3',
        'scanprogress_queue_deliveries 5',
        'scanprogress_oldest_undelivered_completion_age_seconds 90',
        'scanprogress_stalest_live_message_age_seconds 1.5',
        'scanprogress_targets_due 4',
        'scanprogress_oldest_due_poll_age_seconds 7',
        'scanprogress_oldest_observation_age_seconds 11',
      ]),
    );
  });

  it('are 0 where nothing waits, also by a clock that was set back', async () => {
    const nothing = { ...STATS, completionSince: null, staleSince: NOON + 60_000 };
    expect(await samples(watched({ stats: () => Promise.resolve(nothing) }))).toEqual(
      expect.arrayContaining([
        'scanprogress_oldest_undelivered_completion_age_seconds 0',
        'scanprogress_stalest_live_message_age_seconds 0',
      ]),
    );
  });

  it('leave out what nobody can tell, and come back once somebody can', async () => {
    let fails = true;
    const metrics = watched({
      openSockets: () => null,
      stats: () => (fails ? Promise.reject(new Error('locked')) : SOURCES.stats()),
    });
    const before = (await samples(metrics)).join('\n');
    expect(before).not.toMatch(/sockets_open|watches_active|queue_deliveries|age_seconds/);
    expect(before).toContain('scanprogress_console_budget_requests 30');
    fails = false;
    expect(await samples(metrics)).toContain('scanprogress_watches_active 3');
  });

  it('tell each part that is not ready', async () => {
    problems.set('database', 'full');
    const lines = await samples(watched());
    expect(lines).toContain('scanprogress_ready{part="database"} 0');
    expect(lines).toContain('scanprogress_ready{part="token"} 1');
    problems.clear();
  });

  it('tell what is ready before there is anything to look at, and nothing that nobody knows', async () => {
    problems.set('database', 'not tried yet');
    const lines = await samples(createMetrics({ ...OPTIONS, isWholeProcess: false }));
    expect(lines).toContain('scanprogress_ready{part="database"} 0');
    expect(lines.join()).not.toMatch(/watches_active|queue_deliveries|budget_requests/);
    problems.clear();
  });

  it('count requests, deliveries and runs by what became of them, in seconds', async () => {
    const metrics = watched();
    metrics.onRequest({ resource: 'registry/progress', outcome: 'ok', ms: 40 });
    metrics.onRequest({ resource: 'registry/progress', outcome: 'timeout', ms: 15_000 });
    metrics.onSettled('completion', 'done');
    metrics.onTick('poll', 2_000);
    expect(await samples(metrics)).toEqual(
      expect.arrayContaining([
        'scanprogress_console_requests_total{resource="registry/progress",outcome="ok"} 1',
        'scanprogress_console_requests_total{resource="registry/progress",outcome="timeout"} 1',
        'scanprogress_console_request_duration_seconds_sum{resource="registry/progress"} 15.04',
        'scanprogress_console_request_duration_seconds_bucket{le="0.05",resource="registry/progress"} 1',
        'scanprogress_deliveries_total{kind="completion",outcome="done"} 1',
        'scanprogress_tick_duration_seconds_sum{schedule="poll"} 2',
      ]),
    );
  });

  it('are named by the conventions of Prometheus, each with its help', async () => {
    const { text, contentType } = await watched().print();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
    }));
    expect(types.length).toBeGreaterThanOrEqual(12);
    for (const { name, type } of types) {
      expect(name).toMatch(/^scanprogress_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(text).toMatch(new RegExp(`^# HELP ${name} [A-Z0-9]`, 'm'));
      expect(name).not.toMatch(/_ms|millisecond|minutes/);
    }
  });

  it('leave the event loop alone until they are read', async () => {
    const monitor = vi.spyOn(perfHooks, 'monitorEventLoopDelay');
    const metrics = createMetrics({ ...OPTIONS, isWholeProcess: true });
    expect(monitor).not.toHaveBeenCalled();
    await metrics.print();
    await metrics.print();
    expect(monitor).toHaveBeenCalledOnce();
  });

  it('measure the process where it is ours alone', async () => {
    const { text } = await createMetrics({ ...OPTIONS, isWholeProcess: true }).print();
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });
});

it('are printed without what a database that hangs does not tell', async () => {
  const text = await samples(watched({ stats: () => new Promise(() => undefined) }));
  expect(text).toContain('scanprogress_console_budget_requests 30');
  expect(text.join()).not.toContain('scanprogress_queue_deliveries ');
});

describe('a duration', () => {
  const metered = (): Promise<string[]> => {
    const metrics = watched();
    metrics.onTick('poll', 20);
    metrics.onRequest({ resource: 'registry', outcome: 'ok', ms: 20 });
    metrics.onCall({ method: 'auth.test', outcome: 'ok', ms: 20 });
    metrics.onAcknowledged('command', 20);
    metrics.onCommand('watch', 'answered');
    metrics.onDatabaseError('full');
    return samples(metrics);
  };

  it.each([
    ['tick', '0.01 0.05 0.1 0.5 1 2.5 5 10 30 60 +Inf'],
    ['console_request', '0.05 0.1 0.25 0.5 1 2.5 5 10 15 60 240 +Inf'],
    ['slack_call', '0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf'],
    ['slack_acknowledgement', '0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2 3 +Inf'],
  ])('of a %s is counted in the buckets that dashboards know', async (name, expected) => {
    const bucket = new RegExp(`^scanprogress_${name}_duration_seconds_bucket\\{le="([^"]+)"`);
    expect((await metered()).flatMap((line) => bucket.exec(line)?.[1] ?? []).join(' ')).toBe(expected);
  });

  it('is in seconds, and has its labels', async () => {
    expect(await metered()).toEqual(
      expect.arrayContaining([
        'scanprogress_database_errors_total{cause="full"} 1',
        'scanprogress_commands_total{command="watch",outcome="answered"} 1',
        'scanprogress_slack_call_duration_seconds_count{method="auth.test",outcome="ok"} 1',
        'scanprogress_slack_acknowledgement_duration_seconds_sum{kind="command"} 0.02',
      ]),
    );
  });
});
