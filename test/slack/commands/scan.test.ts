import { describe, expect, it } from 'vitest';
import type { ControlOutcome } from '../../../src/scan/control.ts';
import type { Snapshot } from '../../../src/scan/snapshot.ts';
import { REGULAR_SCAN } from '../../../src/scan/target.ts';
import { beginStartScan, confirm, startIfAllowed, stopIfAllowed } from '../../../src/slack/commands/scan.ts';
import type { Invocation } from '../../../src/slack/context.ts';
import { watchesInChannel } from '../../../src/store/watches.ts';
import { NEW_TARGET } from '../../../src/scan/state/target-state.ts';
import { EMPTY, IMAGE, scanning, SECOND } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { readNow, watching } from '../../support/store.ts';
import { named, requestOf, textsOf } from './request.ts';

const database = useMemory();

const [APP] = named('app');
const FAILED: ControlOutcome = { kind: 'forbidden' };
const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));

const PROMPT = { outcomeMs: 0, scopeMs: 0, readMs: 0 };
type Console = Partial<typeof PROMPT> & { outcome?: ControlOutcome; shown?: Partial<Snapshot> };

/** A Console that covers no image, and where nothing runs. */
function request(console: Console = {}, invocation: Partial<Invocation> = {}, bot = {}) {
  const { outcomeMs, scopeMs, readMs, outcome = { kind: 'done' }, shown = {} } = { ...PROMPT, ...console };
  const asked: string[] = [];
  const act = (what: string) => () => {
    asked.push(what);
    return after(outcomeMs, outcome);
  };
  const control = {
    startScan: act('start'),
    stopRegularScan: act('stop'),
    fetchScope: () => after(scopeMs, { scope: 'outside', specifications: ['docker.io'] }),
  };
  const observe = () => after(readMs, { snapshot: { ...NEW_TARGET.snapshot, ...shown }, failure: null });
  return { asked, ...requestOf({ database, bot: { control, observe, ...bot }, invocation }) };
}

describe('a start', () => {
  const RUNNING = /^The scan of `alpine:3.16` is running already/;
  const NOT_YET = /^The scan of `app:1` was not started yet/;

  it.each([
    ['that fails within two seconds begins no watch', 2 * SECOND, 0],
    ['that takes three begins it meanwhile', 3 * SECOND, 1],
  ])('%s', async (_, outcomeMs, watches) => {
    const asking = request({ outcome: FAILED, outcomeMs }, { isEphemeral: false });
    let before = 0;
    const startScan = async () => {
      const outcome = await asking.bot.control.startScan(APP!.target);
      before = (await watchesInChannel(database, 'C1')).length;
      return outcome;
    };
    const bot = { ...asking.bot, control: { ...asking.bot.control, startScan } };
    await textsOf(startIfAllowed({ ...asking, bot }, { ...APP!, isWarned: true }));
    expect(before).toBe(watches);
    expect(await watchesInChannel(database, 'C1')).toEqual([]);
  });

  it('that fails late ends no watch that was there before it', async () => {
    await watching(database, APP);
    const asking = request({ outcome: FAILED, outcomeMs: 3 * SECOND }, { isEphemeral: false });
    const texts = await textsOf(startIfAllowed(asking, { ...APP!, isWarned: true }));
    expect(await watchesInChannel(database, 'C1')).toHaveLength(1);
    expect(texts.at(-1)).toMatch(/was not started: /);
  });

  it.each([
    ['of an image that is running is a watch', IMAGE, [], RUNNING, []],
    ['of one that the Console no longer shows asks it', IMAGE, [EMPTY], /^Asking/, ['start']],
    ['of the registry scan is the Console’s to refuse', REGULAR_SCAN, [], /^Asking/, ['start']],
  ])('%s', async (_, target, later, text, expected) => {
    await watching(database, { target });
    for (const reading of [scanning(3, 12), ...later]) await readNow(database, reading, { target });
    const asking = request({ scopeMs: 5 * SECOND }, { isEphemeral: false });
    const [first] = await textsOf(startIfAllowed(asking, { target, isTagAssumed: false }));
    expect([first, asking.asked]).toEqual([expect.stringMatching(text), expected]);
  });

  it.each([
    ['warns where the scope is known within three seconds', 3 * SECOND, NOT_YET, []],
    ['does not wait for a scope that takes five', 5 * SECOND, /^Asking the Console to start/, ['start']],
  ])('%s', async (_, scopeMs, text, expected) => {
    const asking = request({ scopeMs }, { isEphemeral: false });
    const [first] = await textsOf(startIfAllowed(asking, APP!));
    expect([first, asking.asked]).toEqual([expect.stringMatching(text), expected]);
  });

  it.each([
    ['of an image starts it', beginStartScan, APP!, ['start']],
    ['of the registry scan asks first', beginStartScan, { target: REGULAR_SCAN, isTagAssumed: false }, []],
  ])('%s', async (_, begin, target, expected) => {
    const asking = request({ scopeMs: 5 * SECOND }, { isEphemeral: false });
    const texts = await textsOf(begin(asking, target)());
    expect(asking.asked).toEqual(expected);
    expect(texts[0]).toMatch(expected.length > 0 ? /^Asking/ : /^Start the registry scan/);
  });
});

