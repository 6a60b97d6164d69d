/** What the fake Slack remembers: channels, people, messages with all their states, and what was shown to one person. */

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly isIm: boolean;
  readonly isMember: boolean;
  readonly isArchived: boolean;
  /** People of another organisation are in it. */
  readonly isShared: boolean;
  /** User IDs, the bot's own left out. */
  readonly members: readonly string[];
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly tz: string;
  readonly team: string;
  readonly enterprise?: string;
  readonly isGuest?: boolean;
  readonly isStranger?: boolean;
}

export interface MessageState {
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly at: number;
}

export interface Message extends MessageState {
  readonly channel: string;
  readonly ts: string;
  /** '' for a message of the bot's. */
  readonly user: string;
  /** The parent's ts; '' outside a thread. */
  readonly thread: string;
  readonly metadata: unknown;
  /** The person who alone sees it; '' for everybody. */
  readonly onlyFor: string;
  /** Posted through a response URL: chat.update cannot edit it. */
  readonly viaResponseUrl: boolean;
  readonly isDeleted: boolean;
  /** Every state it was in, the first one included, oldest first. */
  readonly states: readonly MessageState[];
}

type Optional = 'blocks' | 'user' | 'thread' | 'metadata' | 'onlyFor' | 'viaResponseUrl';
type NewMessage = Pick<Message, 'channel' | 'text'> & Partial<Pick<Message, Optional>>;

export interface Workspace {
  readonly now: () => number;
  readonly channels: Map<string, Channel>;
  readonly users: Map<string, User>;
  /** Members by user group ID. */
  readonly usergroups: Map<string, readonly string[]>;
  /** Published homes and opened modals, oldest first. */
  readonly views: { readonly kind: 'home' | 'modal'; readonly user: string; readonly view: unknown }[];
  /** How long after it was posted a message is missing from history and replies. */
  historyDelayMs: number;
  add(message: NewMessage): Message;
  find(channel: string, ts: string): Message | null;
  change(message: Message, change: Partial<Message>): Message;
  moveMessages(from: string, to: string): void;
  /** In the order of posting, deleted ones and those for one person included. */
  messages(channel?: string): readonly Message[];
}

export function createWorkspace(now: () => number): Workspace {
  const stored = new Map<string, Message>();
  const nextTs = createClock(now);
  const key = (channel: string, ts: string) => `${channel} ${ts}`;
  const put = (message: Message) => {
    stored.set(key(message.channel, message.ts), message);
    return message;
  };
  return {
    now,
    channels: new Map(),
    users: new Map(),
    usergroups: new Map(),
    views: [],
    historyDelayMs: 0,
    add: (message) => put(toMessage(message, { ts: nextTs(), at: now() })),
    find: (channel, ts) => stored.get(key(channel, ts)) ?? null,
    change: (message, change) => put(withState({ ...message, ...change }, now())),
    moveMessages: (from, to) => {
      for (const [at, message] of stored) {
        if (message.channel !== from) continue;
        stored.delete(at);
        put({ ...message, channel: to });
      }
    },
    messages: (channel) =>
      [...stored.values()].filter((one) => channel === undefined || one.channel === channel),
  };
}

const PLAIN = { user: '', thread: '', onlyFor: '', viaResponseUrl: false, isDeleted: false };

function toMessage(message: NewMessage, { ts, at }: { ts: string; at: number }): Message {
  const { text, blocks = [], metadata = null } = message;
  return { ...PLAIN, ...message, ts, at, blocks, metadata, states: [{ text, blocks, at }] };
}

function withState(message: Message, at: number): Message {
  const state = { text: message.text, blocks: message.blocks, at };
  const last = message.states.at(-1);
  const isSame = last?.text === state.text && last.blocks === state.blocks;
  return isSame ? message : { ...message, ...state, states: [...message.states, state] };
}

/** Slack's ts: seconds and six digits, never the same twice. */
function createClock(now: () => number): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, now() * 1000);
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`;
  };
}
