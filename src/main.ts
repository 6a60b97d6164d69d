/** `npm start`: reads the environment, runs the bot, and stops it on a signal. */

import { startApp } from './app/app.ts';
import { readConfig, secretsOf } from './config/config.ts';
import { readSmallFile } from './config/secret-files.ts';
import { ConfigurationError, messageOf } from './errors.ts';
import { createLog, type Log } from './log.ts';

/** Exit code for an invalid configuration: restarting does not help. */
const EXIT_CONFIGURATION = 2;
/** Any other error: a restart may help. */
const EXIT_UNEXPECTED = 1;
/** Time limit for work in flight after the first signal and SHUTDOWN_DELAY. */
const STOP_LIMIT_MS = 10_000;

await main();

async function main(): Promise<void> {
  const read = readConfig(process.env, readSmallFile);
  if (read.kind === 'invalid') {
    const list = read.errors.map((error) => `  - ${error}`).join('\n');
    process.stderr.write(`scanprogress cannot start. What is wrong with its environment:\n${list}\n`);
    process.exitCode = EXIT_CONFIGURATION;
    return;
  }
  const log = createLog({
    level: read.config.logLevel,
    isTerminal: process.stdout.isTTY,
    secrets: secretsOf(read.config),
  });
  for (const warning of read.warnings) log.warn(warning);
  // Slack's SDK rejects promises that no caller awaits, for example during a reconnect. The watches must go on.
  process.on('unhandledRejection', (error) => log.error({ error: messageOf(error) }, 'unhandled rejection'));
  const shutdown = new AbortController();
  try {
    const exit = createExit(
      async () => {
        shutdown.abort();
        await (await starting).stop();
      },
      { limitMs: read.config.shutdownDelayMs + STOP_LIMIT_MS, log },
    );
    const starting = startApp(read.config, {
      ...{ log, signal: shutdown.signal, isWholeProcess: true },
      onTooNew: () => void exit(EXIT_CONFIGURATION),
    });
    exitOnSignal(exit, log);
    await starting;
    if (!shutdown.signal.aborted) log.info({ node: process.version }, 'started');
  } catch (error) {
    // Stopped while it waited for the database: the configuration is valid.
    if (shutdown.signal.aborted) process.exit(0);
    log.fatal({ error: messageOf(error) }, 'scanprogress cannot start');
    process.exit(error instanceof ConfigurationError ? EXIT_CONFIGURATION : EXIT_UNEXPECTED);
  }
}

/** False where the process is about to exit already. */
type Exit = (code: number) => boolean;

/** Drains the work in flight, then exits. */
function createExit(stop: () => Promise<void>, { limitMs, log }: { limitMs: number; log: Log }): Exit {
  let isStopping = false;
  return (code) => {
    if (isStopping) return false;
    isStopping = true;
    // An SDK that is reconnecting may open a socket later, so the process exits explicitly.
    setTimeout(() => process.exit(code), limitMs).unref();
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ error: messageOf(error) }, 'shutdown failed');
        process.exit(code);
      },
    );
    return true;
  };
}

/** The second signal exits immediately. */
function exitOnSignal(exit: Exit, log: Log): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!exit(0)) process.exit(1);
    log.info({ signal }, 'stopping');
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