describe('a stop', () => {
  const NONE = /^No registry scan is running/;
  const ACCEPTED = /^The Console accepted the stop/;

  it.each<[string, Console, RegExp]>([
    ['where nothing runs says so', { readMs: 3 * SECOND }, NONE],
    ['where one has ended says so', { shown: { scan: 1, endedAt: 1, state: 'completed' } }, NONE],
    ['where one runs is accepted', { shown: { scan: 1, state: 'scanning' } }, ACCEPTED],
    ['waits no longer than four seconds to know', { readMs: 5 * SECOND }, ACCEPTED],
  ])('%s', async (_, console, text) => {
    const asking = request(console);
    expect(await textsOf(stopIfAllowed(asking))).toEqual([expect.stringMatching(text)]);
    expect(asking.asked).toEqual(['stop']);
  });
});

describe('who may not start or stop, and what a crash has left unknown,', () => {
  const check = (listed: string) => ({ operators: { ids: ['U2'], check: () => Promise.resolve(listed) } });
  const membership = (kind: string | null) => ({ access: { membership: () => Promise.resolve(kind) } });

  it.each<[string, object, Partial<Invocation>, RegExp]>([
    ['is told that they are no operator', check('no'), {}, /^Only operators can .*: <@U2>$/],
    ['is told so without names for all to read', check('no'), { isEphemeral: false }, /shows you who/],
    ['is told that Slack does not list the group', check('unknown'), {}, /^I could not check/],
    ['is told that guests may not', membership('guest'), {}, /^Guests and people of other/],
    ['is told that Slack does not know them', membership(null), {}, /^I could not check/],
    ['is told that it is unknown', {}, { isRetry: true }, /^I restarted while asking/],
  ])('%s', async (_, bot, invocation, text) => {
    const asking = request({}, invocation, bot);
    for (const replies of [startIfAllowed(asking, APP!), stopIfAllowed(asking)])
      expect(await textsOf(replies)).toEqual([expect.stringMatching(text)]);
    expect(asking.asked).toEqual([]);
  });
});

describe('a confirmation', () => {
  const modals = (viewId: string | null, isUpdated: boolean) => {
    const shown: unknown[] = [];
    const openModal = () => Promise.resolve(viewId);
    const updateModal = (_: string, view: unknown) => Promise.resolve(shown.push(view) > 0 && isUpdated);
    return { shown, calls: { openModal, updateModal } };
  };

  it.each<[string, string | null, string | null, boolean, number]>([
    ['is a modal', 'trigger', 'V1', true, 0],
    ['is a button where there is no trigger', null, 'V1', true, 1],
    ['is a button where no modal opens', 'trigger', null, true, 1],
    ['is a button where the modal stays as it is', 'trigger', 'V1', false, 1],
  ])('%s', async (_, triggerId, viewId, isUpdated, replies) => {
    const { calls } = modals(viewId, isUpdated);
    const asking = request({}, { triggerId }, { calls });
    expect(await textsOf(confirm(asking, 'start'))).toHaveLength(replies);
    expect(asking.asked).toEqual([]);
  });

  it('says what runs where the Console says it in time', async () => {
    const { calls, shown } = modals('V1', true);
    for (const readMs of [3 * SECOND, 5 * SECOND])
      await textsOf(confirm(request({ readMs }, { triggerId: 'trigger' }, { calls }), 'stop'));
    expect(shown.map((view) => JSON.stringify(view).includes('nothing to stop'))).toEqual([true, false]);
  });
});
