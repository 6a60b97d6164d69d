/** What a test makes people do in the fake Slack, and what it can inspect. */

import type { MethodContext } from './fake-slack-context.ts';
import {
  findButton,
  toClick,
  toCommand,
  toEvent,
  type Ack,
  type Action,
  type Envelope,
  type Person,
  type Sent,
} from './socket/fake-slack-envelopes.ts';
import { isRecord } from './fake-slack-arguments.ts';
import { threadOf, toWire } from './fake-slack-chat.ts';
import { toHomeClick, toShortcut, toSubmission } from './fake-slack-dialogs.ts';
import type { Signing } from './fake-slack-requests.ts';
import type { ResponseUrls } from './socket/fake-slack-responses.ts';
import type { Channel, Message, User, Workspace } from './fake-slack-workspace.ts';

export interface Controls {
  command(command: { channel: string; user: string; text: string }, signing?: Signing): Sent;
  mention(
    mention: { channel: string; user: string; text: string; threadTs?: string; eventId?: string },
    signing?: Signing,
  ): Sent;
  /** Any other event, such as `app_home_opened`. */
  event(event: Readonly<Record<string, unknown>>, signing?: Signing): Sent;
  /** On the button of a message as it is now; `value` where several share the action ID. */
  click(click: { channel: string; ts: string; user: string; actionId: string; value?: string }): Sent;
  /** A shortcut on a message of anybody's. */
  shortcut(shortcut: { channel: string; ts: string; user: string; callbackId: string }): Sent;
  /** Submits the modal that this person opened last; `filled` by block ID, the rest stays as proposed. */
  submit(submission: { user: string; filled?: Readonly<Record<string, string>> }): Sent;
  /** On a button of this person's App Home as it was published last. */
  clickHome(click: { user: string; actionId: string; value?: string }): Sent;
  /** Once more: the same envelope, or the same payload (an event's ID included) in a new one. */
  redeliver(sent: Sent, as: 'same-envelope' | 'new-envelope'): Sent;
  /** A message of a person's; its ts. */
  say(message: {
    channel: string;
    user: string;
    text: string;
    threadTs?: string;
    blocks?: readonly unknown[];
  }): string;
  /** What is in the channel for everybody, oldest first, with all its states; deleted ones are left out. */
  messages(channel?: string): readonly Message[];
  /** The modal that this person opened last, or App Home as it is; null for none. */
  view(kind: 'modal' | 'home', user: string): Readonly<Record<string, unknown>> | null;
  /** What only one person saw. */
  ephemerals(user: string): readonly Message[];
  changeChannel(id: string, change: Partial<Channel>): void;
  changeUser(id: string, change: Partial<User>): void;
  /** Its messages are there under the new ID alone. */
  renameChannel(id: string, to: string): void;
  /** As a person who deletes the bot's message. */
  deleteMessage(channel: string, ts: string): void;
  stripMetadata(channel: string, ts: string): void;
  delayHistory(ms: number): void;
}

export interface ControlParts {
  readonly workspace: Workspace;
  readonly context: MethodContext;
  readonly responseUrls: ResponseUrls;
  deliver(envelope: Envelope, signing?: Signing): Promise<Ack | null>;
  origin(): string;
}

export function createControls(parts: ControlParts): Controls {
  return { ...createDoings(parts), ...createDialogs(parts), ...createViews(parts.workspace) };
}

type Doings = 'command' | 'mention' | 'event' | 'click' | 'redeliver' | 'say';
type Dialogs = 'shortcut' | 'submit' | 'clickHome';

function createDoings(parts: ControlParts): Pick<Controls, Doings> {
  const { workspace, context } = parts;
  const send = (envelope: Envelope, signing?: Signing): Sent => ({
    envelope,
    ack: parts.deliver(envelope, signing),
  });
  const say: Controls['say'] = ({ threadTs = '', ...message }) =>
    workspace.add({ ...message, thread: threadTs }).ts;
  return {
    say,
    command: ({ text, ...conversation }, signing) => {
      const action = toAction(parts, { ...conversation, original: null });
      const sent = send(toCommand(context.bot, action, text), signing);
      return { ...sent, ack: sent.ack.then((ack) => showAnswer(workspace, conversation, ack)) };
    },
    mention: ({ eventId, ...message }, signing) => {
      const isShared = workspace.channels.get(message.channel)?.isShared ?? false;
      const mention = toMention(message, say(message), context);
      return send(toEvent(context.bot, mention, { eventId, isShared }), signing);
    },
    event: (event, signing) => send(toEvent(context.bot, event), signing),
    click: ({ channel, ts, user, actionId, value }) => {
      const message = toMessage(workspace, channel, ts);
      const button = findButton(message.blocks, actionId, value);
      const action = toAction(parts, { channel, user, original: message });
      const thread = threadOf(message, workspace);
      return send(toClick(context.bot, action, { message, button, thread }));
    },
    redeliver: ({ envelope }, as) => {
      const again = { ...envelope, id: crypto.randomUUID(), retry: envelope.retry + 1 };
      return send(as === 'same-envelope' ? envelope : again);
    },
  };
}

