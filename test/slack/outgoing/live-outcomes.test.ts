import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LiveOutcome } from '../../../src/slack/context.ts';
import { createLiveOutcomes } from '../../../src/slack/outgoing/live-outcomes.ts';
import { findLiveOutcome } from '../../../src/store/outbox/live-outcome.ts';
import { settleGivenUp, settleChannelUnavailable } from '../../../src/store/outbox/settle.ts';
import { NOON } from '../../support/observations.ts';
import { leaseOf, openMemory, watching, watchingLive } from '../../support/store.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a command hears at once of what its own process sent, without a look into the database', async () => {
  const find = vi.fn(() => Promise.resolve(null));
  const { of, settle } = createLiveOutcomes(find);
  const waiting = of('w1');
  settle({ watchId: 'w1', kind: 'live' }, { kind: 'place-gone' });
  expect(await waiting).toBe('refused');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(find).not.toHaveBeenCalled();
});

test('two commands hear of one live message, and of nothing else that is sent of its watch', async () => {
  const { of, settle } = createLiveOutcomes(() => Promise.resolve(null));
  const both = Promise.all([of('w1'), of('w1')]);
  settle({ watchId: 'w1', kind: 'completion' }, { kind: 'place-gone' });
  settle({ watchId: 'w2', kind: 'live' }, { kind: 'place-gone' });
  settle({ watchId: 'w1', kind: 'live' }, { kind: 'failed' });
  settle({ watchId: 'w1', kind: 'live' }, { kind: 'done' });
  expect(await both).toEqual(['posted', 'posted']);
  const later = of('w1');
  settle({ watchId: 'w1', kind: 'live' }, { kind: 'given-up' });
  expect(await later).toBe('other');
});

test('a command hears of what another process sent, also after the database could not be asked', async () => {
  const answers: (LiveOutcome | null | Error)[] = [new Error('away'), null, 'refused'];
  const find = vi.fn(() => {
    const answer = answers.shift() ?? null;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  const waiting = createLiveOutcomes(find).of('w1');
  await vi.advanceTimersByTimeAsync(9_000);
  expect(await waiting).toBe('refused');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(find).toHaveBeenCalledTimes(3);
});

test('the database tells what became of a live message', async () => {
  const database = await openMemory();
  const find = (id: string) => findLiveOutcome(database, id);
  expect(await find(await watchingLive(database, { channel: 'C1' }))).toBe('posted');
  const settling = async (channel: string) => {
    const id = await watching(database, { channel });
    expect(await find(id)).toBeNull();
    return { id, owner: 'me', now: NOON, delivery: await leaseOf(database, id) };
  };
  const refused = await settling('C2');
  await settleChannelUnavailable(database, refused, 'not_in_channel');
  expect(await find(refused.id)).toBe('refused');
  const broken = await settling('C3');
  await settleGivenUp(database, broken, 'invalid_blocks');
  expect(await find(broken.id)).toBe('other');
  await database.close();
});
