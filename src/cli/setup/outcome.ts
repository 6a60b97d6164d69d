/** Output of the setup: variables for a shell and the program, or a Secret for Kubernetes. */

import { parseEnv } from 'node:util';
import { stringify } from 'yaml';
import type { Environment } from '../../config/secret-files.ts';

/** No quoting preserves the value. */
export class UnquotableError extends Error {}

/** Lines of `NAME=value`. Throws an UnquotableError. */
export function toEnvFile(variables: Environment): string {
  const lines = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quote(name, value)}\n`],
  );
  return `# Written by scanprogress setup. Whoever can read this file can act as the bot.\n${lines.join('')}`;
}

/** Unquoted where possible: Docker takes quotes as a part of the value. */
function quote(name: string, value: string): string {
  const spellings = /^[\w.:/@%+,=~-]*$/.test(value) ? [value] : [`'${value}'`, `"${value}"`, `\`${value}\``];
  // The second line shows whether a quote within the value would go on into it.
  const fit = spellings.find((text) => parseEnv(`${name}=${text}\nNEXT=1\n`)[name] === value);
  if (fit !== undefined) return fit;
  throw new UnquotableError(
    `${name} cannot be written into such a file: put it into a file of its own, and name that in ${name}_FILE`,
  );
}

/** Keys used by the files under deploy/. */
const KEYS: Readonly<Record<string, string>> = {
  SLACK_BOT_TOKEN: 'slack-bot-token',
  SLACK_APP_TOKEN: 'slack-app-token',
  SLACK_SIGNING_SECRET: 'slack-signing-secret',
  PRISMA_PASSWORD: 'prisma-password',
};

/** A proxy's URL may carry a password. No file under deploy/ uses these keys: who has such a proxy adds them. */
const PROXY_KEYS: Readonly<Record<string, string>> = { HTTPS_PROXY: 'https-proxy', HTTP_PROXY: 'http-proxy' };

function keyOf(name: string, value: string): string | null {
  const proxyKey = value.includes('@') ? PROXY_KEYS[name] : undefined;
  return KEYS[name] ?? proxyKey ?? null;
}

/** Each variable of the Secret, and its key there. */
function secretKeys(variables: Environment): readonly (readonly [name: string, key: string])[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    const key = value === undefined ? null : keyOf(name, value);
    return key === null ? [] : [[name, key] as const];
  });
}

/** YAML; variables that are no secrets are left out. */
export function toSecret(variables: Environment): string {
  const data = secretKeys(variables).map(([name, key]) => [key, variables[name]] as const);
  return stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'scanprogress', labels: { 'app.kubernetes.io/name': 'scanprogress' } },
    type: 'Opaque',
    stringData: Object.fromEntries(data),
  });
}

/** The `env` entries that no file under deploy/ has; `''` for none. */
export function toExtraEnv(variables: Environment): string {
  const extra = secretKeys(variables).filter(([name]) => name in PROXY_KEYS);
  const entries = extra.map(([name, key]) => ({
    name,
    valueFrom: { secretKeyRef: { name: 'scanprogress', key } },
  }));
  return entries.length === 0 ? '' : stringify(entries);
}

/** The other variables, for the ConfigMap or the chart's values. */
export function toConfigMapData(variables: Environment): string {
  const open = Object.entries(variables).filter(
    ([name, value]) => value !== undefined && keyOf(name, value) === null,
  );
  return stringify(Object.fromEntries(open));
}
