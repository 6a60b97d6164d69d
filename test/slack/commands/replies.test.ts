import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { showImages } from '../../../src/slack/commands/named-images.ts';
import { readContext, showProgress, showShared } from '../../../src/slack/commands/progress.ts';
import { openSettings } from '../../../src/slack/commands/settings.ts';
import { DEFAULT_SETTINGS } from '../../../src/scan/channel-settings.ts';
import { NEW_TARGET } from '../../../src/scan/state/target-state.ts';
import { saveSettings } from '../../../src/store/channel-settings.ts';
import { ended, IMAGE, NOON, scanning, SECOND } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { imageNamed, readNow, watching } from '../../support/store.ts';
import { reporting } from '../../store/suite/steps.ts';
import { findings, imageReport } from '../../store/suite/values.ts';
import { requestOf } from './request.ts';

const database = useMemory();

it.each([
  ['yes', 'C1', true],
  ['yes', 'C2', false],
  ['no', 'C1', false],
  ['unknown', 'C1', false],
])(
  'what is watched here is shown to who clicks and is a member: %s, %s',
  async (member, channel, expected) => {
    await watching(database, { target: IMAGE, channel });
    const bot = { access: { isMember: () => Promise.resolve(member) } };
    const request = requestOf({ database, bot, invocation: { isTyped: false } });
    expect((await readContext(request, IMAGE, null)).isWatchedHere).toBe(expected);
  },
);

describe('a reply about a scan that has ended', () => {
  const shown = async (isEphemeral: boolean, scanBefore?: number) => {
    const request = requestOf({ database, bot: { consoleLink: () => null }, invocation: { isEphemeral } });
    return JSON.stringify(await showProgress(request, { target: IMAGE, isTagAssumed: false }, scanBefore));
  };
  const found = () => reporting(database, imageReport({ findings: findings({ critical: 1 }) }));

  it.each([
    ['for all waits for what it found', false, 3, true],
    ['for all does not wait for long', false, 7, false],
    ['for one person, who may refresh it, does not wait', true, 3, false],
  ])('%s', async (_, isEphemeral, seconds, isWaitedFor) => {
    await watching(database, { target: IMAGE });
    await readNow(database, ended(12, 12));
    const [reply] = await Promise.all([shown(isEphemeral), sleep(seconds * SECOND).then(found)]);
    expect(reply.includes('1 critical')).toBe(isWaitedFor);
  });

  const request = (bot: object) =>
    requestOf({
      database,
      bot: { consoleLink: () => null, ...bot },
      invocation: { isEphemeral: false, isTyped: false },
    });

  it('for all asks Slack but once who is there, however long it waits', async () => {
    await watching(database, { target: IMAGE });
    for (const reading of [scanning(1, 12), ended(12, 12)]) await readNow(database, reading);
    await watching(database, { target: IMAGE });
    let asked = 0;
    const isMember = () => Promise.resolve((asked += 1) > 0 && 'yes');
    const bot = request({ access: { isMember } });
    const [reply] = await Promise.all([showShared(bot, IMAGE), sleep(3 * SECOND).then(found)]);
    expect([JSON.stringify(reply).includes('1 critical'), asked]).toEqual([true, 1]);
  });

  it('for all does not wait where the process ends', async () => {
    await watching(database, { target: IMAGE });
    await readNow(database, ended(12, 12));
    const shutdown = new AbortController();
    const beganAt = Date.now();
    const reply = showShared(request({ shutdown: shutdown.signal }), IMAGE);
    await sleep(SECOND);
    shutdown.abort();
    expect(JSON.stringify(await reply)).toContain('findings not known yet');
    expect(Date.now() - beganAt).toBeLessThan(2 * SECOND);
  });

  it('says that it is a newer one where an earlier scan was shown', async () => {
    for (const reading of [scanning(1, 12), ended(12, 12), scanning(1, 12)]) {
      await watching(database, { target: IMAGE });
      await readNow(database, reading);
    }
    const isNewer = async (before: number) => (await shown(true, before)).includes('A newer scan');
    expect([await isNewer(0), await isNewer(1), await isNewer(2)]).toEqual([false, true, false]);
  });
});

it('the first five images of many are looked up', async () => {
  const asked: unknown[] = [];
  const observe = (target: unknown) =>
    Promise.resolve(asked.push(target) > 0 && { snapshot: NEW_TARGET.snapshot, failure: null });
  const targets = Array.from({ length: 7 }, (_, number) => imageNamed(`app-${number}`));
  await showImages(requestOf({ database, bot: { observe } }), targets);
  expect(asked).toEqual(targets.slice(0, 5));
});

describe('the modal of settings', () => {
  const quietHours = { from: 0, until: 60, timeZone: 'UTC' };

  it.each<[string, string | null, object, boolean, string[]]>([
    ['opens with the time zone of the person', 'T1', {}, true, ['zone', 'modal']],
    ['opens with that of the quiet hours', 'T1', { quietHours }, true, ['modal']],
    ['does not open without a click', null, {}, false, []],
  ])('%s', async (_, triggerId, changes, isOpened, expected) => {
    const settings = { ...DEFAULT_SETTINGS, ...changes };
    await saveSettings(database, { channel: 'C1', settings, userId: 'U1', now: NOON });
    const asked: string[] = [];
    const calls = {
      timeZoneOf: () => Promise.resolve(asked.push('zone') > 0 && 'Europe/Berlin'),
      openModal: () => Promise.resolve(asked.push('modal') > 0 && 'V1'),
    };
    const request = requestOf({ database, bot: { calls }, invocation: { triggerId } });
    expect([await openSettings(request, 'C1'), asked]).toEqual([isOpened, expected]);
  });
});
