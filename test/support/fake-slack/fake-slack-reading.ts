/** Everything of the Web API that is not chat.*: who, where, what was said, and views. */

import {
  isRecord,
  Refused,
  toContent,
  toFlag,
  toJson,
  toText,
  type Arguments,
} from './fake-slack-arguments.ts';
import { toReadable, toWire } from './fake-slack-chat.ts';
import type { MethodContext, Methods } from './fake-slack-context.ts';
import type { Channel, Message } from './fake-slack-workspace.ts';

const PAGE = ['channel', 'cursor', 'inclusive', 'latest', 'oldest', 'limit', 'include_all_metadata'];

const FORM = { token: 'bot', json: false, scopes: [] } as const;
const JSON_TOO = { ...FORM, json: true } as const;

export const READING_METHODS: Methods = {
  'auth.test': { ...JSON_TOO, args: [], run: authTest },
  'apps.connections.open': { ...JSON_TOO, token: 'app', args: [], run: openSocket },
  'conversations.history': { ...JSON_TOO, args: PAGE, run: history },
  'conversations.replies': { ...FORM, args: [...PAGE, 'ts'], run: replies },
  'conversations.info': { ...FORM, args: ['channel', 'include_num_members', 'include_locale'], run: info },
  'conversations.members': { ...FORM, args: ['channel', 'cursor', 'limit'], run: members },
  'users.info': { ...FORM, scopes: ['users:read'], args: ['user'], run: userInfo },
  'usergroups.users.list': {
    ...FORM,
    scopes: ['usergroups:read'],
    args: ['usergroup', 'include_disabled'],
    run: usergroupMembers,
  },
  'reactions.add': {
    ...JSON_TOO,
    scopes: ['reactions:write'],
    args: ['channel', 'timestamp', 'name'],
    run: addReaction,
  },
  'blocks.validate': { ...JSON_TOO, args: ['blocks', 'message', 'view'], run: validate },
  'views.open': { ...JSON_TOO, args: ['trigger_id', 'view'], run: openView },
  'views.update': { ...JSON_TOO, args: ['view_id', 'view'], run: updateView },
  'views.publish': { ...JSON_TOO, args: ['user_id', 'view', 'hash'], run: publishView },
};

function openSocket(_args: Arguments, context: MethodContext) {
  return { url: context.openSocket() };
}

function addReaction(args: Arguments, { workspace }: MethodContext) {
  const message = workspace.find(toText(args, 'channel'), toText(args, 'timestamp'));
  if (message === null) throw new Refused('message_not_found');
  return {};
}

function authTest(_args: Arguments, { bot }: MethodContext) {
  const who = { user_id: bot.userId, bot_id: bot.id, user: 'scanprogress' };
  const where = { url: 'https://fake.slack.com/', team: 'Fake', team_id: bot.teamId };
  const { enterpriseId } = bot;
  const grid = enterpriseId === undefined ? {} : { enterprise_id: enterpriseId };
  return { ...who, ...where, ...grid, is_enterprise_install: enterpriseId !== undefined };
}

function history(args: Arguments, context: MethodContext) {
  const channel = toRead(args, context);
  const found = visible(channel, context).filter((one) => one.thread === '' || one.thread === one.ts);
  return toPage(found.reverse(), args, context);
}

function replies(args: Arguments, context: MethodContext) {
  const channel = toRead(args, context);
  const ts = toText(args, 'ts');
  const found = visible(channel, context).filter((one) => one.ts === ts || one.thread === ts);
  if (found.length === 0) throw new Refused('thread_not_found');
  return toPage(found, args, context);
}

/** Reading needs membership and the history scope of that kind of channel. */
function toRead(args: Arguments, context: MethodContext): Channel {
  const channel = toReadable(args, context);
  const needed = `${kindOf(channel)}:history`;
  if (!context.scopes.includes(needed)) throw new Refused('missing_scope', { needed });
  if (!channel.isMember) throw new Refused('not_in_channel');
  return channel;
}

function kindOf(channel: Channel): string {
  if (channel.isIm) return 'im';
  return channel.isPrivate ? 'groups' : 'channels';
}

function visible(channel: Channel, { workspace }: MethodContext): Message[] {
  const until = workspace.now() - workspace.historyDelayMs;
  return workspace
    .messages(channel.id)
    .filter((one) => !one.isDeleted && one.onlyFor === '' && (one.states[0]?.at ?? 0) <= until);
}

