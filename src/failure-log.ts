/** The log of a job that may fail again and again, such as with a full disk: no line for each of its tries. */

import { messageOf } from './errors.ts';

export interface FailureLog {
  readonly failed: (error: unknown) => void;
  readonly worked: () => void;
}

interface FailureLogOptions {
  readonly log: Readonly<Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>>;
  readonly level?: 'warn' | 'error';
  /** In each line. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly failed: string;
  readonly again: string;
}

const EVERY_MS = 60_000;

/** Logs the first failure, another error immediately, the same one once a minute, and the end of a series. */
export function createFailureLog(options: FailureLogOptions): FailureLog {
  const { log, level = 'error', fields = {} } = options;
  let failures = 0;
  let logged = { error: '', at: 0 };
  return {
    failed: (thrown) => {
      failures += 1;
      const error = messageOf(thrown);
      const at = performance.now();
      if (failures > 1 && error === logged.error && at < logged.at + EVERY_MS) return;
      logged = { error, at };
      log[level]({ ...fields, error, ...(failures > 1 && { failures }) }, options.failed);
    },
    worked: () => {
      if (failures > 1) log.info({ ...fields, failures }, options.again);
      failures = 0;
    },
  };
}
