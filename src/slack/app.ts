/** Assembles the Slack side: incoming payloads, outgoing messages, and what both know of the workspace. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import type { Proxies } from '../proxy.ts';
import type { Readiness } from '../readiness.ts';
import type { Found, Receipt } from '../scan/delivery.ts';
import type { LeasedDelivery } from '../store/outbox/load.ts';
import { slackUnreachable } from '../views/parts/readiness.ts';
import { type Access, createAccess } from './access/access.ts';
import type { Home } from './web-api/people.ts';
import { createSharing, type SharedPolicy } from './access/sharing.ts';
import type { CommandContext } from './context.ts';
import { createConnection } from './transport/connection.ts';
import { createCallMonitor, type SlackCall, type SlackMeters } from './web-api/call-report.ts';
import { createRateLimits } from './web-api/rate-limits.ts';
import type { Mount } from './transport/http.ts';
import { createInbox, RECOVER_EVERY_MS } from './incoming/inbox.ts';
import { messageUrl } from './outgoing/permalinks.ts';
import { registerListeners } from './incoming/listeners.ts';
import { createReconnect } from './transport/reconnect.ts';
import { createDeliverySender, toSearch } from './outgoing/render.ts';
import { createOperators } from './operators.ts';
import { createReply } from './outgoing/reply.ts';
import { createWebApi, type Identity, type WebApi } from './web-api/web-api.ts';

export interface SlackAppOptions extends Pick<CommandContext, PassedOn> {
  readonly slack: { readonly botToken: string; readonly apiUrl: string } & (
    | { readonly mode: 'socket'; readonly appToken: string }
    | { readonly mode: 'http'; readonly signingSecret: string; readonly mount: Mount }
  );
  readonly proxies: Proxies;
  readonly watchTtlMs: number;
  /** IDs of users and user groups that may start and stop scans. */
  readonly scanOperators: readonly string[];
  /** SHARED_CHANNELS: in which conversations with other organisations the bot works. */
  readonly sharedChannels: SharedPolicy;
  readonly readiness: Readiness;
  readonly meters: SlackMeters;
  readonly log: Log;
}

/** Commands get it as it is. */
type PassedOn =
  | 'database'
  | 'observe'
  | 'pollWaitMs'
  | 'wake'
  | 'consoleLink'
  | 'freshForMs'
  | 'control'
  | 'consoleHealth'
  | 'now';

export interface SlackApp {
  /** For the delivery loop. */
  readonly outgoing: {
    readonly send: (delivery: LeasedDelivery) => Promise<Receipt>;
    readonly find: (delivery: LeasedDelivery) => Promise<Found>;
    /** Whether Slack accepts the bot token; null where it does not say. */
    readonly isTokenGood: () => Promise<boolean | null>;
    /** How far Slack's clock is ahead of ours, ms. */
    readonly slackAheadMs: () => number;
  };
  /** Resolves when payloads arrive, or while connecting is retried; rejects with a StartError. */
  listen(): Promise<void>;
  stopListening(): Promise<void>;
  close(): Promise<void>;
  /** null in HTTP mode. */
  readonly openSockets: () => number | null;
}

