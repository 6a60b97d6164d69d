import { expect, it } from 'vitest';
import { planResultsCheck } from '../../../../src/scan/plan.ts';
import { targetId } from '../../../../src/scan/target.ts';
import { NEW_TARGET } from '../../../../src/scan/state/target-state.ts';
import { openWait } from '../../../../src/store/scans/waits.ts';
import { firstResultsCheckAt } from '../../../../src/store/targets.ts';
import {
  dated,
  EMPTY,
  ended,
  HOUR,
  IMAGE,
  type Look,
  MINUTE,
  NOON,
  type Reading,
  REGULAR,
  resultOf,
  scanning,
  SECOND,
  SETTINGS,
  TICK,
} from '../../../support/observations.ts';
import { imageNamed, LEASE_MS } from '../../../support/store.ts';
import { type Store, suite, suites } from '../fixture.ts';
import { sql } from '../../../../src/store/sql.ts';

const AGAIN = 45 * SECOND;

async function take(store: Store, now: number, limit = 20): Promise<readonly string[]> {
  const taken = await store.claimDueResultChecks({ now, againAt: now + AGAIN, limit });
  return taken.map(({ id }) => id).sort();
}

/** A results check of `me`, from claim to commit. */
async function lookNow(store: Store, look: Look, now: number) {
  const leased = await store.leaseTarget(IMAGE, { owner: 'me', now, leaseMs: LEASE_MS });
  const { id, version, ...target } = leased!;
  const watches = await store.watchesOfTarget(id);
  const plan = planResultsCheck({ ...target, results: look(now), watches, settings: SETTINGS });
  return store.recordPlan({ plan, targetId: id, owner: 'me', version, now });
}

const garbled =
  (unparsed: string): Reading =>
  (at) => {
    const failure = { cause: 'garbled', detail: 'not JSON', retryAfterMs: null } as const;
    return { kind: 'failed', at, failure, unparsed };
  };

const looks = suite('a look at the results', (store) => {
  const waiting = async (repository: string, now = NOON) => {
    const target = imageNamed(repository);
    await store.watching({ target, now });
    await store.readNow(dated(EMPTY), { target, now });
  };

  it('that shows an end after the next scan began has the subscription tell both', async () => {
    await store.subscribing();
    await store.readNow(dated(EMPTY), { now: NOON });
    await store.readNow(dated(ended(12, 12)), { now: NOON + TICK });
    await store.readNow(dated(scanning(1, 3)), { now: NOON + 2 * TICK });
    const wait = { target: IMAGE, giveUpAt: NOON + HOUR };
    await openWait(store, { ...wait, id: 'before', now: NOON + TICK });
    await openWait(store, { ...wait, id: 'after', now: NOON + TICK + 1 });
    await lookNow(store, resultOf(NOON + 4 * SECOND), NOON + 3 * TICK);
    expect(await store.valuesOf(sql`select id, state from waits order by id desc`)).toEqual([
      ['before', 'scan-ended'],
      ['after', 'waiting'],
    ]);
    await store.readNow(dated(scanning(2, 3)), { now: NOON + 4 * TICK });
    await store.readNow(dated(ended(3, 3)), { now: NOON + 5 * TICK });
    const watches = sql`select state, after_scan_number from watches order by after_scan_number`;
    expect(await store.valuesOf(watches)).toEqual([
      ['scan-ended', 0],
      ['scan-ended', 1],
      ['active', 2],
    ]);
    expect((await store.pastScans(IMAGE, 9)).map(({ number }) => number)).toEqual([2, 1]);
  });

  it('is due once a watched target was read, for as many as asked for', async () => {
    expect(await firstResultsCheckAt(store)).toBeNull();
    for (const name of ['a', 'b', 'c']) await waiting(name);
    expect(await firstResultsCheckAt(store)).toBe(0);
    expect(await take(store, NOON, 2)).toHaveLength(2);
    expect(await take(store, NOON, 2)).toHaveLength(1);
    expect(await take(store, NOON)).toEqual([]);
    expect(await firstResultsCheckAt(store)).toBe(NOON + AGAIN);
  });

  it('is taken by one, and due again where that one never came back', async () => {
    await waiting('a');
    const both = await Promise.all([take(store, NOON), take(await store.connect(), NOON)]);
    expect(both.flat()).toHaveLength(1);
    expect(await take(store, NOON + AGAIN - 1)).toEqual([]);
    expect(await take(store, NOON + AGAIN)).toEqual(['a:1']);
  });

  it('is not due of a target that nobody watches, also where the last watch was stopped', async () => {
    await store.readNow(dated(EMPTY));
    expect(await take(store, NOON)).toEqual([]);
    const id = await store.watching();
    await store.readNow(dated(EMPTY));
    await store.stopping(id);
    await lookNow(store, resultOf(null), NOON);
    expect(await take(store, NOON + HOUR)).toEqual([]);
  });

  it('that tells an end ends the watches and plans neither reading nor look', async () => {
    const id = await store.watchingLive();
    await store.readNow(dated(EMPTY));
    expect(await lookNow(store, resultOf(NOON + SECOND), NOON + 2 * SECOND)).toBe(true);
    expect(await store.outboxLines(id)).toContain('completion pending 0');
    expect(await take(store, NOON + HOUR)).toEqual([]);
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBeNull();
  });

  it('leaves the next reading as it was', async () => {
    await store.watchingLive();
    await store.readNow(dated(EMPTY));
    const before = (await store.findTarget(IMAGE))?.nextPollAt;
    await lookNow(store, resultOf(null), NOON + SECOND);
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBe(before);
  });
});

