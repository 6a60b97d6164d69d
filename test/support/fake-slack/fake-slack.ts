/**
 * A Slack on loopback for tests: Web API, Socket Mode, HTTP mode and response URLs, with Slack's rules where they
 * matter, its faults on request, and a log of everything. Known from the start: `C0GENERAL` and `C0TEAM` (private)
 * with the bot, `C0PUBLIC` and `C0SECRET` (private) without it, the people `U0ALICE` and `U0BOB`, who are in all of them,
 * and their direct messages `D0ALICE` and `D0BOB`; `U0CAROL`, who is in `C0GENERAL` alone, the guest `U0GUEST` of `C0TEAM`,
 * and `U0EXTERN` of another organisation, who is in `C0PARTNER` with Alice and the bot.
 */

import { readManifestScopes } from '../../../src/doctor/slack-checks.ts';
import { createApi, type LoggedCall } from './fake-slack-api.ts';
import type { Bot, MethodContext } from './fake-slack-context.ts';
import { createControls, type Controls } from './fake-slack-controls.ts';
import type { Ack, Envelope } from './socket/fake-slack-envelopes.ts';
import { createFaults, type Faults } from './fake-slack-faults.ts';
import { callMethod, type Tokens } from './fake-slack-methods.ts';
import { postEnvelope, type Signing } from './fake-slack-requests.ts';
import { createResponseUrls, type Response } from './socket/fake-slack-responses.ts';
import { createSocketServer, type SocketServer } from './socket/fake-slack-socket.ts';
import { createTriggers } from './socket/fake-slack-triggers.ts';
import { listen } from '../listen.ts';
import { createWorkspace, type Channel, type User, type Workspace } from './fake-slack-workspace.ts';

export interface FakeSlackOptions {
  /** Of Enterprise Grid: the token is of the whole organisation. */
  readonly enterpriseId?: string;
  readonly now?: () => number;
  /** Of the bot token. Default: all that the bot requests. */
  readonly scopes?: readonly string[];
}

export interface FakeSlack extends Controls, Omit<Faults, 'take'> {
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly bot: Bot;
  readonly socket: SocketServer;
  readonly views: Workspace['views'];
  /** In the order of arrival. */
  calls(method?: string): readonly LoggedCall[];
  readonly acks: readonly Ack[];
  /** What came in through response URLs. */
  readonly responses: readonly Response[];
  /** From now on envelopes go to this URL instead of to the sockets. */
  useHttp(requestUrl: string): void;
  killToken(which: 'bot' | 'app', error: string): void;
  reviveToken(which: 'bot' | 'app'): void;
  /** Connections are refused until it is back; everything stored stays. */
  goOffline(): Promise<void>;
  goOnline(): Promise<void>;
  close(): Promise<void>;
}

const BOT: Bot = { id: 'B0SCANBOT', userId: 'U0SCANBOT', appId: 'A0SCAN', teamId: 'T0FAKE' };

export async function startFakeSlack({
  now = Date.now,
  scopes = readManifestScopes(),
  enterpriseId,
}: FakeSlackOptions = {}): Promise<FakeSlack> {
  const tokens: Tokens = { bot: 'xoxb-1-fake-bot', app: 'xapp-1-fake-app', dead: new Map() };
  const signingSecret = 'fake-signing-secret';
  const workspace = populate(createWorkspace(now));
  const faults = createFaults();
  const triggers = createTriggers(now);
  const responseUrls = createResponseUrls(workspace);
  const socket = createSocketServer({ now, appId: BOT.appId });
  const acks: Ack[] = [];
  let requestUrl: string | null = null;
  let port = 0;

  const openSocket = () => `ws://127.0.0.1:${port}/link?ticket=${socket.createTicket()}&app_id=${BOT.appId}`;
  const bot: Bot = enterpriseId === undefined ? BOT : { ...BOT, enterpriseId };
  const context: MethodContext = { workspace, bot, triggers, scopes, openSocket };
  const api = createApi({
    now,
    faults,
    scopes: () => scopes,
    call: (call) => callMethod(call, tokens, context),
    respond: (path, body) => responseUrls.use(path, body),
  });
  api.server.on('upgrade', (request, connection) => socket.upgrade(request, connection));
  port = await listen(api.server, 0);

  const deliver = async (envelope: Envelope, signing?: Signing) => {
    const ack =
      requestUrl === null
        ? await socket.deliver(envelope)
        : await postEnvelope({ url: requestUrl, secret: signingSecret }, envelope, signing);
    if (ack !== null) acks.push(ack);
    return ack;
  };
  const goOffline = () =>
    new Promise<void>((resolve) => {
      socket.drop();
      api.server.close(() => resolve());
      api.server.closeAllConnections();
    });
  return {
    ...createControls({
      workspace,
      context,
      responseUrls,
      deliver,
      origin: () => `http://127.0.0.1:${port}`,
    }),
    apiUrl: `http://127.0.0.1:${port}/api/`,
    botToken: tokens.bot,
    appToken: tokens.app,
    signingSecret,
    bot,
    socket,
    acks,
    views: workspace.views,
    responses: responseUrls.received,
    calls: (method) => api.calls.filter((call) => method === undefined || call.method === method),
    failNext: (...fault) => faults.failNext(...fault),
    failWhile: (...fault) => faults.failWhile(...fault),
    useHttp: (url) => void (requestUrl = url),
    killToken: (which, error) => void tokens.dead.set(tokens[which], error),
    reviveToken: (which) => void tokens.dead.delete(tokens[which]),
    goOffline,
    goOnline: async () => {
      await listen(api.server, port);
    },
    close: goOffline,
  };
}

function populate(workspace: Workspace): Workspace {
  for (const name of ['ALICE', 'BOB', 'CAROL']) addUser(workspace, name);
  addUser(workspace, 'GUEST', { isGuest: true });
  addUser(workspace, 'EXTERN', { team: 'T0OTHER', isStranger: true });
  const members = ['U0ALICE', 'U0BOB'];
  addChannel(workspace, { id: 'C0GENERAL', isMember: true, members: [...members, 'U0CAROL'] });
  addChannel(workspace, { id: 'C0PUBLIC', members });
  addChannel(workspace, { id: 'C0TEAM', isPrivate: true, isMember: true, members: [...members, 'U0GUEST'] });
  addChannel(workspace, { id: 'C0SECRET', isPrivate: true, members });
  addChannel(workspace, {
    id: 'C0PARTNER',
    isMember: true,
    isShared: true,
    members: ['U0ALICE', 'U0EXTERN'],
  });
  workspace.usergroups.set('S0ADMINS', ['U0ALICE']);
  return workspace;
}

function addUser(workspace: Workspace, name: string, more: Partial<User> = {}): void {
  const id = `U0${name}`;
  const user = { id, name: name.toLowerCase(), tz: 'Europe/Berlin', team: BOT.teamId };
  workspace.users.set(id, { ...user, ...more });
  addChannel(workspace, { id: `D0${name}`, isIm: true, isMember: true, members: [id] });
}

function addChannel(workspace: Workspace, channel: Partial<Channel> & { id: string }): void {
  const name = channel.id.slice(2).toLowerCase();
  const flags = { isPrivate: false, isIm: false, isMember: false, isArchived: false, isShared: false };
  const plain = { name, ...flags, members: [] };
  workspace.channels.set(channel.id, { ...plain, ...channel });
}
