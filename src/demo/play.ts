/** Plays the demo without a browser: prints the conversation until the scan's completion was posted. */

import { setTimeout as sleep } from 'node:timers/promises';

import { printReference } from '../image/reference.ts';
import { printChanges } from './conversation.ts';
import type { LocalSlack, SlackMessage } from './local-slack.ts';
import { CHECKOUT } from './scenario.ts';
import { APP, CHANNELS, PEOPLE } from './workspace.ts';

interface PlayOptions {
  readonly timeLimitMs: number;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

type Played = 'completed' | 'timed-out' | 'interrupted';

const POLL_INTERVAL_MS = 500;
const NAMES = new Map<string, string>([
  [APP.botUserId, APP.botName],
  ...Object.values(PEOPLE).map(({ id, name }) => [id, name] as const),
]);

/** Resolves at the completion in the incident's channel, at the time limit, or when the signal aborts. */
export async function play(
  slack: Pick<LocalSlack, 'messages'>,
  { timeLimitMs, print, signal }: PlayOptions,
): Promise<Played> {
  const until = Date.now() + timeLimitMs;
  const seen = new Map<string, readonly SlackMessage[]>();
  while (Date.now() < until) {
    const lines: string[] = [];
    for (const { id, name } of Object.values(CHANNELS)) {
      const before = seen.get(id) ?? [];
      const after = await slack.messages(id);
      lines.push(...printChanges({ channel: `#${name}`, before, after, names: NAMES }));
      seen.set(id, after);
    }
    // Each starts with its time of day.
    const ended = lines.filter((line) => END.test(line));
    lines
      .filter((line) => !ended.includes(line))
      .sort()
      .forEach(print);
    // The findings come last.
    ended.forEach(print);
    if (seen.get(CHANNELS.incident.id)?.some(isCompletion)) return 'completed';
    await sleep(POLL_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return 'interrupted';
  }
  return 'timed-out';
}

const END = new RegExp(`↳ ${printReference(CHECKOUT).replaceAll('.', '\\.')} · completed`);

/** The live message ends with the same words; the completion is the reply to it. */
function isCompletion({ user, text, ts, thread_ts }: SlackMessage): boolean {
  const isReply = thread_ts !== undefined && thread_ts !== ts;
  return user === APP.botUserId && isReply && text.startsWith(`${printReference(CHECKOUT)} · completed`);
}
