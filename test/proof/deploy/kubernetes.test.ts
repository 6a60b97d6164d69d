import { describe, expect, it } from 'vitest';
import { typeErrors } from './type-check.ts';
import { readText } from '../../support/project.ts';
import { imageVariables, KUBERNETES, readDeployment, readObjects } from './ways.ts';

const FILES = [...KUBERNETES, 'deploy/kubernetes/service.yml', 'deploy/kubernetes/network-policy.yml'];

describe('Kubernetes', () => {
  it.each(FILES)('knows every field of %s', (file) => {
    expect(typeErrors(readObjects(file))).toEqual([]);
  });

  it('is told of a field that is misspelled, missing or of another type', () => {
    const specs = [{ portz: [] }, { ports: [{ port: 'http' }, {}] }];
    const services = specs.map((spec) => ({ apiVersion: 'v1', kind: 'Service', spec }));
    const [misspelled, type, missing] = typeErrors(services);
    expect(misspelled).toMatch(/portz.* does not exist/);
    expect(type).toMatch(/'string' is not assignable to type 'number'/);
    expect(missing).toMatch(/'port' is missing/);
  });
});

describe.each(KUBERNETES)('%s', (file) => {
  const { spec } = readDeployment(file);
  const [container] = spec.template.spec.containers;

  it('selects its own pods', () => {
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
  });

  it('asks for life at /healthz and for readiness without the Console at /readyz, on the port that the bot listens on', () => {
    const { livenessProbe, readinessProbe, startupProbe, ports } = container;
    expect([livenessProbe, readinessProbe, startupProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: '/healthz', port: 'http' },
      { path: '/readyz?exclude=console', port: 'http' },
      { path: '/healthz', port: 'http' },
    ]);
    const PORT = imageVariables()['PORT'];
    expect(ports).toEqual([{ name: 'http', containerPort: Number(PORT) }]);
    expect(container.env).toContainEqual({ name: 'PORT', value: PORT });
    // Probes come from the node, not from inside of the pod.
    expect(container.env).toContainEqual({ name: 'HEALTH_HOST', value: '0.0.0.0' });
    const { annotations } = spec.template.metadata;
    expect(annotations).toMatchObject({ 'prometheus.io/port': PORT, 'prometheus.io/path': '/metrics' });
  });

  it('mounts only volumes that it has, and all of them', () => {
    const names = spec.template.spec.volumes.map(({ name }) => name);
    expect(container.volumeMounts.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });
});

it('lets a node be drained while no pod is ready', () => {
  const rateLimiter = /^kind: PodDisruptionBudget$[^]*?^---$/m.exec(
    readText('deploy/kubernetes/postgres.yml'),
  );
  expect(rateLimiter?.[0]).toMatch(/^ {2}unhealthyPodEvictionPolicy: AlwaysAllow$/m);
});

describe('the number of replicas', () => {
  it('is one on SQLite, and the old one ends before the new one begins', () => {
    const { replicas, strategy } = readDeployment('deploy/kubernetes/sqlite.yml').spec;
    expect([replicas, strategy.type]).toEqual([1, 'Recreate']);
  });

  it('is three on PostgreSQL, which Slack’s ten sockets allow, with one more during an update', () => {
    const { replicas } = readDeployment('deploy/kubernetes/postgres.yml').spec;
    expect(replicas).toBe(3);
    expect((replicas + 1) * 2).toBeLessThanOrEqual(10);
  });
});
