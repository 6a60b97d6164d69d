import { describe, expect } from 'vitest';
import { drawn, type RunningBot, SCAN, someTicks, test } from '../../support/running-bot.ts';

const user = 'U0ALICE';

/** `settings` and its button; returns the modal. */
async function open(bot: RunningBot): Promise<string> {
  const settings = await bot.reply('settings');
  const opened = bot.slack.calls('views.open').length;
  await bot.click(settings, 'change-settings');
  await bot.until('the dialog', () => bot.slack.calls('views.open').length > opened);
  return bot.whenModal('Save');
}

async function change(bot: RunningBot, filled: Readonly<Record<string, string>>): Promise<string> {
  await open(bot);
  await bot.submit('Save', filled);
  return drawn(await bot.whenEphemeral(/^Settings saved/));
}

/** A watch of one whole scan; its end. */
async function watchWhole(bot: RunningBot) {
  await bot.watchNewScan();
  bot.pass(SCAN.durationMs);
  return bot.until('an end', () => bot.posted()[1]);
}

/** `HH:mm` in a zone, `minutes` from now. */
function timeIn(timeZone: string, minutes: number): string {
  const parts = { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('en-GB', parts).format(Date.now() + minutes * 60_000);
}

describe.concurrent('settings', () => {
  test('are shown to the one who asks, and the dialog proposes what is and the person’s own time zone', async ({
    bot,
  }) => {
    const dialog = await open(bot);
    expect(drawn(bot.slack.ephemerals(user)[0]!)).toContain('*Quiet hours*  none');
    expect(dialog).toContain('"initial_value":"Europe/Berlin"');
    expect(dialog).toContain('"initial_time":"22:00"');
    const saved = await change(bot, {});
    expect(saved).toContain('✅ *Saved.*');
    expect(saved).toContain('on: subscriptions show how far each scan is');
    expect(bot.posted()).toEqual([]);
  });

  test('with quiet hours mention nobody in them, by the clock of their time zone', async ({ bot }) => {
    const zone = 'Asia/Kathmandu';
    const hours = { quiet: 'on', from: timeIn(zone, -30), until: timeIn(zone, 30), 'time-zone': zone };
    expect(await change(bot, hours)).toContain(`${hours.from} to ${hours.until}, \`${zone}\``);
    const end = await watchWhole(bot);
    expect(end.text).toBe('alpine:3.16 · completed · tags 1/1 · images 12/12 · 0 critical · 0 high');
    expect(drawn(end)).not.toContain('<@');
    expect(await open(bot)).toContain(`"initial_value":"${zone}"`);
  });

  test('with quiet hours at another time mention who asked', async ({ bot }) => {
    const zone = 'America/New_York';
    await change(bot, { quiet: 'on', from: timeIn(zone, 60), until: timeIn(zone, 120), 'time-zone': zone });
    expect((await watchWhole(bot)).text).toContain('<@U0ALICE>');
  });

  test('with mentions off mention nobody', async ({ bot }) => {
    expect(await change(bot, { mentions: 'off' })).toContain('off: nobody is mentioned');
    expect(drawn(await watchWhole(bot))).not.toContain('<@');
  });

  test('tell ends in the thread, or in the channel itself', async ({ bot }) => {
    await change(bot, { completion: 'channel' });
    const end = await watchWhole(bot);
    expect(end.thread).toBe('');
    expect(end.text).toContain('<@U0ALICE>');
  });

  test('without live messages tell of a subscription the end alone', async ({ bot }) => {
    await change(bot, { lives: 'off' });
    await bot.subscribe();
    await someTicks();
    bot.startHalfAScan();
    await someTicks();
    expect(bot.posted()).toEqual([]);
    bot.pass(SCAN.durationMs);
    const end = await bot.until('the end', () => bot.posted()[0]);
    expect(end.text).toBe('alpine:3.16 · completed · tags 1/1 · images 12/12 · 0 critical · 0 high');
    expect(end.thread).toBe('');
    await someTicks();
    expect(bot.posted()).toHaveLength(1);
    await bot.watch();
    expect(bot.lives()).toHaveLength(1);
  });

  test.for([
    ['no time zone', { quiet: 'on', 'time-zone': '' }, { 'time-zone': /Europe\/Berlin/ }],
    ['a time zone that is none', { quiet: 'on', 'time-zone': 'Mars/Olympus' }, { 'time-zone': /Europe/ }],
    ['an offset for a time zone', { quiet: 'on', 'time-zone': '+01:00' }, { 'time-zone': /Europe/ }],
    ['no time', { quiet: 'on', from: '', until: '' }, { from: /Choose a time/, until: /Choose a time/ }],
    [
      'hours that end as they begin',
      { quiet: 'on', from: '08:00', until: '08:00' },
      { until: /another time/ },
    ],
  ] as const)('with %s are not saved, and the field says why', async ([, filled, errors], { bot }) => {
    await open(bot);
    const ack = await bot.slack.submit({ user, filled }).ack;
    const expected = Object.entries(errors).map(([id, text]) => [id, expect.stringMatching(text) as unknown]);
    expect(ack?.payload).toEqual({ response_action: 'errors', errors: Object.fromEntries(expected) });
    expect(drawn(await bot.reply('settings'))).toContain('none');
  });

  test('with a bad time zone are saved where there are no quiet hours', async ({ bot }) => {
    expect(await change(bot, { quiet: 'off', 'time-zone': 'Mars/Olympus' })).toContain('*Quiet hours*  none');
  });

  test('without a choice are not saved', async ({ bot }) => {
    await open(bot);
    const sent = bot.slack.submit({ user, filled: { lives: 'maybe' } });
    expect((await sent.ack)?.payload).toMatchObject({ response_action: 'errors' });
  });

  test('of one channel are none of another', async ({ bot }) => {
    await change(bot, { mentions: 'off' });
    const other = await bot.reply('settings', /^/, { channel: 'C0TEAM' });
    expect([other.channel, drawn(other)]).toEqual(['C0TEAM', expect.stringContaining('*Mentions*  on')]);
  });

  test('open also where Slack does not tell a time zone', async ({ bot }) => {
    bot.slack.failWhile('users.info', { kind: 'error', error: 'missing_scope' });
    expect(await open(bot)).not.toContain('initial_value');
  });
});
