import { expect, it } from 'vitest';
import { targetId } from '../../../../src/scan/target.ts';
import { noticeSilentStarts } from '../../../../src/store/scans/silent-starts.ts';
import { type NewRequest } from '../../../../src/store/scans/scan-requests.ts';
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
import { imageNamed, saying } from '../../../support/store.ts';
import { type Store, suite, suites } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

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
  const asked = { target: IMAGE, kind: 'start', userId: 'U1', channel: 'C1', now: startedAt } as const;
  await store.settleRequest(await store.recordRequest(asked), 'done');
  for (let now = startedAt; now <= startedAt + since * tickMs; now += 5 * SECOND) {
    if (now > startedAt && (now - startedAt) % tickMs === 0) await store.readNow(EMPTY, { now });
    if ((await store.noticeSilentStarts({ now, waitMs: 20 * SECOND, tickMs })) > 0) return now - startedAt;
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
    const asked = { target: IMAGE, kind: 'start', userId: 'U1', channel: 'C1', now: NOON } as const;
    await store.settleRequest(await store.recordRequest(asked), 'done');
    const now = NOON + 2 * MINUTE;
    expect(await store.nextReportAt()).toBeNull();
    const starts = { now, waitMs: 20 * SECOND, tickMs: 10 * SECOND };
    expect(await store.noticeSilentStarts(starts)).toBe(1);
    expect(await store.nextReportAt()).toBe(now);
    expect(await store.noticeSilentStarts(starts)).toBe(0);
    expect((await store.outbox(id)).filter(({ kind }) => kind === 'notice')).toHaveLength(1);
  });

  it('is not told once it shows', async () => {
    await store.watchingLive();
    const asked = { target: IMAGE, kind: 'start', userId: 'U1', channel: 'C1', now: NOON } as const;
    await store.settleRequest(await store.recordRequest(asked), 'done');
    await store.readNow(EMPTY, { now: NOON + 2 * MINUTE });
    await store.readNow(scanning(1, 2), { now: NOON + 3 * MINUTE });
    const starts = { now: NOON + 4 * MINUTE, waitMs: 20 * SECOND, tickMs: MINUTE };
    expect(await store.noticeSilentStarts(starts)).toBe(0);
  });
});

const ID = targetId(IMAGE);
const LATER = 2 * HOUR;

