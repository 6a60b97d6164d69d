import { expect, it } from 'vitest';
import { targetId } from '../../../../src/scan/target.ts';
import { noticeSilentStarts } from '../../../../src/store/scans/silent-starts.ts';
import {
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  MINUTE,
  NOON,
  scanning,
  SECOND,
  TICK,
} from '../../../support/observations.ts';
import { makeFaulty } from '../../../support/memory.ts';
import { imageNamed } from '../../../support/store.ts';
import { type Store, suite, suites } from '../fixture.ts';
import { WAIT_MS } from '../values.ts';
import { sql } from '../../../../src/store/sql.ts';

const ID = targetId(IMAGE);
const LATER = 2 * HOUR;

interface Story {
  readonly tickMs: number;
  /** Ticks before the scan is requested, and since. */
  readonly before: number;
  readonly since: number;
}

/** The start comes just after a tick. When the notice is recorded, counted in ms from the start; null for never. */
async function noticedAfter(store: Store, { tickMs, before, since }: Story): Promise<number | null> {
  await store.watchingLive();
  for (let tick = 0; tick <= before; tick += 1) await store.readNow(EMPTY, { now: NOON + tick * tickMs });
  const startedAt = NOON + before * tickMs + 1;
  await store.requesting({ now: startedAt });
  for (let now = startedAt; now <= startedAt + since * tickMs; now += 5 * SECOND) {
    if (now > startedAt && (now - startedAt) % tickMs === 0) await store.readNow(EMPTY, { now });
    if ((await store.noticeSilentStarts({ now, waitMs: WAIT_MS, tickMs })) > 0) return now - startedAt;
  }
  return null;
}

const hidden = suite('a scan that was started and does not show', (store) => {
  it.each([
    { tickMs: 5 * SECOND, before: 0, since: 20, noticed: MINUTE },
    { tickMs: 30 * SECOND, before: 0, since: 4, noticed: MINUTE },
    { tickMs: 5 * MINUTE, before: 0, since: 3, noticed: 5 * MINUTE },
    { tickMs: HOUR, before: 0, since: 3, noticed: HOUR },
    { tickMs: HOUR, before: 12, since: 3, noticed: HOUR },
  ])('is told with a tick every $tickMs ms, after $before of them', async ({ noticed, ...story }) => {
    expect(await noticedAfter(store, story)).toBe(noticed);
  });

  it('is told once, and its cause is asked for at once', async () => {
    const id = await store.watchingLive();
    for (let tick = 0; tick < 8; tick += 1) await store.readNow(EMPTY, { now: NOON + tick * 10 * SECOND });
    await store.requesting();
    const now = NOON + 2 * MINUTE;
    expect(await store.nextReportAt()).toBeNull();
    const starts = { now, waitMs: WAIT_MS, tickMs: 10 * SECOND };
    expect(await store.noticeSilentStarts(starts)).toBe(1);
    expect(await store.nextReportAt()).toBe(now);
    expect(await store.noticeSilentStarts(starts)).toBe(0);
    expect(await store.outbox(id, 'notice')).toHaveLength(1);
  });

  it('is told though another report was requested since', async () => {
    await store.watchingLive();
    await store.requesting();
    for (let tick = 0; tick < 8; tick += 1) await store.readNow(EMPTY, { now: NOON + tick * 10 * SECOND });
    await store.query(
      sql`insert into reports (id, target_id, scan, topic, basis, due_at, give_up_at, created_at)
        values ('r', ${ID}, 0, 'stall', '{}', ${null}, 0, ${NOON + SECOND})`,
    );
    const starts = { now: NOON + 2 * MINUTE, waitMs: WAIT_MS, tickMs: 10 * SECOND };
    expect(await store.noticeSilentStarts(starts)).toBe(1);
  });

  it('is not told once it shows', async () => {
    await store.watchingLive();
    await store.requesting();
    await store.readNow(EMPTY, { now: NOON + 2 * MINUTE });
    await store.readNow(scanning(1, 2), { now: NOON + 3 * MINUTE });
    const starts = { now: NOON + 4 * MINUTE, waitMs: WAIT_MS, tickMs: MINUTE };
    expect(await store.noticeSilentStarts(starts)).toBe(0);
  });
});

