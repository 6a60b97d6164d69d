import { expect, it } from 'vitest';
import type { Failure } from '../../../../src/scan/snapshot.ts';
import {
  EMPTY,
  down,
  HOUR,
  IMAGE,
  NOON,
  type Reading,
  scanning,
  SECOND,
} from '../../../support/observations.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { imageNamed } from '../../../support/store.ts';
import { sql } from '../../../../src/store/sql.ts';
import { type Store, suite, suites } from '../fixture.ts';

const NOTHING = { isReachable: null, answeredAt: null, failure: null };
const FAILURE: Failure = { cause: 'unreachable', detail: '', retryAfterMs: null };
const AWAY = { isReachable: false, answeredAt: NOON, failure: FAILURE };
const answered = (at: number) => ({ isReachable: true, answeredAt: at, failure: null });

/** Of `image-0`, `image-1` and so on. */
async function poll(store: Store, polls: readonly (readonly [reading: Reading, second: number])[]) {
  for (const [index, [reading, second]] of polls.entries()) {
    const target = imageNamed(`image-${index}`);
    await store.watching({ target });
    await store.readNow(reading, { target, now: NOON + second * SECOND });
  }
}

const running = suite('what runs', (store) => {
  it('is what the Console has told of last', async () => {
    await store.watching();
    for (const target of [IMAGE, imageNamed('asked-once')])
      await store.readNow(scanning(1, 12), { target, now: NOON + SECOND });
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
    const polls = seconds.map((second) => [scanning(1, 12), second] as const);
    await poll(store, polls);
    const shown = (await store.runningScans()).map(({ target }) => targetId(target));
    expect(shown).toEqual([3, 2, 1].map((second) => `image-${seconds.indexOf(second)}:1`));
  });
});

const health = suite('how the Console does', (store) => {
  it.each([
    ['nothing where it was asked nothing', NOTHING, NOTHING],
    ['what this process was answered, where nothing is followed', answered(NOON), answered(NOON)],
    ['what this process was not answered', AWAY, AWAY],
    ['what it was never answered', { ...AWAY, answeredAt: null }, { ...AWAY, answeredAt: null }],
  ])('is %s', async (_, own, expected) => {
    expect(await store.consoleHealth(own)).toEqual(expected);
  });

  const pollTwo = () =>
    poll(store, [
      [down(), 0],
      [scanning(1, 12), 1],
    ]);

  it('is by a poll that failed, though another one did not since', async () => {
    await pollTwo();
    expect(await store.consoleHealth(NOTHING)).toMatchObject({ isReachable: false });
  });

  it('is by the hundred polls that were last, whatever failed before them', async () => {
    await pollTwo();
    await store.query(
      sql`insert into targets (id, number, reference, state, created_at, last_requested_at, next_poll_at)
          with recursive n (i) as (select 1 union all select i + 1 from n where i < 99)
          select 'copy ' || i, t.number + i, t.reference, t.state, 0, t.last_requested_at, t.next_poll_at + ${HOUR}
            from n join targets t on t.id = 'image-1:1'`,
    );
    expect(await store.consoleHealth(NOTHING)).toMatchObject({ isReachable: true });
  });

  it('is by whatever was read last of what is followed, too', async () => {
    await store.watching();
    await store.readNow(scanning(1, 12), { now: NOON + SECOND });
    for (const own of [NOTHING, answered(NOON)])
      expect(await store.consoleHealth(own)).toEqual(answered(NOON + SECOND));
    expect(await store.consoleHealth(answered(NOON + 9 * SECOND))).toEqual(answered(NOON + 9 * SECOND));
  });

  it('is out of reach where a reading failed, also of another process', async () => {
    await store.watching();
    await store.readNow(down(), { now: NOON + SECOND });
    const away = { isReachable: false, answeredAt: NOON, failure: { cause: 'unreachable' } };
    expect(await store.consoleHealth(answered(NOON))).toMatchObject(away);
  });
});

export const overviewSuite = suites(running, order, health);
