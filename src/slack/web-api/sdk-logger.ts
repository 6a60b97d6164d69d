/**
 * The SDK's log lines in our log. Its debug lines are dropped, because they contain whole payloads with tokens,
 * response URLs and texts of people.
 */

import { LogLevel, type Logger } from '@slack/bolt';
import { scrubSecrets } from '../../secrets.ts';

/** The part of a log that this folder needs. */
export interface SdkLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Without a log it is silent. An error of the SDK is logged as a warning: only the caller knows whether it is an error.
 */
export function createSdkLogger(log?: SdkLog): Logger {
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => log?.debug({ from: 'slack-sdk' }, toLine(parts)),
    warn: (...parts: unknown[]) => log?.warn({ from: 'slack-sdk' }, toLine(parts)),
    error: (...parts: unknown[]) => log?.warn({ from: 'slack-sdk' }, toLine(parts)),
    // The SDK would change the level for all users of the log.
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

function toLine(parts: readonly unknown[]): string {
  return scrubSecrets(parts.map(String).join(' '));
}
