import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readVersion } from '../../../src/root.ts';
import { readText } from '../../support/project.ts';
import { CHART, hasHelm, renderByHelm, renderHere } from './chart.ts';
import { type KubernetesObject, typeErrors } from './type-check.ts';
import { readObjects } from './ways.ts';

const sorted = (objects: readonly KubernetesObject[]) =>
  objects.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
const kinds = (objects: readonly KubernetesObject[]) => objects.map(({ kind }) => kind).toSorted();
const of = (kind: string, objects: readonly KubernetesObject[]) => objects.find((one) => one.kind === kind);

const EVERYTHING = [
  ...['database=postgres', 'mode=http', 'service.enabled=true', 'serviceMonitor.enabled=true'],
  ...['networkPolicy.enabled=true', 'image.repository=registry.example.com/scanprogress', 'image.tag=1.2.3'],
  ...['image.pullPolicy=Always', 'existingSecret=mine', 'secretFiles.PRISMA_CA_FILE=console-ca'],
  ...['replicas=2', 'serviceMonitor.labels.release=prometheus'],
];

describe('the chart', () => {
  it.each([
    ['sqlite.yml', []],
    ['postgres.yml', ['database=postgres']],
  ])('renders deploy/kubernetes/%s with the default values', (file, sets) => {
    expect(sorted(renderHere(sets))).toEqual(sorted(readObjects(`deploy/kubernetes/${file}`)));
  });

  it('renders the Service and the NetworkPolicy that stand beside them', () => {
    const objects = renderHere(['service.enabled=true', 'networkPolicy.enabled=true']);
    expect([of('Service', objects)]).toEqual(readObjects('deploy/kubernetes/service.yml'));
    expect([of('NetworkPolicy', objects)]).toEqual(readObjects('deploy/kubernetes/network-policy.yml'));
  });

  it('has what can be switched on, of fields that Kubernetes knows', () => {
    const objects = renderHere(EVERYTHING);
    expect(kinds(objects)).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceMonitor',
    ]);
    // Its types are the Prometheus operator's own.
    expect(typeErrors(objects.filter(({ kind }) => kind !== 'ServiceMonitor'))).toEqual([]);
    const text = JSON.stringify(of('Deployment', objects));
    expect(text).toContain('registry.example.com/scanprogress:1.2.3');
    expect(text).toContain('slack-signing-secret');
    expect(text).toContain('"secretName":"mine"');
    expect(text).toContain('"name":"PRISMA_CA_FILE","value":"/run/secrets/scanprogress/console-ca"');
    expect(text).not.toContain('SLACK_APP_TOKEN');
  });

  it('is of this version', () => {
    const chart = parse(readText(`${CHART}/Chart.yaml`)) as Record<string, unknown>;
    expect([chart['version'], chart['appVersion']]).toEqual([readVersion(), readVersion()]);
  });
});

describe.skipIf(!hasHelm())('Helm itself, where it is installed', () => {
  it.each([[[]], [['database=postgres']], [EVERYTHING], [['service.enabled=true']]])(
    'renders what is rendered here: %j',
    (sets) => {
      expect(sorted(renderByHelm(sets))).toEqual(sorted(renderHere(sets)));
    },
  );
});
