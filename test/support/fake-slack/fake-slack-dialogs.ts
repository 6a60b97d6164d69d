/** Slack's payloads of shortcuts, modals and App Home. */

import { isRecord } from './fake-slack-arguments.ts';
import type { Bot } from './fake-slack-context.ts';
import {
  type Action,
  type Envelope,
  interaction,
  type Person,
  toEnvelope,
} from './socket/fake-slack-envelopes.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A shortcut on a message; `message` as the Web API shows it. */
export function toShortcut(
  bot: Bot,
  action: Action,
  { callbackId, message }: { callbackId: string; message: Fields },
): Envelope {
  return toEnvelope('interactive', {
    ...interaction(bot, action),
    type: 'message_action',
    callback_id: callbackId,
    action_ts: String(Date.now() / 1000),
    message_ts: message['ts'],
    response_url: action.responseUrl,
    channel: { id: action.channel, name: action.channel.toLowerCase() },
    message,
  });
}

/** A submitted modal: fields missing in `filled` are as the modal proposed them. */
export function toSubmission(
  bot: Bot,
  person: Person,
  { view, filled }: { view: Fields; filled: Readonly<Record<string, string>> },
): Envelope {
  const inputs = blocksOf(view).filter(({ type }) => type === 'input');
  const values = inputs.map((input) => [String(input['block_id']), toState(input, filled)]);
  return toEnvelope('interactive', {
    ...interaction(bot, person),
    type: 'view_submission',
    response_urls: [],
    view: { ...view, team_id: bot.teamId, app_id: bot.appId, state: { values: Object.fromEntries(values) } },
  });
}

/** A click on a button of App Home: it belongs to no conversation. */
export function toHomeClick(
  bot: Bot,
  person: Person,
  { view, button }: { view: Fields; button: Fields },
): Envelope {
  return toEnvelope('interactive', {
    ...interaction(bot, person),
    type: 'block_actions',
    container: { type: 'view', view_id: 'V0HOME' },
    view: { ...view, id: 'V0HOME', team_id: bot.teamId, app_id: bot.appId, state: { values: {} } },
    actions: [{ ...button, action_ts: String(Date.now() / 1000) }],
  });
}

function blocksOf({ blocks }: Fields): Record<string, unknown>[] {
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
      const chosen =
        filled === undefined ? element['initial_option'] : options.find(({ value }) => value === filled);
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