const marks = suite('a reading of which nobody knows what became', (store) => {
  const lease = { leaseMs: LEASE_MS, limit: 9 };
  const isResultsCheckDue = async (now: number) => (await take(store, now)).length > 0;

  /** A target whose results were checked a moment ago, and which is due to be polled. */
  async function lookedAt(): Promise<void> {
    await store.watchingLive();
    await store.readNow(dated(EMPTY));
    await take(store, NOON);
    await lookNow(store, resultOf(NOON - HOUR), NOON);
  }

  it('has the results looked at next: its lease was never given back', async () => {
    await lookedAt();
    const dueBy = NOON + LEASE_MS;
    await store.leaseDueTargets({ ...lease, owner: 'killed', now: NOON, dueBy });
    expect(await isResultsCheckDue(NOON + SECOND)).toBe(false);
    await store.leaseDueTargets({ ...lease, owner: 'me', now: dueBy, dueBy });
    expect(await isResultsCheckDue(dueBy)).toBe(true);
  });

  it('stays in doubt after the next reading, which finds nothing', async () => {
    await lookedAt();
    const now = NOON + LEASE_MS;
    await store.leaseTarget(IMAGE, { owner: 'killed', now: NOON, leaseMs: LEASE_MS });
    await store.readNow(dated(EMPTY), { now });
    expect(await isResultsCheckDue(now)).toBe(true);
  });

  it('is none where the lease was given back', async () => {
    await lookedAt();
    await store.readNow(dated(EMPTY), { now: NOON + SECOND });
    expect(await isResultsCheckDue(NOON + 2 * SECOND)).toBe(false);
  });

  it('stays in doubt where who lost it before takes it again, after another was killed reading it', async () => {
    await lookedAt();
    const id = targetId(IMAGE);
    await store.leaseTarget(IMAGE, { owner: 'killed', now: NOON, leaseMs: LEASE_MS });
    const mine = { owner: 'me', now: NOON + LEASE_MS, leaseMs: LEASE_MS };
    await store.renewLease(id, mine);
    expect(await isResultsCheckDue(mine.now)).toBe(true);
    await store.renewLease(id, { ...mine, now: mine.now + 1 });
    expect(await isResultsCheckDue(mine.now + 1)).toBe(false);
  });

  it('can be leased again by who lost it, unless somebody else has it', async () => {
    const at = { now: NOON, leaseMs: LEASE_MS };
    const { id } = (await store.leaseTarget(IMAGE, { owner: 'me', ...at }))!;
    expect(await store.renewLease(id, { owner: 'me', ...at })).toMatchObject({ id });
    const later = { ...at, now: NOON + LEASE_MS };
    expect(await store.renewLease(id, { owner: 'other', ...later })).toMatchObject({ id });
    expect(await store.renewLease(id, { owner: 'me', ...later })).toBeNull();
  });

  it('is kept as it came where it could not be read, for a while', async () => {
    await store.readNow(garbled('[{"isScanOngoing":fal'));
    const kept = () => store.query(sql`select target_id, at, body from unparsed_responses`);
    expect(await kept()).toMatchObject([{ target_id: targetId(IMAGE), body: '[{"isScanOngoing":fal' }]);
    await store.forgetBefore(NOON);
    expect(await kept()).toHaveLength(1);
    await store.forgetBefore(NOON + 1);
    expect(await kept()).toEqual([]);
  });

  it('is not kept beyond the latest five of a target, whatever the clock says', async () => {
    await store.readNow(garbled('of another'), { target: REGULAR });
    for (const count of [1, 2, 3, 4, 5, 6, 7])
      await store.readNow(garbled(`page ${count}`), { now: NOON + count * SECOND });
    await store.readNow(garbled('page 8'), { now: NOON - HOUR });
    const kept = await store.columnOf(sql`select body from unparsed_responses order by number`);
    expect(kept).toEqual(['of another', 'page 4', 'page 5', 'page 6', 'page 7', 'page 8']);
  });
});