export function createSlackApp(options: SlackAppOptions): SlackApp {
  const { slack, proxies, database, log, now, scanOperators } = options;
  const rateLimits = createRateLimits({ database, now, log });
  const onCall = withCallReporting(options);
  const { botToken: token, apiUrl } = slack;
  const webApi = createWebApi({ token, apiUrl, proxies, onCall, log, rateLimits });
  const workspace = createWorkspace(webApi);
  const access = createSlackAccess(options, { webApi, workspace });
  const shutdown = new AbortController();
  const bot = createBot(options, { webApi, workspace, access, shutdown: shutdown.signal });
  const pause = (ms: number): Promise<void> => pauseUnless(shutdown.signal, ms);
  const reply = createReply({ webApi, rateLimits, now, pause, log });
  const onError = (reason: string | null) => options.readiness.report('socket', reason);
  const { onAcknowledged } = options.meters;
  const inbox = createInbox({ database, now, log, onAcknowledged, isReplayable: slack.mode === 'http' });
  let recovery: Loop | null = null;
  const reconnect = createReconnect({
    connect: () =>
      createConnection({
        ...slack,
        proxies,
        onCall,
        log,
        register: (app) => registerListeners(app, { bot, reply }),
        take: inbox.take,
        onError,
      }),
    onConnected: async ({ process }) => {
      // A connection proves that Slack accepts the bot token.
      options.readiness.report('token', null);
      // Not awaited: claims in progress are extended at each run, also while a resumed event is being handled.
      const run = () => void inbox.recover(process);
      recovery = startLoop({ name: 'inbox', run, minIntervalMs: RECOVER_EVERY_MS, log });
      await workspace.learn();
    },
    onError,
    log,
  });
  return {
    outgoing: {
      send: createDeliverySender({
        ...options,
        webApi,
        withheldReason: access.withheldReason,
        isRescanOffered: scanOperators.length > 0,
      }),
      find: (delivery) => webApi.find(toSearch(delivery)),
      isTokenGood: async () => toTokenState(await webApi.identity()),
      slackAheadMs: () => webApi.aheadMs(),
    },
    listen: reconnect.start,
    stopListening: async () => {
      shutdown.abort();
      await Promise.all([recovery?.stop(), reconnect.stop()]);
    },
    openSockets: reconnect.openSockets,
    close: () => webApi.close(),
  };
}

function toTokenState(identity: Identity): boolean | null {
  if (identity.kind === 'identified') return true;
  return identity.kind === 'refused' && identity.reason === 'unauthorized' ? false : null;
}

/** Reports every call to the metrics, and to the readiness of Slack. */
function withCallReporting({ meters, readiness }: SlackAppOptions): (call: SlackCall) => void {
  const monitor = createCallMonitor({
    onError: (ms) => readiness.report('token', ms === null ? null : slackUnreachable(ms)),
    monotonicNow: () => performance.now(),
  });
  return (call) => {
    meters.onCall(call);
    monitor(call);
  };
}

/** Never resolves where the signal aborts: what waits is handled by the next process. */
function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => NEVER);
}

const NEVER = new Promise<never>(() => undefined);

interface BotParts {
  readonly webApi: WebApi;
  readonly workspace: Workspace;
  readonly access: Access;
  readonly shutdown: AbortSignal;
}

function createSlackAccess(
  { database, sharedChannels, now }: SlackAppOptions,
  { webApi, workspace }: { readonly webApi: WebApi; readonly workspace: Workspace },
): Access {
  const { calls } = webApi;
  const sharing = createSharing({ database, fetch: calls.sharingOf, policy: sharedChannels, now });
  return createAccess({ calls, sharing, home: workspace.home, now });
}

function createBot(
  options: SlackAppOptions,
  { webApi, workspace, access, shutdown }: BotParts,
): CommandContext {
  const { calls } = webApi;
  const { scanOperators: ids, now } = options;
  return {
    ...options,
    operators: createOperators({ ids, usersOfGroup: calls.usersOfGroup, now }),
    access,
    shutdown,
    groupTeam: (teamId) => (workspace.isOfOrganisation() ? teamId : null),
    onTokenLost: (reason) => options.readiness.report('token', reason),
    calls,
    mayPost: (channel) => webApi.mayPost(channel),
    onCommand: options.meters.onCommand,
    permalink: (conversation, ts) => messageUrl(workspace.url(), conversation, ts),
    ownUserId: workspace.ownUserId,
  };
}

interface Workspace {
  readonly learn: () => Promise<void>;
  readonly url: () => string | null;
  readonly ownUserId: () => string | null;
  readonly isOfOrganisation: () => boolean;
  /** Waits for Slack where unknown yet; null where it does not say. */
  readonly home: () => Promise<Home | null>;
}

/** The workspace according to auth.test; fetched when Slack is reachable, and again whenever it is missing. */
function createWorkspace(webApi: WebApi): Workspace {
  let known: Extract<Identity, { readonly kind: 'identified' }> | null = null;
  const learn = async (): Promise<void> => {
    const identity = await webApi.identity();
    if (identity.kind === 'identified') known = identity;
  };
  return {
    learn,
    ownUserId: () => known?.botUserId ?? null,
    isOfOrganisation: () => known?.isOfOrganisation ?? false,
    home: async () => {
      if (known === null) await learn();
      return known;
    },
    url: () => {
      if (known === null) void learn();
      return known?.url ?? null;
    },
  };
}
