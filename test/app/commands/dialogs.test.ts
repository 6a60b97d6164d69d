import { describe, expect } from 'vitest';
import { drawn, type RunningBot, test } from '../../support/running-bot.ts';

/** A private channel without the bot: it can be typed in, and the bot cannot whisper there. */
const channel = 'C0SECRET';
const user = 'U0ALICE';
const OPERATOR = { SCAN_OPERATORS: user };

const whenDirect = ({ slack, until }: RunningBot, text: RegExp) =>
  until(`a direct message with ${text.source}`, () =>
    slack.messages('D0ALICE').find((one) => one.user === '' && text.test(one.text)),
  );

async function submit(bot: RunningBot, title: string): Promise<void> {
  await bot.until(`the dialog ${title}`, () =>
    JSON.stringify(bot.slack.view('modal', user) ?? '').includes(title),
  );
  expect(await bot.slack.submit({ user }).ack).toMatchObject({ payload: {} });
}

describe.concurrent('a dialog of a private channel without the bot', () => {
  test('that saves settings is answered in a direct message', async ({ bot }) => {
    await bot.type('settings', { channel });
    const { ts } = await bot.until('the settings', () => bot.slack.ephemerals(user)[0]);
    await bot.slack.click({ channel, ts, user, actionId: 'change-settings' }).ack;
    await submit(bot, 'Save');
    const answer = await whenDirect(bot, /^Settings saved/);
    expect(drawn(answer)).toContain(`This is about <#${channel}>`);
    expect(drawn(answer)).toContain('/invite @scanprogress');
    expect(drawn(answer)).toContain('*Saved.*');
  });

  test('that starts the regular scan is answered in a direct message', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR });
    await bot.type('scan', { channel });
    await submit(bot, 'Start registry scan?');
    await whenDirect(bot, /^Asking the Console to start the registry scan/);
    await whenDirect(bot, /^I cannot post/);
  });

  test('that stops it is answered in a direct message', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR });
    await bot.type('stop', { channel });
    await submit(bot, 'Stop registry scan?');
    await whenDirect(bot, /registry scan/);
  });

  test('is answered where it was asked for in a channel with the bot', async ({ botWith }) => {
    const bot = await botWith({ environment: OPERATOR });
    await bot.type('stop');
    await submit(bot, 'Stop registry scan?');
    await bot.until('an answer', () => bot.slack.ephemerals(user)[0]);
    expect(bot.slack.messages('D0ALICE')).toEqual([]);
  });
});
