/** A hanging call delays only its own target; and a lease lasts as long as its poll. */

import { beforeEach, describe, expect, it } from 'vitest';
import { createTicks } from '../../src/jobs/poll.ts';
import { POLL_LEASE_MS } from '../../src/jobs/record.ts';
import { leaseDueTargets } from '../../src/store/targets.ts';
import { ended, NOON, scanning, SECOND, TICK } from '../support/observations.ts';
import { makeFaulty, openMemory } from '../support/memory.ts';
import { imageNamed, outboxLines, SILENT_LOG, watching } from '../support/store.ts';
import { createFakeConsole, type FakeConsole, observerOf } from './console.ts';

let database: ReturnType<typeof makeFaulty>;
let prisma: FakeConsole;
let now: number;
let alarms: { at: number; run: () => void }[];

beforeEach(async () => {
  database = makeFaulty(await openMemory());
  now = NOON;
  alarms = [];
  prisma = createFakeConsole(scanning(7, 12), () => now);
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

function ticks(owner = 'me') {
  const observer = observerOf(database, prisma, {
    owner,
    now: () => now,
    alarm: (ms, run) => {
      const alarm = { at: now + ms, run };
      alarms.push(alarm);
      return () => (alarms = alarms.filter((one) => one !== alarm));
    },
  });
  return createTicks({ database, observer, owner, now: () => now, log: SILENT_LOG });
}

async function pass(ms: number): Promise<void> {
  for (const until = now + ms; now < until;) {
    now += SECOND;
    for (const alarm of alarms.filter(({ at }) => at <= now)) {
      alarms = alarms.filter((one) => one !== alarm);
      alarm.run();
    }
    await turn();
  }
}

async function watchMany(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await watching(database, { target: imageNamed(`image-${index}`), now: NOON - count + index });
}

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
    await watchMany(3);
    hang(1);
    const tick = ticks();
    for (let times = 0; times < 4; times += 1) {
      await tick();
      await pass(TICK);
    }
    expect(['image-0', 'image-1', 'image-2'].map(askedOf)).toEqual([1, 4, 4]);
  });

  it('takes up one of 24 places: as many others are polled as are left', async () => {
    await watchMany(40);
    hang(23);
    await ticks()();
    await pass(TICK);
    expect(new Set(prisma.asked).size).toBe(40);
  });
});

describe('the lease of a target', () => {
  const due = () =>
    leaseDueTargets(database, { owner: 'other', now, leaseMs: POLL_LEASE_MS, limit: 8, dueBy: now });

  it('is kept for as long as its call goes on', async () => {
    await watchMany(1);
    const answer = Promise.withResolvers<ReturnType<typeof ended>>();
    prisma.answer = () => answer.promise;
    await ticks()();
    await pass(40 * SECOND);
    expect(await due()).toEqual([]);
    answer.resolve(ended(12, 12));
    await pass(SECOND);
    expect((await outboxLines(database)).filter((line) => line.startsWith('completion'))).toHaveLength(1);
  });

  it('of a killed process is taken over within 15 s, tick included', async () => {
    await watchMany(1);
    hang(1);
    await ticks('killed')();
    await pass(4 * SECOND);
    alarms = [];
    const killedAt = now;
    while ((await due()).length === 0) now += SECOND;
    expect(now - killedAt + TICK).toBeLessThanOrEqual(15 * SECOND);
  });
});