function toPage(found: readonly Message[], args: Arguments, context: MethodContext) {
  const within = found.filter((one) => isWithin(Number(one.ts), args));
  const start = Number(toText(args, 'cursor') || '0');
  const end = start + (Number(args['limit'] ?? 100) || 100);
  const hasMore = end < within.length;
  const withMetadata = toFlag(args, 'include_all_metadata');
  return {
    messages: within.slice(start, end).map((one) => toWire(one, context, withMetadata)),
    has_more: hasMore,
    ...(hasMore ? { response_metadata: { next_cursor: String(end) } } : {}),
  };
}

function isWithin(ts: number, args: Arguments): boolean {
  const oldest = Number(args['oldest'] ?? 0);
  const latest = Number(args['latest'] ?? Infinity);
  if (toFlag(args, 'inclusive') && (ts === oldest || ts === latest)) return true;
  return ts > oldest && ts < latest;
}

function toShown(args: Arguments, context: MethodContext): Channel {
  const channel = toReadable(args, context);
  const needed = `${kindOf(channel)}:read`;
  if (!context.scopes.includes(needed)) throw new Refused('missing_scope', { needed });
  return channel;
}

function members(args: Arguments, context: MethodContext) {
  const channel = toShown(args, context);
  const all = channel.isMember ? [...channel.members, context.bot.userId] : channel.members;
  const limit = Number(args['limit'] ?? 100) || 100;
  if (limit > 999) throw new Refused('invalid_limit');
  const start = Number(toText(args, 'cursor') || '0');
  const next = start + limit < all.length ? String(start + limit) : '';
  return { members: all.slice(start, start + limit), response_metadata: { next_cursor: next } };
}

function info(args: Arguments, context: MethodContext) {
  const channel = toShown(args, context);
  return {
    channel: {
      id: channel.id,
      name: channel.name,
      is_channel: !channel.isIm,
      is_im: channel.isIm,
      is_private: channel.isPrivate,
      is_member: channel.isMember,
      is_archived: channel.isArchived,
      is_ext_shared: channel.isShared,
    },
  };
}

function userInfo(args: Arguments, { workspace }: MethodContext) {
  const user = workspace.users.get(toText(args, 'user'));
  if (user === undefined) throw new Refused('user_not_found');
  const { id, name, tz, team, enterprise, isGuest = false, isStranger = false } = user;
  const grid = enterprise === undefined ? {} : { enterprise_user: { enterprise_id: enterprise } };
  const restrictions = { is_restricted: isGuest, is_ultra_restricted: false, is_stranger: isStranger };
  return { user: { id, name, tz, team_id: team, ...restrictions, ...grid, is_bot: false, deleted: false } };
}

function usergroupMembers(args: Arguments, { workspace }: MethodContext) {
  const users = workspace.usergroups.get(toText(args, 'usergroup'));
  if (users === undefined) throw new Refused('no_such_subteam');
  return { users };
}

/** The same checks as for a post; where it fails Slack tells it in a list of its own. */
function validate(args: Arguments) {
  const given = ['blocks', 'message', 'view'].filter((name) => args[name] !== undefined);
  const [name = ''] = given;
  if (given.length !== 1) throw new Refused('invalid_arguments');
  const value = toJson(args, name, 'invalid_arguments');
  const blocks = isRecord(value) ? value['blocks'] : value;
  try {
    toContent({ text: 'x', blocks }, Infinity);
    return {};
  } catch (error) {
    const errors = [{ code: 'failed_constraint', message: String(error), pointer: '/blocks' }];
    throw new Refused(`invalid_${name}`, { errors });
  }
}

function openView(args: Arguments, { workspace, triggers }: MethodContext) {
  const view = toView(args);
  const user = triggers.use(toText(args, 'trigger_id'));
  workspace.views.push({ kind: 'modal', user, view });
  return { view: { ...view, id: `V${workspace.views.length}` } };
}

function updateView(args: Arguments, { workspace }: MethodContext) {
  const view = toView(args);
  const id = toText(args, 'view_id');
  const opened = workspace.views[Number(id.slice(1)) - 1];
  if (opened?.kind !== 'modal') throw new Refused('not_found');
  workspace.views.push({ ...opened, view });
  return { view: { ...view, id } };
}

function publishView(args: Arguments, { workspace }: MethodContext) {
  const view = toView(args);
  const user = toText(args, 'user_id');
  if (!workspace.users.has(user)) throw new Refused('user_not_found');
  workspace.views.push({ kind: 'home', user, view });
  return { view: { ...view, id: `V${workspace.views.length}` } };
}

function toView(args: Arguments): Record<string, unknown> {
  const view = toJson(args, 'view', 'invalid_arguments');
  if (!isRecord(view) || !Array.isArray(view['blocks'])) throw new Refused('invalid_arguments');
  if (view['blocks'].length > 100) throw new Refused('view_too_large');
  return view;
}
