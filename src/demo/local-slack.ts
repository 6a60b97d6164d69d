/**
 * Starts local-slack, a local Slack with a web page, and acts in it as its people. It is a binary from a package per
 * platform; it ends with this process, and its files are deleted.
 */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

import { messageOf } from '../errors.ts';
import { serveSlack, type SlackProxy } from './slack-proxy.ts';
import { APP, workspaceConfig } from './workspace.ts';

export interface LocalSlack {
  /** URL of the web page. */
  readonly page: string;
  /** The bot's SLACK_API_URL. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  /** Types a slash command; resolves when the bot has acknowledged it, or after 5 s. */
  readonly command: (typed: {
    channel: string;
    user: string;
    command: string;
    text: string;
  }) => Promise<void>;
  /** Posts as a person, optionally into a thread; returns the message's `ts`. */
  readonly say: (message: {
    channel: string;
    user: string;
    text: string;
    thread?: string;
  }) => Promise<string>;
  /** Clicks the first button of a message with this label; false if there is none. */
  readonly click: (clicked: { channel: string; ts: string; user: string; label: string }) => Promise<boolean>;
  /** All messages of a channel in order, including replies and ephemeral messages. */
  readonly messages: (channel: string) => Promise<readonly SlackMessage[]>;
  /** False where no bot has connected within the time. Messages before that are lost. */
  readonly whenBotConnects: (timeLimitMs: number) => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

export type SlackMessage = z.infer<typeof Message>;

const Message = z.object({
  ts: z.string(),
  user: z.string().default(''),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  /** `ephemeral` for messages visible to one person. */
  subtype: z.string().optional(),
  ephemeral_to: z.string().optional(),
  edited: z.object({ ts: z.string() }).optional(),
  blocks: z.array(z.unknown()).default([]),
});
const Messages = z.object({ messages: z.array(Message) });
const Posted = z.object({ message: z.object({ ts: z.string() }) });
const Log = z.object({ log: z.array(z.object({ kind: z.string(), summary: z.string() })) });
const Button = z.object({
  type: z.literal('button'),
  text: z.object({ text: z.string() }),
  action_id: z.string(),
  value: z.string().optional(),
});

const PUBLISHED_FOR = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'windows-x64'];
const START_LIMIT_MS = 20_000;

interface LocalSlackOptions {
  /** Of the page; 0 for any free port. */
  readonly port: number;
  readonly directory?: string;
  /** Called whenever the page is opened. */
  readonly onOpen?: () => void;
}

