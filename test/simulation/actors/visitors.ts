/**
 * People who open what the bot shows them, and click its buttons anywhere: handled by the program's own listeners and
 * access, from payloads as Slack sends them.
 */

import type { App } from '@slack/bolt';
import { createAccess } from '../../../src/slack/access/access.ts';
import { createSharing } from '../../../src/slack/access/sharing.ts';
import type { CommandContext } from '../../../src/slack/context.ts';
import { registerListeners } from '../../../src/slack/incoming/listeners.ts';
import type { Database } from '../../../src/store/database.ts';
import { ACTION_IDS } from '../../../src/views/parts/buttons.ts';
import { SILENT_LOG } from '../../support/store.ts';
import { behindGate, createGate } from '../outside/gate.ts';
import { createMembership, HOME, type Membership, teamOf, userOf } from './membership.ts';
import { channelOf } from './places.ts';
import type { Visit } from './scenario.ts';
import { createVerdict, ownables, type Ownable, type VisitFacts } from '../judge/verdict-visits.ts';
import type { World } from '../world.ts';

export interface Visitors {
  readonly come: (visit: Visit) => Promise<void>;
  readonly facts: () => VisitFacts;
}

type Handler = (received: object) => Promise<void>;

export function createVisitors(world: World, noteWatches: () => void): Visitors {
  const { trace, names } = world;
  const gate = createGate('the one that people talk to', trace);
  const outside = { gate, isBroken: () => false, onChange: noteWatches };
  const database = behindGate(names.database, outside);
  const membership = createMembership(world);
  const counts = { shown: 0, ended: 0 };
  const shown: string[] = [];
  const handlers = listen(toBot(world, { database, membership, shown }));
  return {
    facts: () => counts,
    async come(visit) {
      const user = userOf(visit.user);
      const where = 'channel' in visit ? channelOf(visit.channel) : null;
      const isTyped = visit.kind === 'list' || visit.kind === 'history';
      // Slack lets members alone type.
      if (isTyped && where !== null && !membership.isNow(user, where)) return;
      shown.length = 0;
      const all = await ownables(world);
      const judgeVisit = createVerdict(world, { user, membership, all, counts });
      trace.say(() => `${user} comes: ${JSON.stringify(visit)}`);
      const respond = ({ text, blocks }: { text: string; blocks: unknown }): Promise<void> => {
        shown.push(JSON.stringify([text, blocks]));
        return Promise.resolve();
      };
      const { name, body, channel } = toPayload(visit, all);
      const ack = () => Promise.resolve();
      await handlers.get(name)?.({ ack, body, respond, context: {} });
      await judgeVisit({ visit, channel, shown });
    },
  };
}

/** Bolt itself only hands payloads on. */
function listen(bot: CommandContext): ReadonlyMap<string, Handler> {
  const handlers = new Map<string, Handler>();
  const on = (name: string, handler: Handler): void => void handlers.set(name, handler);
  const app = {
    ...{ command: on, event: on, view: on, shortcut: on },
    action: (_: RegExp, handler: Handler) => on('click', handler),
  };
  registerListeners(app as unknown as App, { bot, reply: () => Promise.resolve() });
  return handlers;
}

interface Parts {
  readonly database: Database;
  readonly membership: Membership;
  readonly shown: string[];
}

/** Whatever visits do not come to rejects. */
function toBot({ clock, scenario }: World, { database, membership, shown }: Parts): CommandContext {
  const { now } = clock;
  const never = (): Promise<never> => Promise.reject(new Error('nobody asks for this'));
  const { membersOf, profileOf, isShared } = membership;
  const policy = { kind: scenario.conversations.isSharingAllowed ? 'allow' : 'deny' } as const;
  const fetch = (channel: string) => Promise.resolve(isShared(channel) ? 'shared' : 'own');
  const sharing = createSharing({ database, fetch, policy, now } as Parameters<typeof createSharing>[0]);
  const home = () => Promise.resolve(HOME);
  return {
    ...{ database, now, log: SILENT_LOG, freshForMs: 0, shutdown: new AbortController().signal },
    access: createAccess({ calls: { membersOf, profileOf }, sharing, home, now }),
    calls: {
      publishHome: (_: string, view: object) => {
        shown.push(JSON.stringify(view));
        return Promise.resolve(true);
      },
    } as unknown as CommandContext['calls'],
    ...{ observe: never, pollWaitMs: () => 0, wake: () => undefined },
    ...{
      onCommand: () => undefined,
      consoleLink: () => null,
      permalink: () => null,
      ownUserId: () => 'UBOT',
    },
    control: { startScan: never, stopRegularScan: never, fetchScope: never },
    operators: { ids: [], check: () => Promise.resolve('no') },
    ...{ groupTeam: () => null, onTokenLost: () => undefined, mayPost: () => Promise.resolve('yes') },
    consoleHealth: () => ({ isReachable: null, answeredAt: null, failure: null }),
  };
}

interface Payload {
  readonly name: string;
  readonly body: object;
  /** Where Slack says that it happened; '' on App Home. */
  readonly channel: string;
}

function toPayload(visit: Visit, all: readonly Ownable[]): Payload {
  const user = userOf(visit.user);
  switch (visit.kind) {
    case 'home':
      return { name: 'app_home_opened', body: { event: { user, tab: 'home' } }, channel: '' };
    case 'list':
    case 'history': {
      const text = visit.kind === 'list' ? 'list' : `history image-${String(visit.target)}:1`;
      const channel = channelOf(visit.channel);
      const body = { channel_id: channel, user_id: user, team_id: teamOf(user), text };
      return { name: '/scanprogress', body, channel };
    }
    case 'press':
      return toClick(visit, all[visit.which % Math.max(1, all.length)]);
  }
}

/** Also what Slack would never send: a button of one conversation pressed in another, with a value of anybody's making. */
function toClick(visit: Visit & { kind: 'press' }, owned: Ownable | undefined): Payload {
  const user = userOf(visit.user);
  const isInHome = visit.button === 'in-home';
  const owner = owned?.channel ?? 'C1';
  const conversation = visit.isWhereItBelongs ? owner : channelOf(visit.channel);
  const channel = isInHome ? '' : conversation;
  const keys = { 'of-owner': `${owner}|`, 'of-place': isInHome ? `@${user}|` : `${conversation}|`, none: '' };
  const value = `${keys[visit.binding]}${owned?.id ?? 'nothing'}`;
  const actions = [{ action_id: actionOf(visit.button, owned), value }];
  const from = { user: { id: user, team_id: teamOf(user) }, actions };
  const body = isInHome ? { ...from, view: { type: 'home' } } : { ...from, channel: { id: channel } };
  return { name: 'click', body, channel };
}

function actionOf(button: (Visit & { kind: 'press' })['button'], owned: Ownable | undefined): string {
  if (owned?.kind === 'subscription') return ACTION_IDS.unsubscribe;
  if (owned?.kind === 'board') return ACTION_IDS.stopBoard;
  if (button === 'as-posted') return ACTION_IDS.stopWatching;
  return button === 'in-list' ? ACTION_IDS.stopInList : ACTION_IDS.stopInHome;
}
