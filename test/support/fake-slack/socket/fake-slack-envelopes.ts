/** What Slack sends to the app, as it looks on the wire. */

import { randomUUID } from 'node:crypto';

import { isRecord } from '../fake-slack-arguments.ts';
import type { Bot } from '../fake-slack-context.ts';
import type { Message } from '../fake-slack-workspace.ts';

export interface Envelope {
  readonly id: string;
  readonly type: 'slash_commands' | 'events_api' | 'interactive';
  readonly payload: Readonly<Record<string, unknown>>;
  /** 0 for the first attempt. */
  readonly retry: number;
}

/** How the app acknowledged; `status` is null in Socket Mode. */
export interface Ack {
  readonly id: string;
  readonly status: number | null;
  readonly payload: unknown;
  readonly at: number;
}

export interface Sent {
  readonly envelope: Envelope;
  /** null once the connection has ended, or if there was none. */
  readonly ack: Promise<Ack | null>;
}

export function toEnvelope(type: Envelope['type'], payload: Envelope['payload']): Envelope {
  return { id: randomUUID(), type, payload, retry: 0 };
}

export interface Person {
  readonly user: string;
  readonly team: string;
  readonly triggerId: string;
}

export interface Action extends Person {
  readonly responseUrl: string;
  readonly channel: string;
}

/** What all payloads of `interactive` have. */
export function interaction(bot: Bot, { user, team, triggerId }: Person) {
  return {
    token: 'verification-token',
    user: { id: user, username: user.toLowerCase(), team_id: team },
    api_app_id: bot.appId,
    team: { id: bot.teamId, domain: 'fake' },
    enterprise: bot.enterpriseId === undefined ? null : { id: bot.enterpriseId, name: 'fake' },
    is_enterprise_install: bot.enterpriseId !== undefined,
    trigger_id: triggerId,
  };
}

export function toCommand(bot: Bot, action: Action, text: string): Envelope {
  return toEnvelope('slash_commands', {
    token: 'verification-token',
    team_id: action.team,
    ...(bot.enterpriseId === undefined ? {} : { enterprise_id: bot.enterpriseId }),
    team_domain: 'fake',
    channel_id: action.channel,
    channel_name: action.channel.toLowerCase(),
    user_id: action.user,
    user_name: action.user.toLowerCase(),
    command: '/scanprogress',
    text,
    api_app_id: bot.appId,
    is_enterprise_install: String(bot.enterpriseId !== undefined),
    response_url: action.responseUrl,
    trigger_id: action.triggerId,
  });
}

export interface EventOptions {
  /** Repeats an event under the identity it had before. */
  readonly eventId?: string | undefined;
  readonly isShared?: boolean;
}

export function toEvent(
  bot: Bot,
  event: Readonly<Record<string, unknown>>,
  { eventId, isShared = false }: EventOptions = {},
): Envelope {
  return toEnvelope('events_api', {
    token: 'verification-token',
    team_id: bot.teamId,
    api_app_id: bot.appId,
    event,
    type: 'event_callback',
    event_id: eventId ?? `Ev${randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: bot.enterpriseId ?? null,
        team_id: bot.enterpriseId === undefined ? bot.teamId : null,
        user_id: bot.userId,
        is_bot: true,
        is_enterprise_install: bot.enterpriseId !== undefined,
      },
    ],
    is_ext_shared_channel: isShared,
  });
}

interface Click {
  readonly message: Message;
  readonly button: Record<string, unknown>;
  readonly thread: { readonly thread_ts?: string };
}

/** A click on a button of a message, or on one that the payload says was there. */
export function toClick(bot: Bot, action: Action, { message, button, thread }: Click): Envelope {
  const isEphemeral = message.onlyFor !== '';
  const { ts, text, blocks, channel } = message;
  const shown = { type: 'message', ts, text, blocks, user: bot.userId, ...thread };
  return toEnvelope('interactive', {
    ...interaction(bot, action),
    type: 'block_actions',
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: isEphemeral, ...thread },
    channel: { id: channel, name: channel.toLowerCase() },
    // Slack leaves an ephemeral message out: the app has to know what it showed.
    ...(isEphemeral ? {} : { message: shown }),
    state: { values: {} },
    response_url: action.responseUrl,
    actions: [{ ...button, action_ts: String(Date.now() / 1000) }],
  });
}

/** The button with that action ID, and that value where several share it. Where there is none, the test is wrong. */
export function findButton(blocks: readonly unknown[], actionId: string, value?: string) {
  const button = blocks
    .filter(isRecord)
    .flatMap(elementsOf)
    .find((one) => one['action_id'] === actionId && (value === undefined || one['value'] === value));
  if (button === undefined) throw new Error(`no button ${actionId} ${value ?? ''} in the message`);
  return button;
}

function elementsOf(block: Record<string, unknown>): Record<string, unknown>[] {
  const elements: unknown[] = Array.isArray(block['elements']) ? block['elements'] : [];
  const id = block['block_id'] ?? 'made-up-by-slack';
  return [...elements, block['accessory']].filter(isRecord).map((element) => ({ block_id: id, ...element }));
}