function createDialogs(parts: ControlParts): Pick<Controls, Dialogs> {
  const { workspace, context } = parts;
  const send = (envelope: Envelope): Sent => ({ envelope, ack: parts.deliver(envelope) });
  return {
    shortcut: ({ channel, ts, user, callbackId }) => {
      const message = toWire(toMessage(workspace, channel, ts), context, false);
      const action = toAction(parts, { channel, user, original: null });
      return send(toShortcut(context.bot, action, { callbackId, message }));
    },
    submit: ({ user, filled = {} }) => {
      const view = toLatestView(workspace, 'modal', user);
      return send(toSubmission(context.bot, toPerson(context, user), { view, filled }));
    },
    clickHome: ({ user, actionId, value }) => {
      const view = toLatestView(workspace, 'home', user);
      const blocks: unknown[] = Array.isArray(view['blocks']) ? view['blocks'] : [];
      const button = findButton(blocks, actionId, value);
      return send(toHomeClick(context.bot, toPerson(context, user), { view, button }));
    },
  };
}

function findLatestView(workspace: Workspace, kind: 'modal' | 'home', user: string) {
  const latest = workspace.views.findLast((one) => one.kind === kind && one.user === user)?.view;
  return isRecord(latest) ? latest : null;
}

function toLatestView(workspace: Workspace, kind: 'modal' | 'home', user: string) {
  const view = findLatestView(workspace, kind, user);
  if (view === null) throw new Error(`${user} sees no ${kind}`);
  return view;
}

function toAction(
  { context, responseUrls, ...parts }: ControlParts,
  to: { channel: string; user: string; original: Message | null },
): Action {
  return {
    ...toPerson(context, to.user),
    channel: to.channel,
    responseUrl: parts.origin() + responseUrls.create(to),
  };
}

function toPerson(context: MethodContext, user: string): Person {
  return { user, team: teamOf(context, user), triggerId: context.triggers.create(user) };
}

function teamOf({ workspace, bot }: MethodContext, user: string): string {
  return workspace.users.get(user)?.team ?? bot.teamId;
}

function toMention(
  message: { channel: string; user: string; text: string; threadTs?: string },
  ts: string,
  context: MethodContext,
) {
  const thread = message.threadTs === undefined ? {} : { thread_ts: message.threadTs };
  const { channel, user, text } = message;
  const team = teamOf(context, user);
  return { type: 'app_mention', user, text, ts, team, user_team: team, channel, event_ts: ts, ...thread };
}

/** A reply in the acknowledgement of a command is shown to the person who typed it. */
function showAnswer(
  workspace: Workspace,
  { channel, user }: { channel: string; user: string },
  ack: Ack | null,
): Ack | null {
  const { text, blocks, isForAll } = toAnswer(ack?.payload);
  const onlyFor = isForAll ? '' : user;
  if (text !== '') workspace.add({ channel, text, blocks, onlyFor, viaResponseUrl: true });
  return ack;
}

function toAnswer(payload: unknown): { text: string; blocks: readonly unknown[]; isForAll: boolean } {
  if (typeof payload === 'string' && !payload.startsWith('{'))
    return { text: payload, blocks: [], isForAll: false };
  const parsed: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload;
  if (!isRecord(parsed)) return { text: '', blocks: [], isForAll: false };
  const { text, blocks, response_type: type } = parsed;
  return {
    text: typeof text === 'string' ? text : '',
    blocks: Array.isArray(blocks) ? blocks : [],
    isForAll: type === 'in_channel',
  };
}

function createViews(workspace: Workspace): Omit<Controls, Doings | Dialogs> {
  return {
    messages: (channel) => workspace.messages(channel).filter((one) => one.onlyFor === '' && !one.isDeleted),
    view: (kind, user) => findLatestView(workspace, kind, user),
    ephemerals: (user) => workspace.messages().filter((one) => one.onlyFor === user && !one.isDeleted),
    changeChannel: (id, change) => {
      workspace.channels.set(id, { ...known(workspace.channels, id), ...change });
    },
    changeUser: (id, change) => {
      workspace.users.set(id, { ...known(workspace.users, id), ...change });
    },
    renameChannel: (id, to) => {
      const channel = known(workspace.channels, id);
      workspace.channels.delete(id);
      workspace.channels.set(to, { ...channel, id: to });
      workspace.moveMessages(id, to);
    },
    deleteMessage: (channel, ts) => {
      workspace.change(toMessage(workspace, channel, ts), { isDeleted: true });
    },
    stripMetadata: (channel, ts) => {
      workspace.change(toMessage(workspace, channel, ts), { metadata: null });
    },
    delayHistory: (ms) => void (workspace.historyDelayMs = ms),
  };
}

function known<T>(all: ReadonlyMap<string, T>, id: string): T {
  const one = all.get(id);
  if (one === undefined) throw new Error(`there is no ${id}`);
  return one;
}

function toMessage(workspace: Workspace, channel: string, ts: string): Message {
  const message = workspace.find(channel, ts);
  if (message === null || message.isDeleted) throw new Error(`no message ${ts} in ${channel}`);
  return message;
}
