/** Everything towards Slack, put together: what comes in, what goes out, and what both know of the workspace. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Proxies } from '../proxy.ts';
import type { Readiness } from '../readiness.ts';
import type { DeliveryKind, Found, Receipt } from '../scan/delivery.ts';
import type { Target } from '../scan/target.ts';
import type { Database } from '../store/database.ts';
import type { LeasedDelivery } from '../store/outbox/load.ts';
import { findLiveOutcome } from '../store/outbox/live-outcome.ts';
import { slackAway } from '../views/parts/failure.ts';
import { type Access, createAccess } from './access/access.ts';
import type { Home } from './web-api/people.ts';
import { createSharing, type SharedPolicy } from './access/sharing.ts';
import type { CommandContext, Control } from './context.ts';
import { type Connection, createConnection } from './transport/connection.ts';
import { createCallMonitor, type SlackCall, type SlackMeters } from './web-api/call-report.ts';
import { createRateLimits } from './web-api/rate-limits.ts';
import type { Mount } from './transport/http.ts';
import { createInbox, type Inbox, RECOVER_EVERY_MS } from './incoming/inbox.ts';
import { messageUrl } from './outgoing/permalinks.ts';
import { registerListeners } from './incoming/listeners.ts';
import { createListening } from './transport/reconnect.ts';
import { createLiveOutcomes, type LiveOutcomes } from './outgoing/live-outcomes.ts';
import { createSend, toSearch } from './outgoing/render.ts';
import { createOperators } from './operators.ts';
import { createReply } from './outgoing/reply.ts';
import { createWebApi, type Identity, type WebApi } from './web-api/web-api.ts';

export interface SlackAppOptions {
  readonly slack: { readonly botToken: string; readonly apiUrl: string } & (
    | { readonly mode: 'socket'; readonly appToken: string }
    | { readonly mode: 'http'; readonly signingSecret: string; readonly mount: Mount }
  );
  readonly proxies: Proxies;
  readonly database: Database;
  readonly observe: CommandContext['observe'];
  readonly questionsWaitMs: CommandContext['questionsWaitMs'];
  readonly wake: () => void;
  readonly consoleLink: (target: Target) => string | null;
  readonly freshForMs: number;
  readonly watchTtlMs: number;
  readonly stallAfterMs: number;
  readonly control: Control;
  readonly consoleHealth: CommandContext['consoleHealth'];
  /** IDs of users and user groups that may start and stop scans. */
  readonly scanOperators: readonly string[];
  /** In which conversations with other organisations it works. */
  readonly sharedChannels: SharedPolicy;
  readonly now: () => number;
  readonly readiness: Readiness;
  readonly meters: SlackMeters;
  readonly log: Log;
}

export interface SlackApp {
  /** For the delivery loop. */
  readonly outgoing: {
    readonly send: (delivery: LeasedDelivery) => Promise<Receipt>;
    readonly find: (delivery: LeasedDelivery) => Promise<Found>;
    /** Whether Slack takes the bot's token; null where it does not tell. */
    readonly isTokenGood: () => Promise<boolean | null>;
    /** How far Slack's clock is ahead of ours, ms. */
    readonly slackAheadMs: () => number;
    readonly onSettled: (
      delivery: { watchId: string; kind: DeliveryKind },
      outcome: { kind: string },
    ) => void;
  };
  /** Resolves when payloads arrive, or when that is being tried again and again; rejects with a StartError. */
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
  const outcomes = createLiveOutcomes((watchId) => findLiveOutcome(database, watchId));
  const bot = createBot(options, { webApi, outcomes, workspace, access });
  const shutdown = new AbortController();
  const pause = (ms: number): Promise<void> => pauseUnless(shutdown.signal, ms);
  const reply = createReply({ webApi, rateLimits, now, pause, log });
  const onError = (problem: string | null) => options.readiness.report('socket', problem);
  const { onAcknowledged } = options.meters;
  const inbox = createInbox({ database, now, log, onAcknowledged, isReplayable: slack.mode === 'http' });
  const recovery = createRecovery(inbox);
  const listening = createListening({
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
    onConnected: async (connection) => {
      // It could not have connected with a bot token that Slack refuses.
      options.readiness.report('token', null);
      recovery.start(connection);
      await workspace.learn();
    },
    onError,
    log,
  });
  return {
    outgoing: {
      send: createSend({
        ...options,
        webApi,
        heldBack: access.heldBack,
        isRescanOffered: scanOperators.length > 0,
      }),
      find: (delivery) => webApi.find(toSearch(delivery)),
      isTokenGood: async () => toGoodness(await webApi.identity()),
      slackAheadMs: () => webApi.aheadMs(),
      onSettled: outcomes.settle,
    },
    listen: listening.start,
    stopListening: async () => {
      shutdown.abort();
      recovery.stop();
      await listening.stop();
    },
    openSockets: listening.openSockets,
    close: () => webApi.close(),
  };
}

