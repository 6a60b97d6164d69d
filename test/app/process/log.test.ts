import { expect } from 'vitest';
import { type RunningBot, test } from '../../support/running-bot.ts';

type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

function linesOf(bot: RunningBot, has: Readonly<Record<string, unknown>>): Line[] {
  const lines = bot.log() as unknown as readonly Line[];
  return lines.filter((line) => Object.entries(has).every(([name, value]) => line[name] === value));
}

test('a command can be followed by its request to the watch, and by the watch to its end', async ({
  bot,
}) => {
  await bot.watchNewScan();
  const [watch] = await bot.until('the watch', () => linesOf(bot, { msg: 'watch' }));
  const ofRequest = { request: watch!['request'] };
  const replies = () => linesOf(bot, { msg: 'replied', ...ofRequest });
  await bot.until('the outcome', () => replies().length === 1);
  expect(linesOf(bot, ofRequest).map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['event received', 'watch', 'Console responded', 'replied']),
  );
  expect(replies()[0]).toMatchObject({ command: 'watch', user: 'U0ALICE' });
  bot.pass(200_000);
  await bot.whenEnded(/completed/);
  const delivered = await bot.until('the delivery', () => {
    const lines = linesOf(bot, { msg: 'delivered', watch: watch!['watch'], kind: 'completion' });
    return lines.length > 0 && lines;
  });
  // One line per end, with its ids, without a request id.
  expect(delivered).toEqual([
    expect.objectContaining({ target: 'alpine:3.16', delivery: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
  ]);
  expect(delivered[0]).not.toHaveProperty('request');
});

test('a mention is followed by its event, and a click by an id of its own', async ({ bot }) => {
  await bot.mention('watch redis:7', { user: 'U0BOB' });
  const live = await bot.whenLive(/redis/);
  const mention = await bot.until('its outcome', () => linesOf(bot, { msg: 'replied', command: 'watch' })[0]);
  expect(String(mention['request'])).toMatch(/^message C0GENERAL \d+\.\d+$/);
  await bot.click(live, 'stop-watching', { user: 'U0BOB' });
  const clicks = () => linesOf(bot, { msg: 'replied', action: 'stop-watching' });
  const click = await bot.until('its outcome', () => clicks()[0]);
  expect(String(click['request'])).toMatch(/^[0-9a-f]{12}$/);
  const stopped = linesOf(bot, { msg: 'watch stopped', request: click['request'] });
  expect(stopped).toHaveLength(1);
});

test('no payload is logged: no trigger, no address to answer at, no text of a person', async ({ bot }) => {
  await bot.type('what about our secret project');
  await bot.until('its outcome', () => linesOf(bot, { msg: 'replied' })[0]);
  const said = JSON.stringify(bot.log());
  expect(said).toContain('event received');
  expect(said).not.toMatch(/trigger|response_url|\/response\/|secret project/);
});
