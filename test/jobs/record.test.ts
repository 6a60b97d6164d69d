import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { POLL_LEASE_MS, record } from '../../src/jobs/record.ts';
import { planPoll } from '../../src/scan/plan.ts';
import { targetId } from '../../src/scan/target.ts';
import { leaseTarget } from '../../src/store/targets.ts';
import { watchesOfTarget } from '../../src/store/watches.ts';
import { IMAGE, NOON, scanning, SECOND, SETTINGS } from '../support/observations.ts';
import { useMemory } from '../support/memory.ts';
import { watching } from '../support/store.ts';
import { sql } from '../../src/store/sql.ts';

const database = useMemory();

beforeEach(async () => {
  await watching(database);
});

/** Records a poll; `pause` is called for each wait, and may repair what is broken. */
async function recordReading(pause: (pauses: readonly number[]) => unknown, { isWaiting = false } = {}) {
  const leased = await leaseTarget(database, IMAGE, { owner: 'me', now: NOON, leaseMs: POLL_LEASE_MS });
  const watches = await watchesOfTarget(database, targetId(IMAGE));
  const pauses: number[] = [];
  let recorded = 0;
  await pause(pauses);
  const options = {
    database,
    owner: 'me',
    now: () => NOON,
    onRecorded: () => (recorded += 1),
    ...(!isWaiting && {
      pause: async (ms: number) => {
        pauses.push(ms / SECOND);
        await pause(pauses);
      },
    }),
  };
  const observation = scanning(7, 12)(NOON);
  const plan: Parameters<typeof record>[1]['plan'] = ({ target, state }, now) =>
    planPoll({ target, state, observation, watches: now, settings: SETTINGS, random: 0 });
  const observed = await record(options, { leased: leased!, watches, plan }).catch((error: unknown) => error);
  return { observed, pauses, recorded };
}

describe('a reading', () => {
  it('is recorded once the database takes it, tried ever more rarely', async () => {
    const { observed, pauses, recorded } = await recordReading((so) =>
      database.failOn(so.length < 13 ? 'targets' : null),
    );
    expect(pauses).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10]);
    expect([observed, recorded]).toMatchObject([{ snapshot: { images: { scanned: 7 } } }, 1]);
  });

  it('waits by itself between its tries', async () => {
    setTimeout(() => database.failOn(null), 2_500);
    const { observed } = await recordReading(() => database.failOn('targets'), { isWaiting: true });
    expect(observed).toMatchObject({ snapshot: { images: { scanned: 7 } } });
  });

  it('is given up after an hour of tries', async () => {
    const { observed, pauses, recorded } = await recordReading(() => database.failOn('targets'));
    expect([pauses.length, recorded]).toEqual([400, 0]);
    expect(observed).toMatchObject({
      message: expect.stringMatching(/could not be recorded: disk I\/O error$/) as string,
    });
  });

  it('waits a second at a time while somebody else has its lease', async () => {
    const lend = (owner: string | null) =>
      database.query(
        sql`update targets set lease_owner = ${owner}, version = version + 1,
            lease_until = ${owner === null ? null : NOON + POLL_LEASE_MS}`,
      );
    const { observed, pauses } = await recordReading(async (so) => {
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      await lend(so.length < 3 ? 'other' : null);
    });
    expect(pauses).toEqual([1, 1, 1]);
    expect(observed).toMatchObject({ snapshot: { images: { scanned: 7 } } });
  });
});
