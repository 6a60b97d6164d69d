/**
 * Repeats requests until the scan ends or the time is over, also while the bot is unreachable, restarting or
 * overloaded.
 */

import type { RequestBot } from './connect.ts';
import { type BotRejection, toBotRejection } from './rejection.ts';
import { type BotScan, parseScan, toLine } from './scan.ts';

export interface AwaitOptions {
  readonly image: string;
  /** A uuid of this wait: any replica resumes it, also after a restart. */
  readonly id: string;
  readonly url: string;
  readonly timeoutMs: number;
  readonly request: RequestBot;
  /** Gets progress for people, a line each. */
  readonly print: (line: string) => void;
  /** Monotonic ms. */
  readonly monotonicNow: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
}

export type Awaited =
  | { readonly kind: 'over'; readonly scan: BotScan }
  /** A repeated request would fail as well: the arguments, the token or the URL are wrong. */
  | { readonly kind: 'wrong'; readonly text: string }
  /** `last`: the latest state; null where the bot never responded. */
  | { readonly kind: 'timed-out'; readonly last: BotScan | null };

const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 10_000;
/** A longer Retry-After is not for this client. */
const RETRY_AFTER_MAX_MS = 60_000;

/** Ends when the time is over, LATE_MS later at most. */
export async function awaitEnd(options: AwaitOptions): Promise<Awaited> {
  const { timeoutMs, monotonicNow, pause } = options;
  const print = onlyNew(options.print);
  const endsAt = monotonicNow() + timeoutMs;
  let last: BotScan | null = null;
  let failures = 0;
  for (let leftMs = timeoutMs; leftMs > 0; leftMs = endsAt - monotonicNow()) {
    const requestedAt = monotonicNow();
    const outcome: HeldOutcome = await requestOnce(options, { leftMs, wasThere: last !== null });
    if (outcome.kind === 'over' || outcome.kind === 'wrong') return outcome;
    for (const line of linesOf(outcome)) print(line);
    failures = outcome.kind === 'away' ? failures + 1 : 0;
    if (outcome.kind === 'waiting') last = outcome.scan;
    // The bot holds a request; one that was not held must not be repeated faster.
    const pauseMs =
      outcome.kind === 'away'
        ? retryPauseMs(outcome, failures)
        : PAUSE_MIN_MS - (monotonicNow() - requestedAt);
    const waitMs = Math.min(pauseMs, endsAt - monotonicNow());
    if (waitMs > 0) await pause(waitMs);
  }
  return { kind: 'timed-out', last };
}

type HeldOutcome =
  | BotRejection
  | { readonly kind: 'over'; readonly scan: BotScan }
  | { readonly kind: 'waiting'; readonly scan: BotScan };

/** The bot holds a request for 20 s; the rest is for connections and slow networks. */
const HELD_MS = 40_000;
/** The last request gets its response when the time is over. */
const LATE_MS = 2_000;

async function requestOnce(
  { image, id, url, request }: AwaitOptions,
  { leftMs, wasThere }: { readonly leftMs: number; readonly wasThere: boolean },
): Promise<HeldOutcome> {
  // Rounded up: a timeout of 0 is invalid.
  const timeout = String(Math.ceil(leftMs / 1_000));
  // The first request is not held: people see that the bot waits, and may start the scan.
  const query = { image, id, timeout, ...(wasThere ? {} : { hold: '0' }) };
  const reply = await request({ path: '/v1/wait', query, limitMs: Math.min(HELD_MS, leftMs + LATE_MS) });
  const isScan = reply.kind === 'answered' && (reply.status === 200 || reply.status === 202);
  const scan = isScan ? parseScan(reply.body) : null;
  // A proxy may respond with 200 as well, and a page of its own.
  if (scan === null) return toBotRejection(reply, { url, wasThere });
  return { kind: scan.outcome === null ? 'waiting' : 'over', scan };
}

function linesOf(outcome: Extract<HeldOutcome, { kind: 'away' | 'waiting' }>): readonly string[] {
  if (outcome.kind === 'away') return [`${outcome.text}; it is asked again`];
  return [outcome.scan.text, ...outcome.scan.hints].map(toLine);
}

function retryPauseMs({ retryAfterMs }: { readonly retryAfterMs: number | null }, failures: number): number {
  return Math.min(
    retryAfterMs ?? Math.min(PAUSE_MIN_MS * 2 ** (failures - 1), PAUSE_MAX_MS),
    RETRY_AFTER_MAX_MS,
  );
}

/** Suppresses repeated lines: each response repeats the progress and its hints. */
function onlyNew(print: (line: string) => void): (line: string) => void {
  const printed: string[] = [];
  return (line) => {
    if (printed.includes(line)) return;
    printed.push(line);
    if (printed.length > LINES_KEPT) printed.shift();
    print(line);
  };
}

const LINES_KEPT = 8;