const silent = suite('a start of which nothing is to be seen', (store) => {
  const readEmpty = async (from: number, target = IMAGE) => {
    for (let count = 0; count <= 12; count += 1)
      await store.readNow(EMPTY, { target, now: from + count * TICK });
  };
  /** At noon, after which the Console shows no scan. */
  const startSilently = async (): Promise<string> => {
    const id = await store.watchingLive();
    await store.requesting();
    await readEmpty(NOON);
    return id;
  };
  const notice = (now: number) => store.noticeSilentStarts({ now, waitMs: WAIT_MS, tickMs: TICK });

  it('is told once, after a minute', async () => {
    const id = await startSilently();
    expect(await notice(NOON + MINUTE - 1)).toBe(0);
    expect(await notice(NOON + MINUTE)).toBe(1);
    expect(await notice(NOON + MINUTE)).toBe(0);
    expect(await notice(NOON + 10 * MINUTE)).toBe(0);
    expect(await store.outbox(id, 'notice')).toHaveLength(1);
  });

  it('is told after five minutes where the Console never answered', async () => {
    await store.watchingLive();
    await store.requesting({ outcome: 'asked' });
    await readEmpty(NOON);
    expect(await notice(NOON + 5 * MINUTE - 1)).toBe(0);
    expect(await notice(NOON + 5 * MINUTE)).toBe(1);
  });

  it('is not told to a subscription that waits in silence, nor to who watches another image', async () => {
    await store.subscribing({ channel: 'C2' });
    await store.watchingLive({ channel: 'C3', target: imageNamed('other') });
    await startSilently();
    expect(await notice(NOON + MINUTE)).toBe(1);
    const channels = await store.columnOf(
      sql`select m.channel from deliveries d join messages m on m.id = d.message_id where d.kind = 'notice'`,
    );
    expect(channels).toEqual(['C1']);
  });

  it('is told again to whoever starts it hours later, though no scan was seen since', async () => {
    const id = await startSilently();
    await notice(NOON + MINUTE);
    await store.requesting({ now: NOON + LATER });
    await readEmpty(NOON + LATER);
    expect(await notice(NOON + LATER + MINUTE)).toBe(1);
    expect(await notice(NOON + LATER + 2 * MINUTE)).toBe(0);
    expect(await store.outbox(id, 'notice')).toHaveLength(2);
    const reports = await store.columnOf(sql`select id from reports where topic = 'start'`);
    expect(new Set(reports).size).toBe(2);
  });

  it.each([
    [0, 30 * MINUTE, 1],
    [0, 30 * MINUTE + 1, 0],
    [1, 10 * MINUTE, 0],
  ])('after %i scans is told in half an hour, after %i ms %i times', async (scans, afterMs, times) => {
    await store.watchingLive();
    await store.requesting();
    if (scans > 0)
      for (const reading of [scanning(1, 2), ended(2, 2)]) await store.readNow(reading, { now: NOON + TICK });
    await readEmpty(NOON + MINUTE);
    expect(await notice(NOON + afterMs)).toBe(times);
  });

  it('is not told of a watch that is stopped meanwhile', async () => {
    const id = await startSilently();
    const faulty = makeFaulty(store);
    faulty.before = (text) => (text.includes('insert into reports') ? store.stopping(id) : undefined);
    await noticeSilentStarts(faulty, { now: NOON + MINUTE, waitMs: WAIT_MS, tickMs: TICK });
    expect(await store.outbox(id, 'notice')).toEqual([]);
  });

  it('is not told where the Console showed no scan but once', async () => {
    await store.watchingLive();
    await store.requesting();
    await store.readNow(EMPTY, { now: NOON + MINUTE });
    expect(await notice(NOON + MINUTE)).toBe(0);
  });

  it('is told of each target, at the time at which its cause is known', async () => {
    const target = imageNamed('other');
    const ids = [await startSilently(), await store.watchingLive({ target })];
    expect(await notice(NOON + MINUTE)).toBe(1);
    await store.requesting({ target });
    await readEmpty(NOON, target);
    expect(await notice(NOON + MINUTE)).toBe(1);
    const due = { kind: 'notice', dueAt: NOON + MINUTE + WAIT_MS };
    for (const id of ids) expect((await store.outbox(id)).at(-1)).toMatchObject(due);
  });

  it('is told once of two who started it at the same time', async () => {
    const id = await store.watchingLive();
    await readEmpty(NOON + SECOND);
    const last = await store.requesting({ now: NOON + SECOND, userId: 'U2' });
    await store.requesting();
    expect(await notice(NOON + MINUTE + SECOND)).toBe(1);
    expect(await notice(NOON + MINUTE + 2 * SECOND)).toBe(0);
    expect(await store.outbox(id, 'notice')).toHaveLength(1);
    expect(await store.columnOf(sql`select id from reports`)).toEqual([`${ID} 0 start ${last}`]);
  });

  it('that an earlier version told of is not told again, and the next one is', async () => {
    const id = await startSilently();
    await store.query(
      sql`insert into reports (id, target_id, scan, topic, basis, due_at, give_up_at, created_at)
          values (${`${ID} 0 start`}, ${ID}, 0, 'start', '{"newerThan":null,"before":null}', null, ${NOON + MINUTE},
            ${NOON + MINUTE})`,
    );
    expect(await notice(NOON + 2 * MINUTE)).toBe(0);
    await store.requesting({ now: NOON + LATER });
    await readEmpty(NOON + LATER);
    expect(await notice(NOON + LATER + MINUTE)).toBe(1);
    expect(await store.outbox(id, 'notice')).toHaveLength(1);
  });
});

export const silentStartsSuite = suites(silent, hidden);
