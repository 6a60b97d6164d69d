import { describe, expect, it } from 'vitest';
import { recoverExpired } from '../../../src/store/outbox/lease.ts';
import { ended, MINUTE, scanning, SECOND } from '../../support/observations.ts';
import { LEASE_MS, recovery } from '../../support/store.ts';
import { UNKNOWN } from './fake-channel.ts';
import { advance, callsOf, hold, killWhileSending, useWorld, watchLive, world } from '../world.ts';
import { sql } from '../../../src/store/sql.ts';

useWorld();

describe('what nobody knows the outcome of', () => {
  it('is repeated where it is an edit', async () => {
    const id = await watchLive();
    world.slack.answer = ({ attempts }) => (attempts < 3 ? UNKNOWN : null);
    await advance(scanning(7, 12), 10 * SECOND);
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'update 7', 'update 7']);
    // Earlier ones may still apply; once they cannot, it is rendered for the last time.
    await world.deliverFor(MINUTE);
    expect(callsOf(id)).toHaveLength(5);
    expect(world.slack.lookups).toEqual([]);
    expect(await world.open()).toEqual([]);
  });

  it.each(['live', 'completion'] as const)(
    'is looked for where it is a %s, and settled with its ts',
    async (kind) => {
      await world.watch();
      if (kind === 'completion') {
        await world.deliver();
        await world.read(ended(12, 12));
      }
      world.slack.answer = (delivery) => (delivery.kind === kind ? { kept: UNKNOWN } : null);
      await world.deliverFor(10 * SECOND);
      const messages = world.slack.messages.filter((each) => each.kind === kind);
      expect(messages).toHaveLength(1);
      expect(world.slack.callsAs(kind)).toHaveLength(1);
      const [row] = await world.database.query(sql`select ts, state from deliveries where kind = ${kind}`);
      expect(row).toEqual({ ts: messages[0]?.ts, state: 'sent' });
    },
  );

  it('is edited once it is found', async () => {
    const id = await world.watch();
    world.slack.answer = ({ kind }) => (kind === 'live' ? { kept: UNKNOWN } : null);
    await world.deliver();
    await advance(scanning(7, 12), 10 * SECOND);
    expect(callsOf(id)).toEqual(['live 0', 'update 7']);
  });

  it('is posted again after 15 s in which it did not show, and not before', async () => {
    const id = await world.watch();
    const start = world.now();
    world.slack.answer = ({ attempts }) => (attempts === 1 ? UNKNOWN : null);
    await world.deliverFor(2 * MINUTE);
    expect(callsOf(id)).toEqual(['live 0', 'live 0']);
    const [first, second] = world.slack.calls;
    expect(first?.id).toBe(second?.id);
    expect(second!.at - start).toBe(15 * SECOND);
    expect(world.slack.messages).toHaveLength(1);
  });

  it('is posted once where the history shows it late', async () => {
    await world.watch();
    const start = world.now();
    world.slack.answer = () => ({ kept: UNKNOWN });
    world.slack.find = () => (world.now() - start < 14 * SECOND ? { kind: 'absent' } : null);
    await world.deliverFor(3 * MINUTE);
    expect(world.slack.messages).toHaveLength(1);
    expect(await world.open()).toEqual([]);
  });

  it('is posted again at once where nobody can look', async () => {
    const id = await world.watch();
    const start = world.now();
    world.slack.answer = ({ attempts }) => (attempts === 1 ? UNKNOWN : null);
    world.slack.find = () => ({ kind: 'no-access', error: 'missing_scope' });
    await world.deliverFor(10 * SECOND);
    expect(callsOf(id)).toEqual(['live 0', 'live 0']);
    expect(world.slack.calls[1]!.at - start).toBeLessThan(5 * SECOND);
  });

  it('is looked for again where looking fails, for as long as it takes', async () => {
    const id = await world.watch();
    world.slack.answer = () => ({ kept: UNKNOWN });
    world.slack.find = () => ({ kind: 'failed', error: 'timeout' });
    await world.deliverFor(10 * MINUTE);
    expect(world.slack.lookups.length).toBeGreaterThan(20);
    expect(callsOf(id)).toEqual(['live 0']);
    world.slack.find = () => null;
    await world.deliverFor(MINUTE);
    expect(await world.open()).toEqual([]);
    expect(world.slack.messages).toHaveLength(1);
  });

  it('of one conversation holds up no other', async () => {
    await world.watch({ channel: 'C1' });
    world.slack.answer = () => UNKNOWN;
    await world.deliver();
    world.slack.answer = () => null;
    world.slack.find = () => new Promise(() => undefined);
    world.pass(2 * SECOND);
    const id = await world.watch({ channel: 'C2' });
    await world.begin();
    expect(callsOf(id)).toEqual(['live 0']);
  });
});

