/** A conversation as somebody reads it who knows only the public forms of the bot's messages. */

import { APP } from '../../../src/demo/workspace.ts';
import type { LocalSlack, SlackMessage } from '../../../src/demo/local-slack.ts';
import type { FakeSlack } from '../fake-slack/fake-slack.ts';
import type { Message } from '../fake-slack/fake-slack-workspace.ts';

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
  const [tags = 0, allTags = 0, scanned = 0, total = 0] = counts.map(Number);
  return { target, state, tags: { scanned: tags, total: allTags }, images: { scanned, total } };
}

export interface Conversation {
  /** The bot's messages that all can see, in the channel itself. */
  readonly posts: () => Promise<readonly SlackMessage[]>;
  /** The bot's messages in a thread. */
  readonly replies: (thread: string) => Promise<readonly SlackMessage[]>;
  /** The bot's ephemeral messages for one person. */
  readonly ephemerals: (user: string) => Promise<readonly SlackMessage[]>;
}

export function readConversation(slack: LocalSlack, channel: string): Conversation {
  const spoken = async (isEphemeral: boolean): Promise<readonly SlackMessage[]> =>
    (await slack.messages(channel)).filter(
      ({ user, subtype }) => user === APP.botUserId && (subtype === 'ephemeral') === isEphemeral,
    );
  return {
    posts: async () => (await spoken(false)).filter((one) => !isReply(one)),
    replies: async (thread) =>
      (await spoken(false)).filter((one) => isReply(one) && one.thread_ts === thread),
    ephemerals: async (user) => (await spoken(true)).filter((one) => one.ephemeral_to === user),
  };
}

function isReply({ ts, thread_ts }: SlackMessage): boolean {
  return thread_ts !== undefined && thread_ts !== ts;
}

/** What all can see in a channel of the fake Slack itself. */
export function postsIn(slack: FakeSlack, channel = 'C0GENERAL'): readonly Message[] {
  return slack.messages(channel).filter(({ thread }) => thread === '');
}

/** The same of its threads. */
export function repliesIn(slack: FakeSlack, channel = 'C0GENERAL'): readonly Message[] {
  return slack.messages(channel).filter(({ thread }) => thread !== '');
}

export function stateOf({ text }: { readonly text: string }): string {
  return parseProgress(text).state;
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

/** The rendered message, including buttons. */
export function drawn({ text, blocks }: SlackMessage): string {
  return `${text}\n${textsIn(blocks).join('\n')}`;
}

function textsIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'text' && typeof value === 'string' ? [value] : textsIn(value),
  );
}
