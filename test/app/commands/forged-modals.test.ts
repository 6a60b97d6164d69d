/** Submissions of the settings' modal that Slack would never send. */

import { describe, expect } from 'vitest';
import { drawn, type RunningBot, someTicks, test } from '../../support/running-bot.ts';

const user = 'U0ALICE';

interface Forgery {
  /** Of fields, by name. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** null for no fields at all. */
  readonly values?: unknown;
  readonly metadata?: string;
  readonly sender?: string;
}

const chosen = (value: unknown) => ({ selected_option: { value } });
const ON_MONDAYS = { digest: chosen('monday') };

const FORGERIES: readonly [string, Forgery][] = [
  ['an unknown threshold', { fields: { threshold: chosen('low') } }],
  ['a threshold that every object has', { fields: { threshold: chosen('__proto__') } }],
  ['a threshold that is a number', { fields: { threshold: chosen(7) } }],
  ['no threshold', { fields: { threshold: { selected_option: null } } }],
  ['a day that is none', { fields: { digest: chosen('someday') } }],
  ['a digest at 99 o’clock', { fields: { ...ON_MONDAYS, 'digest-time': { selected_time: '99:00' } } }],
  [
    'a digest at midnight’s other name',
    { fields: { ...ON_MONDAYS, 'digest-time': { selected_time: '24:00' } } },
  ],
  ['a time zone of a megabyte', { fields: { ...ON_MONDAYS, 'time-zone': { value: 'A'.repeat(900_000) } } }],
  ['a time zone that mentions', { fields: { ...ON_MONDAYS, 'time-zone': { value: '<!channel>' } } }],
  ['no fields', { values: {} }],
  ['fields that are none', { values: [1, 2] }],
  ['null for fields', { values: null }],
  ['a channel that its sender is not in', { metadata: '{"channel":"C0TEAM"}', sender: 'U0CAROL' }],
  ['the direct messages of somebody else', { metadata: '{"channel":"D0BOB"}' }],
  ['a channel that is none', { metadata: `{"channel":"C0' or 1=1 --"}` }],
  ['a channel of 3,000 characters', { metadata: JSON.stringify({ channel: 'D'.repeat(2_900) }) }],
  ['a channel that is a number', { metadata: '{"channel":5}' }],
  ['no channel', { metadata: '{}' }],
  ['null for a channel', { metadata: 'null' }],
  ['metadata that is no JSON', { metadata: '{{' }],
  ['no metadata', { metadata: '' }],
];

/** Otherwise as Slack would send it, with mentions switched off. */
async function submit(bot: RunningBot, { fields, values, metadata, sender = user }: Forgery): Promise<void> {
  await bot.click(await bot.reply('settings'), 'change-settings');
  await bot.until('the modal', () => bot.slack.view('modal', user));
  const incomplete = bot.slack.submit({ user, filled: { threshold: 'none', mentions: 'off' } });
  await incomplete.ack;
  const payload = incomplete.envelope.payload as unknown as Payload;
  const filled = { ...payload.view.state.values, threshold: { threshold: chosen('every-end') } };
  const forged = Object.entries(fields ?? {}).map(([id, field]) => [id, { [id]: field }]);
  const view = {
    ...payload.view,
    ...(metadata !== undefined && { private_metadata: metadata }),
    state: { values: values === undefined ? { ...filled, ...Object.fromEntries(forged) } : values },
  };
  const envelope = {
    ...incomplete.envelope,
    payload: { ...payload, view, user: { ...payload.user, id: sender }, trigger_id: crypto.randomUUID() },
  };
  // Some are not acknowledged: Slack tells their sender that it did not work.
  void bot.slack.redeliver({ ...incomplete, envelope }, 'new-envelope').ack;
}

interface Payload {
  readonly user: object;
  readonly view: { readonly state: { readonly values: object } };
}

describe.concurrent('a submission of the settings', () => {
  test('that names its own conversation is saved', async ({ bot }) => {
    await submit(bot, {});
    await bot.whenLogged('settings changed');
  });

  test.for(FORGERIES)('with %s changes nothing, and the bot lives', async ([, forgery], { bot }) => {
    await submit(bot, forgery);
    await someTicks();
    expect(bot.logged('settings changed')).toEqual([]);
    expect(drawn(await bot.reply('settings'))).toContain('*Mentions*  on');
  });
});
