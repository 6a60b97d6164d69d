/** A conversation as somebody reads it who knows only the public forms of the bot's messages. */

import { APP } from '../../../src/demo/workspace.ts';
import type { LocalSlack, SlackMessage } from '../../../src/demo/local-slack.ts';

export interface Progress {
  readonly target: string;
  readonly state: string;
  readonly tags: Counts;
  readonly images: Counts;
}

interface Counts {
  readonly scanned: number;
  readonly total: number;
}

/** `alpine:3.16 · scanning · tags 1/1 · images 7/12`, and whatever follows; throws for any other text. */
export function parseProgress(text: string): Progress {
  const parts = /^(.+?) · ([a-z ]+) · tags (\d+)\/(\d+) · images (\d+)\/(\d+)/.exec(text);
  if (parts === null) throw new Error(`no text of a progress message: ${text}`);
  const [, target = '', state = '', ...counts] = parts;
  const [tags = 0, allTags = 0, images = 0, allImages = 0] = counts.map(Number);
  return {
    target,
    state,
    tags: { scanned: tags, total: allTags },
    images: { scanned: images, total: allImages },
  };
}

export interface Conversation {
  /** The bot's messages that all can see, in the channel itself. */
  readonly posts: () => Promise<readonly SlackMessage[]>;
  /** The bot's messages in a thread. */
  readonly replies: (thread: string) => Promise<readonly SlackMessage[]>;
  /** What the bot told one person alone. */
  readonly ephemerals: (user: string) => Promise<readonly SlackMessage[]>;
}

export function readConversation(slack: LocalSlack, channel: string): Conversation {
  const spoken = async (): Promise<readonly SlackMessage[]> =>
    (await slack.messages(channel)).filter(({ user }) => user === APP.botUserId);
  return {
    posts: async () => (await spoken()).filter((one) => !isEphemeral(one) && !isReply(one)),
    replies: async (thread) =>
      (await spoken()).filter((one) => !isEphemeral(one) && isReply(one) && one.thread_ts === thread),
    ephemerals: async (user) =>
      (await spoken()).filter((one) => isEphemeral(one) && one.ephemeral_to === user),
  };
}

function isEphemeral({ subtype }: SlackMessage): boolean {
  return subtype === 'ephemeral';
}

function isReply({ ts, thread_ts }: SlackMessage): boolean {
  return thread_ts !== undefined && thread_ts !== ts;
}

/** One call of the Web API. */
export interface SlackCall {
  readonly method: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The bot's calls so far, the last thousand. */
export async function callsTo(slack: LocalSlack): Promise<readonly SlackCall[]> {
  const answer = await fetch(`${slack.page}/_control/log`);
  const { log } = (await answer.json()) as { log: LoggedEntry[] };
  return log
    .filter(({ direction, kind }) => direction === 'from_bot' && kind === 'web_api')
    .map(({ summary, detail }) => ({ method: summary, detail }));
}

interface LoggedEntry {
  readonly direction: string;
  readonly kind: string;
  readonly summary: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The texts that a message was edited to, in order. */
export async function editsOf(slack: LocalSlack, ts: string): Promise<readonly string[]> {
  const calls = await callsTo(slack);
  return calls
    .filter(({ method, detail }) => method === 'chat.update' && detail['ts'] === ts)
    .map(({ detail }) => String(detail['text']));
}

/** Everything that is drawn of a message, buttons included. */
export function drawn({ text, blocks }: SlackMessage): string {
  return `${text}\n${textsIn(blocks).join('\n')}`;
}

function textsIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'text' && typeof value === 'string' ? [value] : textsIn(value),
  );
}
