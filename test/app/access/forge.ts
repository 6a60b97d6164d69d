/** Clicks that no person could make with what they were shown. */

import { isRecord } from '../../support/fake-slack/fake-slack-arguments.ts';
import { toEnvelope } from '../../support/fake-slack/socket/fake-slack-envelopes.ts';
import { type RunningBot, someTicks } from '../../support/running-bot.ts';

/** Clicks whose buttons have a value that the person was never shown there, and what comes of them. */
export async function forge(bot: RunningBot, ...clicks: readonly Forged[]): Promise<void> {
  for (const click of clicks) await send(bot, click);
  await someTicks();
}

async function send(bot: RunningBot, click: Forged): Promise<void> {
  const { user, actionId, value, at = 'C0GENERAL' } = click;
  const { ts } = bot.lives(at)[0]!;
  // Without effect itself.
  const { envelope } = bot.slack.click({ channel: at, ts, user, actionId: 'open-in-console' });
  const [button] = (envelope.payload['actions'] as unknown[]).filter(isRecord);
  const payload = { ...envelope.payload, actions: [{ ...button, action_id: actionId, value }] };
  const forged = {
    envelope: toEnvelope('interactive', { ...payload, trigger_id: `forged.${user}.${value}` }),
  };
  await bot.slack.redeliver({ ...forged, ack: Promise.resolve(null) }, 'same-envelope').ack;
}

interface Forged {
  readonly user: string;
  readonly actionId: string;
  readonly value: string;
  readonly at?: string;
}
