import { expect, it } from 'vitest';
import { EDIT_SPACING } from '../../../src/store/limits/spacing.ts';
import type { Receipt } from '../../../src/scan/delivery.ts';
import { targetId } from '../../../src/scan/target.ts';
import { ended, HOUR, IMAGE, MINUTE, scanning, SECOND } from '../../support/observations.ts';
import { LEASE_MS } from '../../support/store.ts';
import { type Answer, MESSAGE_GONE, refused, UNKNOWN, UNSENT } from './fake-channel.ts';
import { advance, killWhileSending, stop, useWorld, watchLive, world } from '../world.ts';
import { sql } from '../../../src/store/sql.ts';

useWorld();

async function deliverAll(): Promise<void> {
  while ((await world.deliver()) > 0);
}

it('uses up what the pace of edits permits, to the last, and makes no more', async () => {
  await watchLive();
  for (let second = 1; second <= 55; second += 1) {
    await advance(scanning(second, 100));
    world.pass(SECOND);
  }
  const { atOnce, stepMs } = EDIT_SPACING;
  expect(world.slack.callsAs('update')).toHaveLength(atOnce + Math.floor((54 * SECOND) / stepMs));
});

it('counts final states among the edits, also where the clock is set back meanwhile', async () => {
  for (let channel = 0; channel < 5; channel += 1) await world.watch({ channel: `C${channel}` });
  await deliverAll();
  await world.read(ended(12, 12));
  await deliverAll();
  expect(world.slack.callsAs('final')).toHaveLength(EDIT_SPACING.atOnce);
  world.pass(-HOUR);
  await deliverAll();
  expect(world.slack.callsAs('final')).toHaveLength(EDIT_SPACING.atOnce);
  world.pass(61 * SECOND);
  await deliverAll();
  expect(world.slack.callsAs('final')).toHaveLength(2 * EDIT_SPACING.atOnce);
});

it('looks at once for what a killed process was posting when the clock was set back since', async () => {
  await world.watch();
  await killWhileSending('never');
  world.pass(-HOUR);
  await world.deliver();
  expect(world.slack.lookups).toHaveLength(1);
});

it.each<[string, Answer, readonly string[]]>([
  ['was not sent', UNSENT, ['warn not delivered yet; trying again']],
  ['may have been posted', UNKNOWN, ['warn post ambiguous; searching the conversation first']],
  [
    'has blocks that Slack rejects',
    refused('malformed'),
    ['error Slack rejected the blocks, a bug to report; sending the text alone'],
  ],
  ['has a table that Slack rejects', refused('table'), ['warn Slack rejected the table; sending it as text']],
  ['has no channel any more', refused('place-gone'), ['warn channel unavailable; watch ended']],
  [
    'is sent with a bad token',
    refused('unauthorized'),
    ['error Slack rejects SLACK_BOT_TOKEN; deliveries stay queued until it works'],
  ],
  ['is refused', refused('other'), ['error Slack rejected it permanently; given up']],
])('logs what an operator must do about a message that %s', async (_, answer, expected) => {
  await world.watch();
  world.slack.answer = () => answer;
  await world.deliver();
  expect(world.log.lines).toEqual(expected);
});

it.each<[string, Receipt, string]>([
  ['is gone', MESSAGE_GONE, 'info live message deleted; the completion will still be posted'],
  ['is closed', refused('edit-closed'), 'info edit window closed; a new live message continues'],
])('logs that a live message %s', async (_, answer, expected) => {
  await watchLive();
  world.slack.answer = () => answer;
  await advance(scanning(3, 12));
  expect(world.log.lines).toEqual(['info delivered', expected]);
});

it.each([
  ['a recovery', false, ['warn recovering deliveries of a crashed process']],
  ['none where another process has settled it meanwhile', true, []],
])('logs %s', async (_, isSettled, expected) => {
  await world.watch();
  await killWhileSending('never');
  world.pass(LEASE_MS);
  world.database.after = (text) =>
    isSettled && text.includes('group by kind, state')
      ? world.database.query(sql`update deliveries set state = 'sent'`)
      : undefined;
  await world.deliver();
  expect(world.log.lines).toEqual(expected);
});

it.each(['is empty', 'has none that is due', 'has only one that is looked for'])(
  'spends no try of a refused token on an outbox that %s',
  async (what) => {
    const id = await world.watch();
    if (what.endsWith('looked for')) {
      await world.watch({ channel: 'C3' });
      world.slack.find = () => ({ kind: 'failed', error: 'timeout' });
    }
    world.slack.answer = ({ conversation: { channel } }) =>
      channel === 'C3' ? UNKNOWN : refused('unauthorized');
    await world.deliver();
    await stop(id);
    if (what.endsWith('due')) await world.watch({ channel: 'C3', liveDelayMs: HOUR });
    world.pass(2 * MINUTE);
    const { length } = world.slack.calls;
    await world.deliver();
    await world.watch({ channel: 'C2' });
    await world.deliver();
    expect(world.slack.calls).toHaveLength(length + 1);
  },
);

it('logs each message that was delivered, updates for debugging alone', async () => {
  const watch = await watchLive();
  world.slack.answer = ({ attempts }) => (attempts === 1 ? UNSENT : null);
  await advance(scanning(3, 12), 2 * SECOND);
  expect(world.log.lines).toEqual([
    'info delivered',
    'warn not delivered yet; trying again',
    'debug delivered',
  ]);
  const delivery = expect.any(String) as string;
  const common = { delivery, watch, target: targetId(IMAGE) };
  expect(world.log.fields).toEqual([
    { ...common, kind: 'live', attempts: 1 },
    { ...common, kind: 'update', attempts: 1, error: 'ECONNREFUSED' },
    { ...common, kind: 'update', attempts: 2 },
  ]);
});

it('logs an end that cannot be read, which another version may read', async () => {
  await watchLive({ reading: ended(12, 12) });
  await world.database.query(sql`update watches set content = 'null'`);
  await world.deliver();
  expect(new Set(world.log.lines.slice(1))).toEqual(
    new Set(['error end unreadable to this version; tried again every ten minutes, for a day']),
  );
});

it('logs what cannot be read, and sends what came with it', async () => {
  const broken = await world.watch({ channel: 'C1' });
  const whole = await world.watch({ channel: 'C2' });
  await world.database.query(sql`delete from watches where id = ${broken}`);
  await deliverAll();
  expect(world.slack.calls.map(({ messageId }) => messageId)).toEqual([whole]);
  expect(world.log.lines).toEqual(['error delivery unreadable, a bug to report; given up', 'info delivered']);
});
