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

export function toSecret(variables: Environment): string {
  const secrets = Object.entries(KEYS).flatMap(([name, key]) =>
    variables[name] === undefined ? [] : [[key, variables[name]] as const],
  );
  return stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'scanprogress', labels: { 'app.kubernetes.io/name': 'scanprogress' } },
    type: 'Opaque',
    stringData: Object.fromEntries(secrets),
  });
}

/** The other variables, for the ConfigMap or the chart's values. */
export function toConfigMapData(variables: Environment): string {
  const open = Object.entries(variables).filter(([name, value]) => !(name in KEYS) && value !== undefined);
  return stringify(Object.fromEntries(open));
}
