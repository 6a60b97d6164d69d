import { beforeAll, describe, expect, test, type TestContext, vi } from 'vitest';
import type { Browser } from 'playwright-core';

import { CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import { findChromium, launchChromium, viewSlack } from '../../support/program/program-browser.ts';
import { hasNoLocalSlack, openScene } from '../../support/program/program-world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 });

const chromium = findChromium();
if (chromium === null) {
  process.stderr.write(
    '\nSKIPPED: the test in a browser, for there is no Chromium. Install it: apt install chromium\n\n',
  );
}

const SCAN = { repositories: 1, images: 12, durationMs: 1_000_000 };
const { id: channel, name } = CHANNELS.platform;

describe.skipIf(hasNoLocalSlack || chromium === null)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(chromium ?? '');
    return () => browser.close();
  });

  /** The page of a scan that goes on. */
  async function openPage(context: TestContext, environment = {}) {
    const scene = await openScene(context, { channel, scan: SCAN, environment });
    return { scene, view: await viewSlack(browser, scene.slack.page) };
  }

  test('a person types a watch, sees the message move, and finds the completion in its thread', async (context) => {
    const { scene, view } = await openPage(context);
    await view.actAs(PEOPLE.platform.id);
    await view.open(name);

    await view.send('/scanprogress alpine:3.16');
    const ephemeral = view.page.locator('.messages .msg', { has: view.page.locator('.badge-eph') });
    await ephemeral.getByText('Discovering tags', { exact: true }).waitFor();

    await view.send('/scanprogress watch alpine:3.16');
    const posted = await scene.first('the live message', scene.posts);
    const live = view.message(posted.ts);
    await live.locator('.bk-header', { hasText: 'alpine:3.16' }).waitFor();

    scene.forward(600_000);
    await live.locator('.bk-section', { hasText: '6/12' }).waitFor();
    await live.locator('.msg-edited').waitFor();
    await live.locator('.bk-button', { hasText: 'Stop watching' }).waitFor();

    scene.forward(600_000);
    await live.locator('.bk-section', { hasText: 'Completed' }).waitFor();
    await live.locator('.bk-button', { hasText: 'Stop watching' }).waitFor({ state: 'detached' });
    await live.locator('button.thread-summary').click();
    const completion = view.page.locator('.thread-pane .msg', { hasText: 'alpine:3.16 completed' });
    await completion.getByText('@chiara').waitFor();
    expect((await scene.posts()).map(({ ts }) => ts)).toEqual([posted.ts]);
  });

  test('a person stops a watch with its button', async (context) => {
    const { view } = await openPage(context);
    await view.open(name);
    await view.send('/scanprogress watch alpine:3.16');
    const live = view.page.locator('.messages .msg', { hasText: 'Watched by' });
    await live.locator('.bk-button', { hasText: 'Stop watching' }).click();
    await live.locator('.bk-section', { hasText: 'No longer watched' }).waitFor();
    await live.locator('.bk-button', { hasText: 'Watch here again' }).waitFor();
  });

  test('a person changes the settings of a channel in their dialog', async (context) => {
    const { view } = await openPage(context);
    await view.open(name);
    await view.send('/scanprogress settings');
    await view.page.locator('.bk-button', { hasText: 'Change' }).click();
    const dialog = view.page.locator('.modal-body');
    const chosen = dialog.locator('label:has(:checked)');
    await chosen.nth(6).waitFor();
    const texts = await chosen.allInnerTexts();
    expect(texts.map((text) => text.trim())).toEqual([
      'every end of a scan',
      'is posted, whatever it found',
      'a live message that is edited silently',
      'in the thread of the live message',
      'the people who asked',
      'none',
      'never',
    ]);
    await dialog.getByText('every day, between these times:').click();
    const [from, until] = await dialog.locator('input[type=time]').all();
    expect(await Promise.all([from?.inputValue(), until?.inputValue()])).toEqual(['22:00', '07:00']);
    await until?.fill('06:30');
    for (const choice of ['nothing until its end', 'nobody'])
      await dialog.getByText(choice, { exact: true }).click();
    await view.page.locator('.modal-btn.primary').click();
    const saved = view.page.locator('.messages .msg', { hasText: 'Saved.' });
    await saved.getByText('off: subscriptions post only the end of each scan').waitFor();
    await saved.getByText('off: nobody is mentioned').waitFor();
    await saved.getByText('6:30').waitFor();
    await dialog.waitFor({ state: 'detached' });
  });

  test('a person watches an image from App Home', async (context) => {
    const { view } = await openPage(context);
    await view.open('scanprogress');
    await view.page.locator('.bk-button', { hasText: 'Watch an image…' }).click();
    await view.page.locator('.modal-body input').fill('alpine:3.16');
    await view.page.locator('.modal-body select').selectOption(`#${name}`);
    await view.page.locator('.modal-btn.primary').click();
    await view.open(name);
    await view.page.locator('.messages .msg', { hasText: 'Watched by' }).waitFor();
  });

  test('an operator stops the registry scan after its dialog', async (context) => {
    const { scene, view } = await openPage(context, { SCAN_OPERATORS: PEOPLE.platform.id });
    scene.console.startRegularScan({ registries: [{ host: 'ghcr.io', defenders: 1, ...SCAN }] });
    await view.actAs(PEOPLE.platform.id);
    await view.open(name);
    await view.send('/scanprogress watch');
    const live = view.page.locator('.messages .msg', { hasText: 'Watched by' });
    await live.locator('.bk-section', { hasText: 'Discovering tags' }).waitFor();
    await view.send('/scanprogress stop');
    const dialog = view.page.locator('.modal-body', { hasText: 'for everybody' });
    await dialog.waitFor();
    expect(scene.console.isRegularScanOngoing()).toBe(true);
    await view.page.locator('.modal-btn.primary').click();
    await live.locator('.bk-section', { hasText: 'Stopped' }).waitFor();
    await live.locator('.bk-context', { hasText: 'stopped by' }).waitFor();
  });

  test('App Home shows a watch as it is whenever it is opened, and ends it', async (context) => {
    const { scene, view } = await openPage(context);
    await view.actAs(PEOPLE.platform.id);
    await view.open(name);
    await view.send('/scanprogress watch alpine:3.16');
    const live = view.page.locator('.messages .msg', { hasText: 'Watched by' });
    await live.locator('.bk-section', { hasText: 'Discovering tags' }).waitFor();
    await view.open('scanprogress');
    const home = view.page.locator('.main');
    await home.getByText('The Console answers.').waitFor();
    await home.getByText('discovering · tags 0/1 · images not known yet').first().waitFor();
    await home.locator('.bk-button', { hasText: 'Stop watching' }).waitFor();
    await view.open(name);
    scene.forward(600_000);
    await live.locator('.bk-section', { hasText: '6/12' }).waitFor();
    await view.open('scanprogress');
    await home.getByText('scanning · tags 1/1 · images 6/12').first().waitFor();
    await home.locator('.bk-button', { hasText: 'Stop watching' }).click();
    await home.getByText('You watch nothing.').waitFor();
    await view.open(name);
    await live.locator('.bk-section', { hasText: 'No longer watched' }).waitFor();
  });
});