/** Throws, before anything starts, where there is no binary for this machine. */
export async function startLocalSlack(options: LocalSlackOptions): Promise<LocalSlack> {
  const binary = findLocalSlack();
  if (binary === null) throw new Error(installAdvice(machine()));
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'scanprogress-slack-')));
  const files = join(directory, 'files');
  await mkdir(files, { recursive: true });
  const config = join(directory, 'workspace.json');
  await writeFile(config, JSON.stringify(workspaceConfig()));
  const child = spawn(
    binary,
    // Any port: the proxy in front of it has the one of the options.
    ['--config', config, '--port', '0', '--files-dir', files, '--base-host', '127.0.0.1'],
    // A process group of its own: Ctrl-C must not stop Slack before the bot has finished.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const stop = endWithThisProcess(child, () => {
    // Another directory is the caller's, and may contain more.
    const own = options.directory === undefined ? [directory] : [files, config];
    for (const path of own) rmSync(path, { recursive: true, force: true });
  });
  try {
    const origin = `http://127.0.0.1:${await portOnceReady(child)}`;
    const proxy = await serve({ ...options, origin });
    const stopBoth = async (): Promise<void> => {
      await proxy.close();
      await stop();
    };
    return { ...controls(origin), page: proxy.address, apiUrl: proxy.apiUrl, stop: stopBoth };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function serve(options: LocalSlackOptions & { readonly origin: string }): Promise<SlackProxy> {
  try {
    return await serveSlack(options);
  } catch (error) {
    throw new Error(`The page of the local Slack cannot be served: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Path of the binary for this machine, null where its package is not installed. `npx` runs from a folder of its own:
 * the current folder is searched as well.
 */
export function findLocalSlack(folder = process.cwd()): string | null {
  const program = process.platform === 'win32' ? 'local-slack.exe' : 'local-slack';
  for (const from of [import.meta.url, join(folder, 'from-here')]) {
    try {
      const manifest = createRequire(from).resolve(`local-slack-${machine()}/package.json`);
      const binary = join(dirname(manifest), 'bin', program);
      if (existsSync(binary)) return binary;
    } catch {
      // Not installed there.
    }
  }
  return null;
}

/** As in .config/checkout: the page is changed for it. */
const VERSION = '0.1';

/** What to do where the binary is missing. `machine`: platform and architecture, such as `linux-x64`. */
export function installAdvice(machine: string): string {
  return PUBLISHED_FOR.includes(machine)
    ? `The demo needs a local Slack, and its package is not installed. Run
  npm install --no-save --ignore-scripts local-slack-${machine}@${VERSION}
in this folder, or with --global where scanprogress is installed globally.`
    : `The demo needs a local Slack, and none is published for ${machine}, only for\n${PUBLISHED_FOR.join(', ')}.`;
}

function machine(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `${platform}-${process.arch}`;
}

/** Kills the child and cleans up when stopped, and when this process exits or receives a signal. */
function endWithThisProcess(child: ChildProcess, cleanUp: () => void): () => Promise<void> {
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const endNow = (): void => {
    child.kill('SIGKILL');
    cleanUp();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // Other listeners end this process in their own time, which ends the child.
    if (process.listenerCount(signal) > 1) return;
    endNow();
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  process.once('exit', endNow);
  for (const signal of signals) process.on(signal, onSignal);
  return async () => {
    child.kill('SIGTERM');
    // Then it is killed, and its files are deleted in any case.
    await Promise.race([closed, sleep(2_000, undefined, { ref: false })]);
    endNow();
    process.off('exit', endNow);
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/** local-slack prints its URL once it listens; before it exits otherwise, the reason. */
async function portOnceReady(child: ChildProcess): Promise<number> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new Error(`local-slack did not start: ${why}. ${printed}`.trim()));
    const timer = setTimeout(() => fail(`nothing within ${START_LIMIT_MS / 1_000} s`), START_LIMIT_MS);
    const onOutput = (chunk: Buffer): void => {
      // The line may arrive in pieces.
      printed += chunk.toString();
      const [, port] = /Web UI:\s+http:\/\/[^:\s]+:(\d+)/.exec(printed) ?? [];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', onOutput);
    child.stderr?.on('data', onOutput);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => {
      clearTimeout(timer);
      fail(`it ended with ${code ?? 'a signal'}`);
    });
  });
}

/** Uses the control API of local-slack itself: it is no part of Slack, so the proxy is not needed. */
function controls(base: string): Omit<LocalSlack, 'page' | 'apiUrl' | 'stop'> {
  const control = `${base}/_control`;
  const messages = async (channel: string): Promise<readonly SlackMessage[]> =>
    Messages.parse(await request(`${control}/messages/${channel}`)).messages;
  return {
    botToken: APP.botToken,
    appToken: APP.appToken,
    messages,
    command: async (typed) => {
      await request(`${control}/command`, typed);
    },
    say: async ({ thread, ...message }) => {
      const body = thread === undefined ? message : { ...message, thread_ts: thread };
      return Posted.parse(await request(`${control}/message`, body)).message.ts;
    },
    click: async ({ channel, ts, user, label }) => {
      const message = (await messages(channel)).find((message) => message.ts === ts);
      const button = findButton(message?.blocks ?? [], label);
      if (!button) return false;
      await request(`${control}/interact`, { channel, messageTs: ts, user, action: button });
      return true;
    },
    whenBotConnects: async (timeLimitMs) => {
      const until = Date.now() + timeLimitMs;
      while (Date.now() < until) {
        const { log } = Log.parse(await request(`${control}/log`));
        if (log.some(({ kind, summary }) => kind === 'socket' && summary.startsWith('socket connected')))
          return true;
        await sleep(100);
      }
      return false;
    },
  };
}

async function request(url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(
    url,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  if (!response.ok)
    throw new Error(`local-slack answered ${response.status} to ${url}: ${await response.text()}`);
  return response.json();
}

/** Buttons are in actions blocks and section accessories: search all nodes. */
function findButton(node: unknown, label: string): unknown {
  const button = Button.safeParse(node);
  if (button.success) return button.data.text.text === label ? node : undefined;
  if (typeof node !== 'object' || node === null) return undefined;
  for (const child of Object.values(node)) {
    const found = findButton(child, label);
    if (found !== undefined) return found;
  }
  return undefined;
}
