import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CommandContext } from '../../../src/slack/context.ts';
import { liveOutcome } from '../../../src/slack/commands/watch.ts';
import { settleFailed, settleChannelUnavailable } from '../../../src/store/outbox/settle.ts';
import { MINUTE, NOON, SECOND } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { leaseOf, watching, watchingLive } from '../../support/store.ts';

const database = useMemory();

const outcomeOf = (id: string) => liveOutcome({ database } as unknown as CommandContext, id);

async function leased() {
  const id = await watching(database);
  return { id, owner: 'me', now: NOON, delivery: await leaseOf(database, id) };
}

test('a command hears within seconds of the live message that Slack has', async () => {
  const startedAt = Date.now();
  expect(await outcomeOf(await watchingLive(database))).toBe('posted');
  expect(Date.now() - startedAt).toBeLessThan(2 * SECOND);
});

test('a command hears of a conversation that takes no messages, however late, and though the database was away', async () => {
  const settling = await leased();
  const waiting = outcomeOf(settling.id);
  database.failOn('deliveries');
  await sleep(10 * SECOND);
  database.failOn(null);
  await settleChannelUnavailable(database, settling, 'not_in_channel');
  expect(await waiting).toBe('refused');
});

test('a command hears of a live message that was given up', async () => {
  const settling = await leased();
  await settleFailed(database, settling, 'invalid_blocks');
  expect(await outcomeOf(settling.id)).toBe('other');
});

test('nobody waits for longer than an answer can be given', async () => {
  const { id } = await leased();
  const startedAt = Date.now();
  expect(await outcomeOf(id)).toBe('posted');
  expect(Date.now() - startedAt).toBeGreaterThan(24 * MINUTE);
  expect(Date.now() - startedAt).toBeLessThan(30 * MINUTE);
});