const silent = suite('a start of which nothing is to be seen', (store) => {
  const start = async (now: number, userId = 'U1') => {
    const request: NewRequest = { target: IMAGE, kind: 'start', userId, channel: 'C1', now };
    const id = await store.recordRequest(request);
    await store.settleRequest(id, 'done');
    return id;
  };
  const readEmpty = async (from: number) => {
    for (let count = 0; count <= 12; count += 1) await store.readNow(EMPTY, { now: from + count * TICK });
  };
  const notice = (now: number) => store.noticeSilentStarts({ now, waitMs: 20 * SECOND, tickMs: TICK });
  const notices = async (messageId: string) =>
    (await store.outbox(messageId)).filter(({ kind }) => kind === 'notice').length;

  it('is told once, after a minute', async () => {
    const id = await store.watchingLive();
    await start(NOON);
    await readEmpty(NOON);
    expect(await notice(NOON + MINUTE - 1)).toBe(0);
    expect(await notice(NOON + MINUTE)).toBe(1);
    expect(await notice(NOON + MINUTE)).toBe(0);
    expect(await notice(NOON + 10 * MINUTE)).toBe(0);
    expect(await notices(id)).toBe(1);
  });

  it('is told after five minutes where the Console never answered', async () => {
    await store.watchingLive();
    const request = { target: IMAGE, kind: 'start', userId: 'U1', channel: 'C1', now: NOON } as const;
    await store.recordRequest(request);
    await readEmpty(NOON);
    expect(await notice(NOON + 5 * MINUTE - 1)).toBe(0);
    expect(await notice(NOON + 5 * MINUTE)).toBe(1);
  });

  it('is not told to a subscription that waits in silence', async () => {
    await store.watchingLive();
    await store.subscribe({ target: IMAGE, channel: 'C2', userId: 'U1', now: NOON });
    await start(NOON);
    await readEmpty(NOON);
    expect(await notice(NOON + MINUTE)).toBe(1);
    const rows = await store.query(
      sql`select m.channel from deliveries d join messages m on m.id = d.message_id where d.kind = 'notice'`,
    );
    expect(rows).toEqual([{ channel: 'C1' }]);
  });

  it('is told again to whoever starts it hours later, though no scan was seen since', async () => {
    const id = await store.watchingLive();
    await readEmpty(NOON);
    await start(NOON);
    await notice(NOON + MINUTE);
    await start(NOON + LATER);
    await readEmpty(NOON + LATER);
    expect(await notice(NOON + LATER + MINUTE)).toBe(1);
    expect(await notice(NOON + LATER + 2 * MINUTE)).toBe(0);
    expect(await notices(id)).toBe(2);
    const rows = await store.query(sql`select id from reports where topic = 'start'`);
    expect(new Set(rows.map((row) => row['id'])).size).toBe(2);
  });

  it.each([
    [0, 30 * MINUTE, 1],
    [0, 30 * MINUTE + 1, 0],
    [1, 10 * MINUTE, 0],
  ])('after %i scans is told in half an hour, after %i ms %i times', async (scans, afterMs, times) => {
    await store.watchingLive();
    await start(NOON);
    if (scans > 0)
      for (const reading of [scanning(1, 2), ended(2, 2)]) await store.readNow(reading, { now: NOON + TICK });
    await readEmpty(NOON + MINUTE);
    expect(await notice(NOON + afterMs)).toBe(times);
  });

  it('is not told of a watch that is stopped meanwhile', async () => {
    const id = await store.watchingLive();
    await start(NOON);
    await readEmpty(NOON);
    const faulty = makeFaulty(store);
    faulty.before = (text) =>
      text.includes('insert into reports')
        ? store.stopWatch({ id, now: NOON, content: saying(0, 'stopped') })
        : undefined;
    await noticeSilentStarts(faulty, { now: NOON + MINUTE, waitMs: 20 * SECOND, tickMs: TICK });
    expect(await notices(id)).toBe(0);
  });

  it('is not told where the Console showed no scan but once', async () => {
    await store.watchingLive();
    await start(NOON);
    await store.readNow(EMPTY, { now: NOON + MINUTE });
    expect(await notice(NOON + MINUTE)).toBe(0);
  });

  it('is told of each target, at the time at which its cause is known', async () => {
    const other = imageNamed('other');
    const ids = [await store.watchingLive(), await store.watchingLive({ target: other })];
    await start(NOON);
    await readEmpty(NOON);
    expect(await notice(NOON + MINUTE)).toBe(1);
    const request = { target: other, kind: 'start', userId: 'U1', channel: 'C1', now: NOON } as const;
    await store.settleRequest(await store.recordRequest(request), 'done');
    for (let count = 0; count <= 12; count += 1)
      await store.readNow(EMPTY, { target: other, now: NOON + count * TICK });
    expect(await notice(NOON + MINUTE)).toBe(1);
    for (const id of ids)
      expect((await store.outbox(id)).at(-1)).toMatchObject({
        kind: 'notice',
        dueAt: NOON + MINUTE + 20 * SECOND,
      });
  });

  it('is told once of two who started it at the same time', async () => {
    const id = await store.watchingLive();
    await readEmpty(NOON + SECOND);
    const last = await start(NOON + SECOND, 'U2');
    await start(NOON);
    expect(await notice(NOON + MINUTE + SECOND)).toBe(1);
    expect(await notice(NOON + MINUTE + 2 * SECOND)).toBe(0);
    expect(await notices(id)).toBe(1);
    expect(await store.query(sql`select id from reports`)).toEqual([{ id: `${ID} 0 start ${last}` }]);
  });

  it('that an earlier version told of is not told again, and the next one is', async () => {
    const id = await store.watchingLive();
    await readEmpty(NOON);
    await start(NOON);
    await store.query(
      sql`insert into reports (id, target_id, scan, topic, basis, due_at, give_up_at, created_at)
        values (${`${ID} 0 start`}, ${ID}, 0, 'start', '{"newerThan":null,"before":null}', null, ${NOON + MINUTE},
          ${NOON + MINUTE})`,
    );
    expect(await notice(NOON + 2 * MINUTE)).toBe(0);
    await start(NOON + LATER);
    await readEmpty(NOON + LATER);
    expect(await notice(NOON + LATER + MINUTE)).toBe(1);
    expect(await notices(id)).toBe(1);
  });
});

export const silentStartsSuite = suites(silent, hidden);
