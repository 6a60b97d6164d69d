/** A real browser on local-slack's page, as one of its people sees it. */

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Locator, Page } from 'playwright-core';

/** Path of the system's Chromium, null where there is none. */
export function findChromium(): string | null {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const programs = folders.flatMap((folder) => [join(folder, 'chromium'), join(folder, 'chromium-browser')]);
  return programs.find((program) => existsSync(program)) ?? null;
}

/** It talks to this machine alone. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGS, timeout: 120_000 });
}

export interface View {
  /** Types into the composer of the channel and sends it. */
  readonly send: (text: string) => Promise<void>;
  /** Goes to a channel by its name. */
  readonly open: (channel: string) => Promise<void>;
  /** Becomes one of the people. */
  readonly actAs: (userId: string) => Promise<void>;
  /** The displayed message. */
  readonly message: (ts: string) => Locator;
  readonly page: Page;
}

/** Resolves when the page is connected. */
export async function viewSlack(browser: Browser, address: string): Promise<View> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(120_000);
  await page.goto(address);
  await page.locator('.app-status .status.ok').first().waitFor();
  return {
    page,
    open: async (channel) => page.locator('button.sidebar-item', { hasText: channel }).first().click(),
    actAs: async (userId) => {
      await page.locator('.actas select').selectOption(userId);
    },
    send: async (text) => {
      const composer = page.locator('.main .composer-input');
      await composer.fill(text);
      await composer.press('Enter');
    },
    message: (ts) => page.locator(`.messages .msg[data-ts="${ts}"]`).first(),
  };
}
