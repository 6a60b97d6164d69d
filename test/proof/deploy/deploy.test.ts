/**
 * The files that run the bot, as far as they can be checked without an engine: that each is well-formed by its own
 * rules, and that all of them agree with the program and with each other.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../../src/config/config.ts';
import { readVersion } from '../../../src/root.ts';
import { listenLocally } from '../../support/listen.ts';
import { captures, readJson, readText, ROOT } from '../../support/project.ts';
import {
  composeSchema,
  imageInstructions,
  imageVariables,
  KUBERNETES,
  readCompose,
  readDeployment,
  readWays,
} from './ways.ts';

const WAYS = readWays();

/** The program's variables, as docs/configuration.md lists them. */
const KNOWN = new Set(captures(readText('docs/configuration.md'), /`([A-Z][A-Z_]+)`/g));

const SAMPLES: Readonly<Record<string, string>> = {
  'slack-bot-token': 'xoxb-1-a',
  'slack-app-token': 'xapp-1-a',
  'prisma-password': 'a',
  'database-url': 'postgres://bot:a@db/bot',
};

/** What Compose puts in place of `${NAME:?message}` and `${NAME:-default}`. */
function withValue(name: string, text: string): string {
  const sample = name === 'PRISMA_CONSOLE_URL' ? 'https://console:8083' : 'bot';
  return text.replace(/\$\{\w+:-(.*?)\}/, '$1').replace(/\$\{\w+:\?.*?\}/, sample);
}

describe.each(WAYS)('$file', ({ image, variables, secrets, writable }) => {
  it('gives the bot variables that it has, and no others', () => {
    const isKnown = (name: string) => KNOWN.has(name) || KNOWN.has(name.replace(/_FILE$/, ''));
    expect(Object.keys(variables).filter((name) => !isKnown(name))).toEqual([]);
  });

  it('gives it all that a start needs', () => {
    const given = Object.entries(variables).map(([name, value]) => [name, withValue(name, value)]);
    const files: string[] = [];
    const configured = readConfig(Object.fromEntries(given) as Record<string, string>, (path) => {
      files.push(path);
      return SAMPLES[path.split('/').at(-1) ?? ''] ?? '';
    });
    expect(configured).toMatchObject({ kind: 'config' });
    expect(secrets).toEqual(expect.arrayContaining(files));
  });

  it('gives no secret but by a file, and each file is one that it puts there', () => {
    const names = Object.keys(variables);
    expect(names.filter((name) => /TOKEN|SECRET|PASSWORD/.test(name) && !name.endsWith('_FILE'))).toEqual([]);
    const used = names.filter((name) => name.endsWith('_FILE')).map((name) => variables[name]);
    expect(used.toSorted()).toEqual(secrets.toSorted());
  });

  it('keeps its data in SQLite where it may write, or in PostgreSQL by a secret', () => {
    const { DATABASE_URL: url = '', DATABASE_URL_FILE: secret } = variables;
    const folder = dirname(/^sqlite:(\/.+)$/.exec(url)?.[1] ?? '');
    expect(secret === undefined ? writable : secrets).toContain(secret ?? folder);
  });

  it('runs the image of this version, or none', () => {
    expect([null, `scanprogress:${readVersion()}`]).toContain(image);
  });
});

describe('the Dockerfile', () => {
  const instructions = imageInstructions();
  const all = (name: string) => instructions.filter(([given]) => given === name).map(([, rest]) => rest);

  it('is one', () => {
    expect(validate(readText('Dockerfile')).map(({ message }) => message)).toEqual([]);
  });

  it('builds on images that nobody can exchange, and so does the workflow of a release with its actions', () => {
    const bases = captures(readText('Dockerfile'), /^FROM (\S+)/gm);
    expect(bases.filter((base) => !/@sha256:[0-9a-f]{64}$/.test(base))).toEqual([]);
    const actions = captures(readText('.github/workflows/release.yml'), /uses: (\S+)/g);
    expect(actions.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
    expect([bases.length, actions.length]).toEqual([2, expect.toSatisfy((count: number) => count > 5)]);
  });

  it('copies only what is there and what is not ignored', () => {
    const sent = readText('.dockerignore').match(/(?<=^!).*$/gm) ?? [];
    expect(sent.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const copied = captures(readText('Dockerfile'), /^COPY (?!--)(.*) \S+$/gm).flatMap((list) =>
      list.split(' '),
    );
    expect(copied.filter((path) => !sent.some((one) => path.replace(/\/$/, '') === one))).toEqual([]);
    expect(copied).toContain('migrations');
  });

  it('ends in an image without a shell, as somebody who is not root, on the Node that the project is tried on', () => {
    expect(all('FROM')).toEqual([expect.stringMatching(/^gcr\.io\/distroless\/nodejs24-debian13:nonroot@/)]);
    expect(all('RUN')).toEqual([]);
    expect(all('USER')).toEqual(['65532:65532']);
    for (const file of KUBERNETES)
      expect(readDeployment(file).spec.template.spec.securityContext.runAsUser).toBe(65_532);
  });

  it('starts what the package has as its command', () => {
    const { bin } = readJson('package.json') as { bin: { scanprogress: string } };
    expect(JSON.parse(all('ENTRYPOINT')[0] ?? '')).toEqual(['/nodejs/bin/node', bin.scanprogress]);
  });

  it('exposes the port that the bot listens on', () => {
    expect(all('EXPOSE')).toEqual([imageVariables()['PORT']]);
  });

  it.each([
    [200, 0],
    [503, 1],
  ])('has a health check that makes %i of /healthz to %i', async (status, code) => {
    const server = createServer(({ url }, response) => {
      response.writeHead(url === '/healthz' ? status : 404).end();
    });
    expect(await healthCheck(await listenLocally(server))).toBe(code);
  });

  it('has a health check that fails where nobody listens', async () => {
    expect(await healthCheck(1)).toBe(1);
  });

  async function healthCheck(port: number): Promise<number> {
    const command = /CMD (\[.*\])$/.exec(all('HEALTHCHECK')[0] ?? '')?.[1];
    const [, ...args] = JSON.parse(command ?? '') as string[];
    const checking = spawn(process.execPath, args, { env: { PORT: String(port) }, stdio: 'ignore' });
    const [code] = (await once(checking, 'close')) as [number];
    return code;
  }
});

describe('deploy/compose.yml', () => {
  it('is one, by the compose specification', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const check = ajv.compile(composeSchema());
    // The published schema is older than this one property.
    const { name, ...rest } = parse(readText('deploy/compose.yml')) as Record<string, unknown>;
    expect(name).toBe('scanprogress');
    check(rest);
    expect(check.errors).toBeNull();
  });

  it('declares every secret that it gives, and publishes the port on loopback alone', () => {
    const { services, secrets } = readCompose();
    expect(Object.keys(secrets)).toEqual(services.bot.secrets);
    expect(services.bot.ports).toEqual([`127.0.0.1:3000:${imageVariables()['PORT'] ?? ''}`]);
    expect(services.bot.read_only).toBe(true);
  });
});
