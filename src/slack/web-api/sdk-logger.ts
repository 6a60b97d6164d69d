/**
 * The SDK's log lines in our log. Its debug lines are dropped, not lowered: they hold whole payloads, with the tokens,
 * response URLs and texts of people in them.
 */

import { LogLevel, type Logger } from '@slack/bolt';
import { scrubSecrets } from '../../errors.ts';

/** As much of a log as this folder needs. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Without a log it says nothing. An error of the SDK is a warning here: whether it is one for us, the caller knows. */
export function createSdkLogger(log?: Log): Logger {
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => log?.debug({ from: 'slack-sdk' }, toLine(parts)),
    warn: (...parts: unknown[]) => log?.warn({ from: 'slack-sdk' }, toLine(parts)),
    error: (...parts: unknown[]) => log?.warn({ from: 'slack-sdk' }, toLine(parts)),
    // The SDK would lower the level for everybody who shares the log.
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

function toLine(parts: readonly unknown[]): string {
  return scrubSecrets(parts.map(String).join(' '));
}
