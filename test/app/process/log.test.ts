import { expect } from 'vitest';
import { ALPINE, type RunningBot, SCAN, test, whenEnded, whenLive } from '../../support/running-bot.ts';

type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

function linesOf(bot: RunningBot, has: Readonly<Record<string, unknown>>): Line[] {
  const lines = bot.log() as unknown as readonly Line[];
  return lines.filter((line) => Object.entries(has).every(([name, value]) => line[name] === value));
}

test('a command can be followed by its request to the watch, and by the watch to its end', async ({
  bot,
}) => {
  bot.console.startImageScan(ALPINE, SCAN);
  await bot.type('watch alpine:3.16');
  await whenLive(bot, /discovering/);
  const [watch] = await bot.until('the watch', () => linesOf(bot, { msg: 'watch' }));
  await bot.until(
    'the outcome',
    () => linesOf(bot, { msg: 'replied', request: watch!['request'] }).length === 1,
  );
  const ofRequest = linesOf(bot, { request: watch!['request'] });
  expect(ofRequest.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['event received', 'watch', 'Console responded', 'replied']),
  );
  expect(ofRequest.find(({ msg }) => msg === 'replied')).toMatchObject({
    command: 'watch',
    user: 'U0ALICE',
  });
  bot.pass(200_000);
  await whenEnded(bot, /completed/);
  const delivered = await bot.until('the delivery', () => {
    const lines = linesOf(bot, { msg: 'delivered', watch: watch!['watch'], kind: 'completion' });
    return lines.length > 0 && lines;
  });
  // One line for one end, with its ids; it is nobody's request any more.
  expect(delivered).toEqual([
    expect.objectContaining({ target: 'alpine:3.16', delivery: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
  ]);
  expect(delivered[0]).not.toHaveProperty('request');
});

test('a mention is followed by its event, and a click by an id of its own', async ({ bot }) => {
  const sent = bot.slack.mention({ channel: 'C0GENERAL', user: 'U0BOB', text: '<@U0SCANBOT> watch redis:7' });
  await sent.ack;
  const { ts, channel } = await whenLive(bot, /redis/);
  const mention = await bot.until('its outcome', () => linesOf(bot, { msg: 'replied', command: 'watch' })[0]);
  expect(String(mention['request'])).toMatch(/^message C0GENERAL \d+\.\d+$/);
  await bot.slack.click({ channel, ts, user: 'U0BOB', actionId: 'stop-watching' }).ack;
  const click = await bot.until(
    'its outcome',
    () => linesOf(bot, { msg: 'replied', action: 'stop-watching' })[0],
  );
  expect(String(click['request'])).toMatch(/^[0-9a-f]{12}$/);
  const stopped = linesOf(bot, { msg: 'watch stopped', request: click['request'] });
  expect(stopped).toHaveLength(1);
});

test('no payload is logged: no trigger, no address to answer at, no text of a person', async ({ bot }) => {
  await bot.type('what about our secret project');
  await bot.until('its outcome', () => linesOf(bot, { msg: 'replied' })[0]);
  const said = bot
    .log()
    .map((line) => JSON.stringify(line))
    .join('\n');
  expect(said).toContain('event received');
  expect(said).not.toMatch(/trigger|response_url|\/response\/|secret project/);
});
