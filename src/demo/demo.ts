/**
 * Starts all parts of the demo: the local Slack, the simulated Console, and the bot between them, with a database in a
 * temporary directory. Stops them in reverse order, also when a later part fails to start.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, type Config } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { startLocalSlack, type LocalSlack } from './local-slack.ts';
import { armScenario, DEMO, scriptFor } from './scenario.ts';
import { createSimulatedConsole, type SimulatedConsole } from './console/simulated-console.ts';
import { repeatStory, tellStory } from './story.ts';
import { PEOPLE, CHANNELS } from './workspace.ts';
import { WEEKDAYS, type DigestTime } from '../scan/weekly-digest.ts';
import { type ChannelSettings, DEFAULT_SETTINGS } from '../scan/channel-settings.ts';
import { saveSettings } from '../store/channel-settings.ts';
import { migrate, readMigrations } from '../store/drivers/migrate.ts';
import { openLocation } from '../store/drivers/open.ts';

interface DemoOptions {
  /** Of the web page; 0: any. */
  readonly port: number;
  /** Speed factor of the scripted scans. */
  readonly speed: number;
  readonly logLevel: string;
  readonly startBot: StartBot;
  /** Starts the story when the page is first opened, so that it has not ended by then; otherwise immediately. */
  readonly beginsWithPage?: boolean;
  /** Port and token for pipelines; left out: disabled. */
  readonly api?: { readonly port: number; readonly token: string };
}

export type StartBot = (config: Config, outside: { log: Log }) => Promise<{ stop: () => Promise<void> }>;

export interface Demo {
  readonly slack: LocalSlack;
  readonly consoleUrl: string;
  readonly stop: () => Promise<void>;
}

const CONNECT_LIMIT_MS = 30_000;

export async function startDemo(options: DemoOptions): Promise<Demo> {
  const undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    // A step is removed before it runs, so a second call repeats none.
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    // First, because only this may be missing on this machine.
    const opened = Promise.withResolvers<undefined>();
    const slack = await startLocalSlack({ port: options.port, onOpen: () => opened.resolve(undefined) });
    undo.push(slack.stop);
    const simulated = await createSimulatedConsole({ speed: options.speed, scriptFor: scriptFor(DEMO) });
    undo.push(simulated.close);
    const directory = await mkdtemp(join(tmpdir(), 'scanprogress-demo-'));
    undo.push(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, 'scanprogress.db');
    const bot = await startBot(options, {
      ...demoEnvironment({ slack, simulated, file }),
      ...(options.api && { PORT: String(options.api.port), API_TOKEN: options.api.token }),
    });
    undo.push(bot.stop);
    // local-slack loses what people type before the bot is connected.
    if (!(await slack.whenBotConnects(CONNECT_LIMIT_MS))) {
      throw new Error(`The bot did not connect to the local Slack within ${CONNECT_LIMIT_MS / 1_000} s.`);
    }
    const scenario = new AbortController();
    undo.push(() => {
      // Undone first: no scan starts while the bot stops.
      scenario.abort();
    });
    const story = { slack, simulated, file, signal: scenario.signal };
    if (options.beginsWithPage === true)
      void opened.promise.then(() => beginStory(story)).catch(warnOf(options));
    else await beginStory(story);
    return { slack, consoleUrl: simulated.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Story {
  readonly slack: LocalSlack;
  readonly simulated: SimulatedConsole;
  /** The bot's database. */
  readonly file: string;
  readonly signal: AbortSignal;
}

/** What people say and type, repeated each time that its scans restart. */
async function beginStory({ slack, simulated, file, signal }: Story): Promise<void> {
  if (signal.aborted) return;
  await chooseSettings(file, Date.now());
  armScenario(simulated, DEMO, signal);
  await tellStory(slack);
  void repeatStory(slack, signal);
}

/** The page shows an empty conversation without a reason. */
function warnOf({ logLevel }: DemoOptions): (error: unknown) => void {
  return (error) => {
    if (logLevel !== 'silent')
      process.stderr.write(`The story of the demo could not begin: ${messageOf(error)}\n`);
  };
}

interface Surroundings {
  readonly slack: LocalSlack;
  readonly simulated: SimulatedConsole;
  /** The bot's database. */
  readonly file: string;
}

/** The bot's whole environment: nothing of the user's own gets into the demo. */
function demoEnvironment({ slack, simulated, file }: Surroundings): Record<string, string> {
  return {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    PRISMA_CONSOLE_URL: simulated.url,
    PRISMA_USERNAME: 'demo',
    PRISMA_PASSWORD: 'demo',
    DATABASE_URL: `sqlite:${file}`,
    POLL_CRON: '*/3 * * * * *',
    // Short enough to see the stuck scan stall.
    STALL_AFTER: '1m',
    SCAN_OPERATORS: `${PEOPLE.security.id},${PEOPLE.platform.id}`,
    // None, unless the demo is open to pipelines.
    PORT: '0',
  };
}

async function startBot(
  options: DemoOptions,
  environment: Record<string, string>,
): Promise<{ stop: () => Promise<void> }> {
  const read = readConfig({ ...environment, LOG_LEVEL: options.logLevel }, () => '');
  if (read.kind === 'invalid') throw new Error(read.errors.join('\n'));
  // Standard output is for the conversation.
  const destination = process.stderr;
  const log = createLog({ level: read.config.logLevel, isTerminal: destination.isTTY, destination });
  return options.startBot(read.config, { log });
}

/** By then the release was scanned twice, and its second scan found more. */
const DIGEST_AFTER_MS = 7 * 60_000;

/** Security hears of what is new and high or worse; the platform team gets the digest of a week, soon. */
async function chooseSettings(file: string, now: number): Promise<void> {
  const database = await openLocation({ kind: 'sqlite', file });
  try {
    await migrate(database, readMigrations(), now);
    const save = (channel: string, userId: string, chosen: Partial<ChannelSettings>) =>
      saveSettings(database, { channel, userId, now, settings: { ...DEFAULT_SETTINGS, ...chosen } });
    await save(CHANNELS.security.id, PEOPLE.security.id, { threshold: 'new-high' });
    await save(CHANNELS.platform.id, PEOPLE.platform.id, { digest: timeOf(now + DIGEST_AFTER_MS) });
  } finally {
    await database.close();
  }
}

function timeOf(at: number): DigestTime {
  const date = new Date(at);
  return {
    // getUTCDay starts with Sunday, WEEKDAYS with Monday.
    weekday: WEEKDAYS[(date.getUTCDay() + 6) % 7] ?? 'monday',
    minute: date.getUTCHours() * 60 + date.getUTCMinutes(),
    timeZone: 'UTC',
  };
}
