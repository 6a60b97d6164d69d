import { describe, expect, it } from 'vitest';
import { type Target, targetId } from '../../../src/scan/target.ts';
import * as actions from '../../../src/views/parts/buttons.ts';
import { ALPINE, CONSOLE_URL, REGULAR } from '../support/samples.ts';

describe('a button', () => {
  it.each([
    [actions.watchHereButton(ALPINE), { kind: 'watch-here', targetId: 'alpine:3.16' }],
    [actions.shareHereButton(REGULAR), { kind: 'share-here', targetId: 'regular' }],
    [actions.refreshButton(ALPINE, 7), { kind: 'refresh', targetId: targetId(ALPINE), scan: 7 }],
    [actions.stopWatchingButton('w1', ALPINE), { kind: 'stop-watching', watchId: 'w1' }],
    [actions.openInConsoleButton(CONSOLE_URL), { kind: 'open-in-console' }],
    [actions.moveToBoardButton('1.2'), { kind: 'fold-into-board', thread: '1.2' }],
    [actions.moveToBoardButton(''), { kind: 'fold-into-board', thread: '' }],
    [actions.stopBoardButton('b1'), { kind: 'stop-board', boardId: 'b1' }],
    [actions.stopInListButton('w1', ALPINE), { kind: 'stop-in-list', watchId: 'w1' }],
    [actions.stopInHomeButton('w1', ALPINE), { kind: 'stop-in-home', watchId: 'w1' }],
    [actions.unsubscribeButton('s1', ALPINE), { kind: 'unsubscribe', subscriptionId: 's1' }],
    [actions.rescanButton(ALPINE), { kind: 'rescan', targetId: 'alpine:3.16' }],
    [actions.rescanButton(REGULAR), { kind: 'rescan', targetId: 'regular' }],
    [actions.changeSettingsButton('C1'), { kind: 'change-settings', channel: 'C1' }],
    [actions.refreshHomeButton(), { kind: 'refresh-home' }],
    [actions.startRegularButton(), { kind: 'start-regular' }],
    [actions.stopRegularButton(), { kind: 'stop-regular' }],
  ])('is read back as what it was made for: %o', (button, expected) => {
    expect(actions.parseAction(button!.action_id!, button!.value)).toEqual(expected);
  });

  it('of an older message has no scan', () => {
    expect(actions.parseAction('refresh', 'regular')).toMatchObject({ targetId: 'regular', scan: 0 });
  });

  it.each([
    ['somebody-elses', 'x'],
    ['refresh', undefined],
    ['stop-watching', ''],
  ])('that is none of ours means nothing: %s %s', (id, value) => {
    expect(actions.parseAction(id, value)).toBeNull();
  });

  it('counts what it watches', () => {
    const texts = [2, 3].map((count) => actions.watchAllButton(Array<Target>(count).fill(ALPINE))?.text.text);
    expect(texts).toEqual(['Watch both', 'Watch all 3']);
  });

  it('is left out rather than cut where its value does not fit', () => {
    expect(actions.stopWatchingButton('w'.repeat(2_001), ALPINE)).toBeNull();
  });

  it.each([null, 'javascript:alert(1)', `https://c/${'x'.repeat(3_000)}`])('opens no %s', (url) => {
    expect(actions.openInConsoleButton(url)).toBeNull();
  });
});
