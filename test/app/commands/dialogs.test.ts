import { describe, expect } from 'vitest';
import { drawn, test } from '../../support/running-bot.ts';

/** A private channel without the bot: commands work there, ephemeral messages do not. */
const channel = 'C0SECRET';
const operatorTest = test.extend('options', { environment: { SCAN_OPERATORS: 'U0ALICE' } });

describe.concurrent('a dialog of a private channel without the bot', () => {
  test('that saves settings is answered in a direct message', async ({ bot }) => {
    await bot.click(await bot.reply('settings', /^/, { channel }), 'change-settings');
    await bot.submit('Save');
    const answer = await bot.whenPosted(/^Settings saved/, 'D0ALICE');
    expect(drawn(answer)).toContain(`This is about <#${channel}>`);
    expect(drawn(answer)).toContain('/invite @scanprogress');
    expect(drawn(answer)).toContain('*Saved.*');
  });

  operatorTest('that starts the regular scan is answered in a direct message', async ({ bot }) => {
    await bot.type('scan', { channel });
    await bot.submit('Start registry scan?');
    await bot.whenPosted(/^Asking the Console to start the registry scan/, 'D0ALICE');
    await bot.whenPosted(/^I cannot post/, 'D0ALICE');
  });

  operatorTest('that stops it is answered in a direct message', async ({ bot }) => {
    await bot.type('stop', { channel });
    await bot.submit('Stop registry scan?');
    await bot.whenPosted(/registry scan/, 'D0ALICE');
  });

  operatorTest('is answered where it was asked for in a channel with the bot', async ({ bot }) => {
    await bot.type('stop');
    await bot.submit('Stop registry scan?');
    await bot.whenEphemeral(/^/);
    expect(bot.slack.messages('D0ALICE')).toEqual([]);
  });
});