function toGoodness(identity: Identity): boolean | null {
  if (identity.kind === 'identified') return true;
  return identity.kind === 'refused' && identity.reason === 'unauthorized' ? false : null;
}

/** What every call tells: the metrics, and whether Slack is there at all. */
function withCallReporting({ meters, readiness }: SlackAppOptions): (call: SlackCall) => void {
  const monitor = createCallMonitor({
    onError: (ms) => readiness.report('token', ms === null ? null : slackAway(ms)),
    monotonicNow: () => performance.now(),
  });
  return (call) => {
    meters.onCall(call);
    monitor(call);
  };
}

/** Never resolves where the signal aborts: what waits then stays unanswered, and the next process answers it. */
function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => NEVER);
}

const NEVER = new Promise<never>(() => undefined);

interface BotParts {
  readonly webApi: WebApi;
  readonly outcomes: LiveOutcomes;
  readonly workspace: Workspace;
  readonly access: Access;
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
  { webApi, outcomes, workspace, access }: BotParts,
): CommandContext {
  const { database, observe, questionsWaitMs, control, consoleHealth, scanOperators, wake } = options;
  const { consoleLink, freshForMs, now, log } = options;
  const { calls } = webApi;
  return {
    database,
    observe,
    questionsWaitMs,
    control,
    consoleHealth,
    operators: createOperators({ ids: scanOperators, usersOfGroup: calls.usersOfGroup, now }),
    access,
    groupTeam: (teamId) => (workspace.isOfOrganisation() ? teamId : null),
    onTokenLost: (problem) => options.readiness.report('token', problem),
    calls,
    mayPost: (channel) => webApi.mayPost(channel),
    liveOutcome: outcomes.of,
    wake,
    onCommand: options.meters.onCommand,
    consoleLink,
    permalink: (conversation, ts) => messageUrl(workspace.url(), conversation, ts),
    ownUserId: workspace.ownUserId,
    freshForMs,
    now,
    log,
  };
}

/** Whatever another process left unanswered is looked for as long as this one listens. */
function createRecovery(inbox: Inbox) {
  let timer: NodeJS.Timeout | undefined;
  return {
    start({ process }: Connection): void {
      clearInterval(timer);
      void inbox.recover(process);
      timer = setInterval(() => void inbox.recover(process), RECOVER_EVERY_MS).unref();
    },
    stop: () => clearInterval(timer),
  };
}

interface Workspace {
  readonly learn: () => Promise<void>;
  readonly url: () => string | null;
  readonly ownUserId: () => string | null;
  readonly isOfOrganisation: () => boolean;
  /** Waits for Slack where that is not known yet; null where it does not tell. */
  readonly home: () => Promise<Home | null>;
}

/** The workspace itself, as auth.test tells; asked for when Slack answers, and again whenever it is missed. */
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
