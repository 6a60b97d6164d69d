/** chat.*: posting, editing and deleting, as far as Slack lets a bot. */

import { Refused, toContent, toMetadata, toText, toThread, type Arguments } from './fake-slack-arguments.ts';
import type { MethodContext, Methods } from './fake-slack-context.ts';
import type { Channel, Message, Workspace } from './fake-slack-workspace.ts';

const CHAT = { token: 'bot', json: true, scopes: ['chat:write'] } as const;

/** How a post is shown. */
const DISPLAY = ['reply_broadcast', 'unfurl_links', 'unfurl_media', 'mrkdwn'];

export const CHAT_METHODS: Methods = {
  'chat.postMessage': {
    ...CHAT,
    args: ['channel', 'text', 'blocks', 'metadata', 'thread_ts', ...DISPLAY],
    run: postMessage,
  },
  'chat.update': { ...CHAT, args: ['channel', 'ts', 'text', 'blocks', 'metadata'], run: update },
  'chat.delete': { ...CHAT, args: ['channel', 'ts'], run: remove },
  'chat.postEphemeral': {
    ...CHAT,
    args: ['channel', 'user', 'text', 'blocks', 'thread_ts'],
    run: postEphemeral,
  },
  'chat.getPermalink': {
    ...CHAT,
    json: false,
    scopes: [],
    args: ['channel', 'message_ts'],
    run: getPermalink,
  },
};

function postMessage(args: Arguments, context: MethodContext) {
  const channel = toWritable(args, context);
  // Longer texts are cut off at 40,000 characters by Slack itself, not refused.
  const content = toContent(args, Infinity);
  const message = context.workspace.add({
    ...content,
    text: content.text.slice(0, 40_000),
    channel: channel.id,
    thread: toThread(args),
    metadata: toMetadata(args),
  });
  return { channel: channel.id, ts: message.ts, message: toWire(message, context, true) };
}

function update(args: Arguments, context: MethodContext) {
  const channel = toReadable(args, context);
  if (channel.isArchived) throw new Refused('is_inactive');
  const message = toOwn(args, context, 'cant_update_message');
  const content = toContent(args, 4_000);
  const metadata = toMetadata(args);
  const kept = metadata === undefined ? {} : { metadata };
  const changed = context.workspace.change(message, { ...content, ...kept });
  return { channel: channel.id, ts: changed.ts, text: changed.text, message: toWire(changed, context, true) };
}

function remove(args: Arguments, context: MethodContext) {
  const channel = toReadable(args, context);
  const message = toOwn(args, context, 'cant_delete_message');
  context.workspace.change(message, { isDeleted: true });
  return { channel: channel.id, ts: message.ts };
}

function postEphemeral(args: Arguments, context: MethodContext) {
  const channel = toWritable(args, context);
  const user = toText(args, 'user');
  if (!context.workspace.users.has(user)) throw new Refused('user_not_in_channel');
  const content = toContent(args, 40_000);
  const to = { channel: channel.id, onlyFor: user, thread: toThread(args) };
  const message = context.workspace.add({ ...content, ...to });
  return { message_ts: message.ts };
}

function getPermalink(args: Arguments, context: MethodContext) {
  const channel = toReadable(args, context);
  const message = context.workspace.find(channel.id, toText(args, 'message_ts'));
  if (message === null || message.isDeleted) throw new Refused('message_not_found');
  const path = `${channel.id}/p${message.ts.replace('.', '')}`;
  return { channel: channel.id, permalink: `https://fake.slack.com/archives/${path}` };
}

/** A person's ID means the direct messages with that person; without the bot Slack hides a private channel. */
export function toReadable(args: Arguments, { workspace }: MethodContext): Channel {
  const id = toText(args, 'channel');
  const channel = workspace.channels.get(workspace.users.has(id) ? `D${id.slice(1)}` : id);
  if (channel === undefined || (channel.isPrivate && !channel.isMember))
    throw new Refused('channel_not_found');
  return channel;
}

function toWritable(args: Arguments, context: MethodContext): Channel {
  const channel = toReadable(args, context);
  if (channel.isArchived) throw new Refused('is_archived');
  if (!channel.isMember && !context.scopes.includes('chat:write.public')) throw new Refused('not_in_channel');
  return channel;
}

function toOwn(args: Arguments, context: MethodContext, code: string): Message {
  const channel = toReadable(args, context);
  const message = context.workspace.find(channel.id, toText(args, 'ts'));
  if (message === null || message.isDeleted || message.onlyFor !== '') throw new Refused('message_not_found');
  if (message.user !== '' || message.viaResponseUrl) throw new Refused(code);
  return message;
}

/** A message as the Web API and events show it. */
export function toWire(message: Message, context: MethodContext, withMetadata: boolean) {
  const { bot } = context;
  const author =
    message.user === '' ? { user: bot.userId, bot_id: bot.id, app_id: bot.appId } : { user: message.user };
  return {
    type: 'message',
    ...author,
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    ...threadOf(message, context.workspace),
    ...(message.states.length > 1 ? { edited: { user: bot.userId, ts: message.ts } } : {}),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
  };
}

/** A message with replies bears its own ts as that of its thread. */
export function threadOf({ channel, ts, thread }: Message, workspace: Workspace): { thread_ts?: string } {
  if (thread !== '') return { thread_ts: thread };
  const hasReplies = workspace.messages(channel).some((one) => one.thread === ts && !one.isDeleted);
  return hasReplies ? { thread_ts: ts } : {};
}