describe('a process that was killed', () => {
  it('while it edited has the edit repeated once its lease is over', async () => {
    const id = await watchLive({ reading: scanning(7, 12) });
    await killWhileSending('never');
    expect(callsOf(id)).toEqual(['live 0', 'update 7']);
    await world.deliver();
    world.pass(LEASE_MS - 1);
    const written: string[] = [];
    world.database.before = (text) => /^\s*select/.test(text) || written.push(text);
    await world.deliver();
    world.database.failOn(null);
    expect([written, callsOf(id)]).toEqual([[], ['live 0', 'update 7']]);
    world.pass(1);
    await world.deliver();
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'update 7']);
    await world.deliverFor(MINUTE);
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'update 7', 'update 7']);
    expect(await world.open()).toEqual([]);
  });

  it.each([
    ['after Slack stored it has posted it once', true, 1],
    ['before Slack stored it has it posted once more', false, 2],
  ])('while it posted, %s', async (_, isStored, calls) => {
    const id = await watchLive({ reading: ended(12, 12) });
    await killWhileSending(isStored ? 'stored' : 'never', 'completion');
    await world.deliverFor(3 * MINUTE);
    expect(callsOf(id).filter((call) => call === 'completion 12')).toHaveLength(calls);
    expect(world.slack.messages.filter(({ kind }) => kind === 'completion')).toHaveLength(1);
    expect(await world.open()).toEqual([]);
  });

  it('while it edited, and an end came since, leaves the final state as the last word', async () => {
    const id = await watchLive({ reading: scanning(7, 12) });
    await killWhileSending('never', 'update');
    expect(callsOf(id)).toEqual(['live 0', 'update 7']);
    await advance(ended(12, 12), 2 * MINUTE);
    // Once more when the edit of the killed process cannot land any more.
    const finals = ['final 12', 'final 12'];
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'completion 12', ...finals]);
    expect(await world.open()).toEqual([]);
  });
});

describe('a process that stood still', () => {
  it.each([
    ['may have sent meanwhile', LEASE_MS],
    ['may send before the call is over', LEASE_MS - 10 * SECOND],
  ])('sends nothing that another one %s', async (_, stoodMs) => {
    const id = await world.watch();
    world.database.after = (text) => {
      if (text.includes(`set state = 'sending'`)) world.pass(stoodMs);
    };
    await world.deliver();
    expect(callsOf(id)).toEqual([]);
    world.database.after = () => undefined;
    await world.deliverFor(2 * MINUTE);
    expect(callsOf(id)).toEqual(['live 0']);
    expect(world.slack.messages).toHaveLength(1);
  });

  it('and wakes up with an answer writes nothing over what was learnt since', async () => {
    const id = await watchLive({ reading: scanning(7, 12) });
    const respond = await hold();
    world.pass(LEASE_MS);
    await recoverExpired(world.database, recovery(world.now()));
    world.slack.answer = () => null;
    await world.deliver();
    await respond(UNKNOWN);
    expect(callsOf(id)).toEqual(['live 0', 'update 7', 'update 7']);
    await world.deliverFor(MINUTE);
    expect(callsOf(id)).toHaveLength(4);
    expect(await world.open()).toEqual([]);
  });
});

describe('a database that fails', () => {
  it('after a message was sent leaves it to be looked for, and posted once', async () => {
    await world.watch();
    world.database.failOn(`state = 'sent'`);
    await world.deliver();
    expect(world.log.lines).toContain('error delivery not settled');
    world.database.failOn(null);
    await world.deliverFor(2 * MINUTE);
    expect(world.slack.calls).toHaveLength(1);
    expect(world.slack.messages).toHaveLength(1);
    expect(await world.open()).toEqual([]);
  });

  it('before anything is sent is told to whoever asked for it', async () => {
    await world.watch();
    world.database.failOn('sending');
    await expect(world.deliver()).rejects.toThrow('disk I/O error');
    world.database.failOn(null);
    expect(await world.deliver()).toBe(1);
    expect(world.slack.calls).toHaveLength(1);
  });
});
