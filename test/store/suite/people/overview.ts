import { expect, it } from 'vitest';
import type { Failure } from '../../../../src/scan/snapshot.ts';
import { EMPTY, down, NOON, scanning, SECOND } from '../../../support/observations.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { imageNamed } from '../../../support/store.ts';
import { sql } from '../../../../src/store/sql.ts';
import { suite, suites } from '../fixture.ts';

const NOTHING = { isReachable: null, answeredAt: null, failure: null };
const AWAY: Failure = { cause: 'unreachable', detail: '', retryAfterMs: null };
const answered = (at: number) => ({ isReachable: true, answeredAt: at, failure: null });

const running = suite('what runs', (store) => {
  it('is what the Console has told of last', async () => {
    await store.watching({ channel: 'C1' });
    await store.readNow(scanning(1, 12), { now: NOON + SECOND });
    expect(await store.runningScans()).toMatchObject([{ snapshot: { state: 'scanning' } }]);
    await store.readNow(EMPTY, { now: NOON + 2 * SECOND });
    expect(await store.runningScans()).toEqual([]);
  });
});

const order = suite('several that run', (store) => {
  it.each([
    [1, 2, 3],
    [3, 1, 2],
    [2, 3, 1],
    [3, 2, 1],
  ])('come in the order of their latest progress: %i, %i, %i', async (...seconds) => {
    for (const [index, second] of seconds.entries()) {
      const target = imageNamed(`image-${index}`);
      await store.watching({ target });
      await store.readNow(scanning(1, 12), { target, now: NOON + second * SECOND });
    }
    const shown = (await store.runningScans()).map(({ target }) => targetId(target));
    expect(shown).toEqual([3, 2, 1].map((second) => `image-${seconds.indexOf(second)}:1`));
  });
});

const health = suite('how the Console does', (store) => {
  it.each([
    ['nothing where it was asked nothing', NOTHING, NOTHING],
    ['what this process was answered, where nothing is followed', answered(NOON), answered(NOON)],
    [
      'what this process was not answered',
      { isReachable: false, answeredAt: NOON, failure: AWAY },
      { isReachable: false, answeredAt: NOON, failure: AWAY },
    ],
  ])('is %s', async (_, own, health) => {
    expect(await store.consoleHealth(own)).toEqual(health);
  });

  it('is by a poll that failed, though another one did not since', async () => {
    for (const [second, reading] of [down(), scanning(1, 12)].entries()) {
      const target = imageNamed(`image-${second}`);
      await store.watching({ target });
      await store.readNow(reading, { target, now: NOON + second * SECOND });
    }
    expect(await store.consoleHealth(NOTHING)).toMatchObject({ isReachable: false });
  });

  it('is by the hundred polls that were last, whatever failed before them', async () => {
    for (const [second, reading] of [down(), scanning(1, 12)].entries()) {
      const target = imageNamed(`image-${second}`);
      await store.watching({ target });
      await store.readNow(reading, { target, now: NOON + second * SECOND });
    }
    await store.query(
      sql`insert into targets (id, number, reference, state, created_at, last_requested_at, next_poll_at)
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 99)
        select 'copy ' || i, t.number + i, t.reference, t.state, 0, t.last_requested_at, 0
          from n join targets t on t.id = 'image-1:1'`,
    );
    expect(await store.consoleHealth(NOTHING)).toMatchObject({ isReachable: true });
  });

  it('is by whatever was read last of what is followed, too', async () => {
    await store.watching({ channel: 'C1' });
    await store.readNow(scanning(1, 12), { now: NOON + SECOND });
    for (const own of [NOTHING, answered(NOON)])
      expect(await store.consoleHealth(own)).toEqual(answered(NOON + SECOND));
    expect(await store.consoleHealth(answered(NOON + 9 * SECOND))).toEqual(answered(NOON + 9 * SECOND));
  });

  it('is out of reach where a reading failed, also of another process', async () => {
    await store.watching({ channel: 'C1' });
    await store.readNow(down(), { now: NOON + SECOND });
    expect(await store.consoleHealth(answered(NOON))).toMatchObject({
      isReachable: false,
      answeredAt: NOON,
      failure: { cause: 'unreachable' },
    });
  });
});

export const overviewSuite = suites(running, order, health);
