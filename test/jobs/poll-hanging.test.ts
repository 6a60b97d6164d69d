/** A hanging call delays only its own target; and a lease lasts as long as its poll. */

import { beforeEach, describe, expect, it } from 'vitest';
import { createTicks } from '../../src/jobs/poll.ts';
import { POLL_LEASE_MS } from '../../src/jobs/record.ts';
import { leaseDueTargets } from '../../src/store/targets.ts';
import { ended, scanning, SECOND, TICK } from '../support/observations.ts';
import { outboxLines, watchingMany } from '../support/store.ts';
import { database, now, pass, pollOptions, prisma, startObserver, usePolling } from './console.ts';
import { createAlarms, type FakeAlarms } from './timing/alarms.ts';

usePolling(scanning(7, 12));
let alarms: FakeAlarms;

beforeEach(() => {
  alarms = createAlarms({ now, pass });
});

const ticks = (owner = 'me') =>
  createTicks(pollOptions({ owner, observer: startObserver({ owner, alarm: alarms.alarm }) }));

/** The Console never responds for the first `count` images. */
function hang(count: number): void {
  prisma.answer = (target) => {
    const { repository } = target.kind === 'image' ? target.reference : { repository: '' };
    const isHanging = Number(repository.replace('image-', '')) < count;
    return isHanging ? new Promise(() => undefined) : scanning(7, 12);
  };
}

const askedOf = (name: string) => prisma.asked.filter((line) => line.startsWith(`${name}:`)).length;

describe('a target whose call hangs', () => {
  it('delays none of the same tick, and none of the next ones', async () => {
    await watchingMany(database, 3);
    hang(1);
    const tick = ticks();
    for (let times = 0; times < 4; times += 1) {
      await tick();
      await alarms.pass(TICK);
    }
    expect(['image-0', 'image-1', 'image-2'].map(askedOf)).toEqual([1, 4, 4]);
  });

  it('takes up one of 24 places: as many others are polled as are left', async () => {
    await watchingMany(database, 40);
    hang(23);
    await ticks()();
    await alarms.pass(TICK);
    expect(new Set(prisma.asked).size).toBe(40);
  });
});

describe('the lease of a target', () => {
  const due = () => {
    const lease = { owner: 'other', now: now(), leaseMs: POLL_LEASE_MS, limit: 8 };
    return leaseDueTargets(database, { ...lease, dueBy: now() });
  };

  it('is kept for as long as its call goes on', async () => {
    await watchingMany(database, 1);
    const answer = Promise.withResolvers<ReturnType<typeof ended>>();
    prisma.answer = () => answer.promise;
    await ticks()();
    await alarms.pass(40 * SECOND);
    expect(await due()).toEqual([]);
    answer.resolve(ended(12, 12));
    await alarms.pass(SECOND);
    expect((await outboxLines(database)).filter((line) => line.startsWith('completion'))).toHaveLength(1);
  });

  it('of a killed process is taken over within 15 s, tick included', async () => {
    await watchingMany(database, 1);
    hang(1);
    await ticks('killed')();
    await alarms.pass(4 * SECOND);
    alarms.clear();
    const killedAt = now();
    while ((await due()).length === 0) pass(SECOND);
    expect(now() - killedAt + TICK).toBeLessThanOrEqual(15 * SECOND);
  });
});
