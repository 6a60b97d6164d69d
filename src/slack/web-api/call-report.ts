/** The outcome of each call to Slack, for the log, the metrics and readiness. */

import type { FetchFunction } from '@slack/web-api';
import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { FetchResponse } from './pool-fetch.ts';
import type { SdkLog } from './sdk-logger.ts';

export interface SlackCall {
  /** `chat.postMessage`, `respond` (to a response_url). */
  readonly method: string;
  /** `refused`: Slack responded with an error. `no-answer`: no response, or none of Slack's. */
  readonly outcome: 'ok' | 'refused' | 'rate-limited' | 'unavailable' | 'no-answer';
  readonly ms: number;
}

export interface SlackMeters {
  readonly onCall: (call: SlackCall) => void;
  /** From the arrival of a payload to its acknowledgement. */
  readonly onAcknowledged: (kind: 'event' | 'command' | 'interaction', ms: number) => void;
  readonly onCommand: (command: string, outcome: 'answered' | 'failed' | 'not-understood') => void;
}

export interface CallReporting {
  readonly onCall?: ((call: SlackCall) => void) | undefined;
  readonly log?: SdkLog | undefined;
}

/** The same fetch; a response counts once it is complete. */
export function withCallReport(fetch: FetchFunction, { onCall, log }: CallReporting): FetchFunction {
  return async (url, init) => {
    const method = methodOf(String(url));
    const startedAt = performance.now();
    const report = (outcome: SlackCall['outcome'], detail: object): void => {
      const ms = Math.round(performance.now() - startedAt);
      log?.debug({ method, outcome, ms, ...detail }, 'Slack call');
      onCall?.({ method, outcome, ms });
    };
    try {
      const response = await fetch(url, init);
      const { whole, text } = await readWhole(response);
      report(outcomeOf(response.status, text), { status: response.status });
      return whole;
    } catch (error) {
      report('no-answer', { error: messageOf(error) });
      throw error;
    }
  };
}

/** A body can be read once: what was read is passed on. */
async function readWhole(
  response: FetchResponse,
): Promise<{ readonly whole: FetchResponse; readonly text: string }> {
  const text = await response.text();
  const { url, status, statusText, ok, headers } = response;
  const whole: FetchResponse = {
    url,
    status,
    statusText,
    ok,
    headers,
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(text).then(JSON.parse),
    arrayBuffer: () => Promise.resolve(new TextEncoder().encode(text).buffer),
  };
  return { whole, text };
}

/** The last part of the path is the method; any other URL is a response_url. */
function methodOf(url: string): string {
  return /\/api\/([a-z]+(?:\.[a-zA-Z]+)+)\/?(?:\?|$)/.exec(url)?.[1] ?? 'respond';
}

const platformResponse = z.object({ ok: z.boolean() });

function outcomeOf(status: number, text: string): SlackCall['outcome'] {
  if (status === 429) return 'rate-limited';
  if (status >= 500) return 'unavailable';
  if (status >= 400) return 'refused';
  const response = parse(text);
  // A response_url responds with "ok", or with nothing.
  if (response === undefined) return /^\s*</.test(text) ? 'no-answer' : 'ok';
  return response.ok ? 'ok' : 'refused';
}

function parse(text: string): z.infer<typeof platformResponse> | undefined {
  // A parser's error costs more than all the rest of a call.
  if (!/^\s*{/.test(text)) return undefined;
  try {
    return platformResponse.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const UNREACHABLE_MS = 60_000;

/** Reports when no call has succeeded for a minute; a hanging one ends by its own limit. */
export function createCallMonitor(options: {
  readonly onError: (sinceMs: number | null) => void;
  readonly monotonicNow: () => number;
}): (call: SlackCall) => void {
  const { onError, monotonicNow } = options;
  let failingSince: number | null = null;
  let shouldNotify = false;
  return ({ outcome, ms }) => {
    const isUnreachable = outcome === 'no-answer' || outcome === 'unavailable';
    if (!isUnreachable) {
      failingSince = null;
      if (shouldNotify) onError(null);
      shouldNotify = false;
      return;
    }
    // The call began `ms` ago: a hanging one counts from its beginning.
    failingSince ??= monotonicNow() - ms;
    const sinceMs = monotonicNow() - failingSince;
    if (shouldNotify || sinceMs < UNREACHABLE_MS) return;
    shouldNotify = true;
    onError(sinceMs);
  };
}
