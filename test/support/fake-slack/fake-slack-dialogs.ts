/** Slack's payloads of shortcuts, modals and App Home. */

import { isRecord } from './fake-slack-arguments.ts';
import type { Bot } from './fake-slack-context.ts';
import { type Action, type Envelope, toEnvelope } from './socket/fake-slack-envelopes.ts';

/** A shortcut on a message; `message` as the Web API shows it. */
export function toShortcut(
  bot: Bot,
  action: Action,
  { callbackId, message }: { callbackId: string; message: Readonly<Record<string, unknown>> },
): Envelope {
  return toEnvelope('interactive', {
    ...common(bot, action),
    type: 'message_action',
    callback_id: callbackId,
    action_ts: String(Date.now() / 1000),
    message_ts: message['ts'],
    trigger_id: action.triggerId,
    response_url: action.responseUrl,
    channel: { id: action.channel, name: action.channel.toLowerCase() },
    message,
  });
}

/** A submitted modal: fields missing in `filled` are as the modal proposed them. */
export function toSubmission(
  bot: Bot,
  person: Person,
  { view, filled }: { view: Readonly<Record<string, unknown>>; filled: Readonly<Record<string, string>> },
): Envelope {
  const inputs = blocksOf(view).filter(({ type }) => type === 'input');
  const values = inputs.map((input) => [String(input['block_id']), toState(input, filled)]);
  return toEnvelope('interactive', {
    ...common(bot, person),
    type: 'view_submission',
    trigger_id: person.triggerId,
    response_urls: [],
    view: { ...view, team_id: bot.teamId, app_id: bot.appId, state: { values: Object.fromEntries(values) } },
  });
}

/** A click on a button of App Home: it belongs to no conversation. */
export function toHomeClick(
  bot: Bot,
  person: Person,
  { view, button }: { view: Readonly<Record<string, unknown>>; button: Readonly<Record<string, unknown>> },
): Envelope {
  return toEnvelope('interactive', {
    ...common(bot, person),
    type: 'block_actions',
    container: { type: 'view', view_id: 'V0HOME' },
    trigger_id: person.triggerId,
    view: { ...view, id: 'V0HOME', team_id: bot.teamId, app_id: bot.appId, state: { values: {} } },
    actions: [{ ...button, action_ts: String(Date.now() / 1000) }],
  });
}

interface Person {
  readonly user: string;
  readonly team: string;
  readonly triggerId: string;
}

function common(bot: Bot, { user, team }: Pick<Person, 'user' | 'team'>) {
  return {
    token: 'verification-token',
    user: { id: user, username: user.toLowerCase(), team_id: team },
    api_app_id: bot.appId,
    team: { id: bot.teamId, domain: 'fake' },
    enterprise: null,
    is_enterprise_install: false,
  };
}

function blocksOf({ blocks }: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  return Array.isArray(blocks) ? blocks.filter(isRecord) : [];
}

/** By action, as in `view.state.values`. An unknown block is an error of the test. */
function toState(input: Record<string, unknown>, filled: Readonly<Record<string, string>>) {
  const element = isRecord(input['element']) ? input['element'] : {};
  const text = filled[String(input['block_id'])];
  return { [String(element['action_id'])]: { type: element['type'], ...toValue(element, text) } };
}

function toValue(element: Record<string, unknown>, filled: string | undefined): Record<string, unknown> {
  switch (element['type']) {
    case 'radio_buttons': {
      const options = Array.isArray(element['options']) ? element['options'].filter(isRecord) : [];
      const chosen = filled === undefined ? element['initial_option'] : options.find(isChosen(filled));
      return { selected_option: chosen ?? null };
    }
    case 'timepicker':
      return { selected_time: filled === '' ? null : (filled ?? element['initial_time'] ?? null) };
    case 'conversations_select':
      return { selected_conversation: filled ?? null };
    default:
      return { value: filled === '' ? null : (filled ?? element['initial_value'] ?? null) };
  }
}

function isChosen(value: string) {
  return (option: Record<string, unknown>): boolean => option['value'] === value;
}
