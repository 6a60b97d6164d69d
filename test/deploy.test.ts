/** What is in deploy/ against the program: a panel or an alert over a metric that does not exist stays silent for ever. */

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../src/health/metrics.ts';
import { PARTS } from '../src/readiness.ts';
import { captures, readJson, readText } from './support/project.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly refId: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly Panel[];
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const dashboard = readJson('deploy/grafana-dashboard.json') as Dashboard;
const { groups } = parse(readText('deploy/alerts.yml')) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const operate = readText('docs/operate.md');

/** The names of our own metrics, and of the series that each is made of. */
async function namesOfMetrics(): Promise<{ metrics: string[]; series: Set<string> }> {
  const metrics = createMetrics({ isWholeProcess: false, version: '', readiness: { of: () => null } });
  metrics.watch({
    requestsLeft: () => 0,
    openSockets: () => 0,
    stats: () => Promise.reject(new Error('none')),
    now: () => 0,
  });
  const { text } = await metrics.print();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  const series = types.flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return { metrics: types.map(([, name = '']) => name), series: new Set(series) };
}

const seriesIn = (expression: string): string[] => expression.match(/scanprogress_\w+/g) ?? [];

describe('the dashboard', () => {
  const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it('asks for metrics that exist', async () => {
    const { series } = await namesOfMetrics();
    expect(expressions.flatMap(seriesIn).filter((name) => !series.has(name))).toEqual([]);
    expect(expressions.every((expression) => seriesIn(expression).length > 0)).toBe(true);
  });

  it('shows every metric', async () => {
    const { metrics } = await namesOfMetrics();
    const shown = new Set(
      expressions.flatMap(seriesIn).map((name) => name.replace(/_(bucket|sum|count)$/, '')),
    );
    expect(metrics.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('has panels with a title and an id each, beside each other', () => {
    const { panels, schemaVersion } = dashboard;
    expect(schemaVersion).toBeGreaterThanOrEqual(36);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    for (const { targets } of panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it('asks of the chosen data source and instances alone', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'instance']);
    for (const expression of expressions) {
      expect(expression.match(/scanprogress_\w+\{instance=~"\$instance"/g)?.length).toBe(
        seriesIn(expression).length,
      );
    }
    expect(JSON.stringify(dashboard).match(/"uid":"(?!\$\{datasource\}|scanprogress)/g)).toBeNull();
  });
});

describe('the alerts', () => {
  it('are five, each with a severity and words', () => {
    expect(rules.map(({ alert }) => alert)).toEqual([
      'ScanprogressNotReady',
      'ScanprogressReplicaGone',
      'ScanprogressCrashLoop',
      'ScanprogressCompletionsStuck',
      'ScanprogressConsoleFailing',
    ]);
    for (const rule of rules) {
      // Starts are counted over half an hour: there is nothing more to wait for.
      if (rule.alert !== 'ScanprogressCrashLoop') expect(rule.for).toMatch(/^\d+m$/);
      expect(rule.labels['severity']).toMatch(/^(critical|warning)$/);
      expect(Object.keys(rule.annotations)).toEqual(['summary', 'description']);
    }
  });

  it('ask for metrics, parts and resources that exist', async () => {
    const { series } = await namesOfMetrics();
    for (const { expr } of rules) {
      const asked = seriesIn(expr);
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter((name) => !series.has(name))).toEqual([]);
      for (const part of captures(expr, /part!?="([^"]+)"/g)) expect(PARTS).toContain(part);
      for (const resource of captures(expr, /resource="([^"]+)"/g))
        expect(readText('src/prisma-cloud/api/progress.ts')).toContain(`'${resource}'`);
    }
  });

  it('tell of one cause once: both sides of an `or` have the labels of the instance alone', () => {
    const console = rules.find(({ alert }) => alert === 'ScanprogressConsoleFailing')?.expr ?? '';
    const [ready = '', failing = ''] = console.split(/\bor\b/);
    expect(ready).toMatch(/^max without \(part\) \(/);
    expect(failing.match(/sum without \(resource, outcome\) \(/g)).toHaveLength(2);
  });

  it('are explained in docs/operate.md', () => {
    for (const { alert } of rules) expect(operate).toContain(`\`${alert}\``);
  });
});

it('docs/operate.md names every metric', async () => {
  const { metrics } = await namesOfMetrics();
  expect(metrics.filter((name) => !operate.includes(`\`${name}\``))).toEqual([]);
  const { series } = await namesOfMetrics();
  expect(seriesIn(operate).filter((name) => !metrics.includes(name) && !series.has(name))).toEqual([]);
});