const clockChanges = suite('after the clock was set back', (store) => {
  it('a lease that reaches too far ahead is over, and one of a clock that is a little ahead is not', async () => {
    await store.leaseTarget(IMAGE, { owner: 'other', now: NOON, leaseMs: LEASE_MS });
    const ahead = { owner: 'me', now: NOON - LEASE_MS, leaseMs: LEASE_MS };
    expect(await store.leaseTarget(IMAGE, ahead)).toBeNull();
    expect(await store.leaseTarget(IMAGE, { ...ahead, now: NOON - LEASE_MS - 1 })).not.toBeNull();
  });

  it('readings and looks are due at once', async () => {
    await store.watching({ now: NOON + HOUR });
    await store.readNow(dated(EMPTY), { now: NOON + HOUR });
    await lookNow(store, resultOf(null), NOON + HOUR);
    await store.query(sql`update targets set results_check_at = ${NOON + 2 * HOUR}`);
    await store.rescheduleAfterClockChange(NOON);
    expect(await take(store, NOON)).toHaveLength(1);
    const due = { owner: 'me', now: NOON, leaseMs: LEASE_MS, limit: 9, dueBy: NOON };
    expect(await store.leaseDueTargets(due)).toHaveLength(1);
  });

  it('leaves alone what is due already, or never', async () => {
    await store.watching({ now: NOON - MINUTE });
    await store.readNow(dated(EMPTY), { target: imageNamed('unwatched') });
    await store.rescheduleAfterClockChange(NOON);
    expect((await store.findTarget(IMAGE))?.nextPollAt).toBe(NOON - MINUTE);
    expect((await store.findTarget(imageNamed('unwatched')))?.nextPollAt).toBeNull();
  });
});

const earlierStates = suite('a state that an earlier version wrote', (store) => {
  it('has what this version added to it', async () => {
    await store.readNow(dated(EMPTY));
    const { snapshot } = NEW_TARGET;
    const earlier = JSON.stringify({ scan: null, scans: 0, failures: 0, failure: null, snapshot });
    await store.query(sql`update targets set state = ${earlier}`);
    expect((await store.findTarget(IMAGE))?.state).toEqual(NEW_TARGET);
  });
});

export const looksSuite = suites(looks, marks, clockChanges, earlierStates);
