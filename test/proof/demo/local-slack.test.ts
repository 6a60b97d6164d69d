import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Demo, startDemo } from '../../../src/demo/demo.ts';
import {
  findLocalSlack,
  installAdvice,
  type LocalSlack,
  startLocalSlack,
} from '../../../src/demo/local-slack.ts';
import { play } from '../../../src/demo/play.ts';
import { APP, CHANNELS, PEOPLE } from '../../../src/demo/workspace.ts';
import { createFakeBot } from '../../demo/fake-bot.ts';
import { createDirectory } from '../../support/directory.ts';
import { captures, readText } from '../../support/project.ts';

const isMissing = findLocalSlack() === null;
if (isMissing) process.stderr.write('SKIPPED: there is no local-slack for this machine\n');

test('where there is no binary for a machine, the advice is what to install, or that there is none', () => {
  const checkout = readText('.config/checkout/package.json');
  const [minor = ''] = captures(checkout, /"local-slack-linux-x64": "\^(\d+\.\d+)\.\d+"/g);
  const install = `npm install --no-save --ignore-scripts local-slack-linux-arm64@${minor}\n`;
  expect(installAdvice('linux-arm64')).toContain(install);
  expect(installAdvice('freebsd-x64')).toContain('none is published for freebsd-x64');
});

const channel = CHANNELS.general.id;
const user = PEOPLE.security.id;
// A temporary directory for these tests alone: others may start a local Slack at the same time.
const temporary = createDirectory({ onTestFinished: afterAll });
process.env['TMPDIR'] = temporary;
const leftovers = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('scanprogress-'));

describe.skipIf(isMissing)('local Slack', () => {
  let slack: LocalSlack;
  beforeAll(async () => {
    slack = await startLocalSlack({ port: 0 });
  });
  afterAll(() => slack.stop());

  async function call(method: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${slack.botToken}` };
    return (await fetch(slack.apiUrl + method, { method: 'POST', headers })).json();
  }

  test('serves its page, and the Web API knows the bot', async () => {
    const page = await (await fetch(slack.page)).text();
    expect(page).toContain('<title>');
    // A newer page may need other hooks.
    expect([...new Set(page.match(/slackDraws\.\w+/g))].toSorted()).toEqual(
      ['choices', 'field', 'isOfAnother', 'table', 'text'].map((name) => `slackDraws.${name}`),
    );
    expect(page).toContain('try /scanprogress help');
    expect(await call('auth.test')).toMatchObject({ ok: true, user_id: APP.botUserId, user: 'scanprogress' });
  });

  test('people say things, in threads too', async () => {
    const ts = await slack.say({ channel, user, text: 'is it scanned?' });
    await slack.say({ channel, user, text: 'which one?', thread: ts });
    expect(await slack.messages(channel)).toMatchObject([
      { ts, user, text: 'is it scanned?' },
      { thread_ts: ts, text: 'which one?' },
    ]);
  });

  test('the bot is in every channel', async () => {
    const { channels } = (await call('users.conversations')) as { channels: { name: string }[] };
    expect(channels.map(({ name }) => name)).toEqual(['incident-4711', 'security', 'platform', 'general']);
  });

  test('a button that is not there is not clicked', async () => {
    const ts = await slack.say({ channel, user, text: 'no buttons here' });
    expect(await slack.click({ channel, ts, user, label: 'Stop' })).toBe(false);
  });

  test('nobody waits for a bot for ever', async () => {
    expect(await slack.whenBotConnects(150)).toBe(false);
  });

  test('a taken port is told in words', async () => {
    const port = Number(new URL(slack.page).port);
    await expect(startLocalSlack({ port })).rejects.toThrow(/page .* cannot be served.*in use/s);
  });
});

test.skipIf(isMissing)('stopping leaves neither a listener nor a file', async () => {
  const before = leftovers();
  const slack = await startLocalSlack({ port: 0 });
  expect(leftovers()).toHaveLength(before.length + 1);
  await slack.stop();
  expect(leftovers()).toEqual(before);
  await expect(fetch(slack.page)).rejects.toThrow();
});

test.skipIf(isMissing).each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'it ends with a process that dies of %s, and so do its files',
  async (signal) => {
    const module = `${import.meta.dirname}/../../../src/demo/local-slack.ts`;
    const program = `
      const { startLocalSlack } = await import(${JSON.stringify(module)});
      const { page } = await startLocalSlack({ port: 0 });
      process.stdout.write(page);
      setInterval(() => {}, 1_000);`;
    const before = leftovers();
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    const [page] = (await once(child.stdout, 'data')) as [Buffer];
    expect((await fetch(page.toString())).status).toBe(200);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([null, signal]);
    await expect.poll(() => fetch(page.toString()).catch(() => 'down')).toBe('down');
    expect(leftovers()).toEqual(before);
  },
);

describe.skipIf(isMissing)('the demo', () => {
  const target = 'ghcr.io/acme/checkout-api:2.9.1';
  const words = {
    live: `${target} · scanning · tags 1/1 · images 7/12`,
    final: `${target} · completed · tags 1/1 · images 12/12`,
    completion: `${target} · completed · 40 findings`,
  };
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo({ port: 0, speed: 1, logLevel: 'silent', startBot: createFakeBot(words) });
  });
  afterAll(() => demo.stop());

  test('the conversation is printed up to the completion', async () => {
    const lines: string[] = [];
    const played = await play(demo.slack, {
      timeLimitMs: 20_000,
      print: (line) => lines.push(line.replace(/^\S+ {2}/, '')),
      signal: new AbortController().signal,
    });
    expect(played).toBe('completed');
    expect(lines.filter((line) => line.startsWith('#incident-4711  scanprogress'))).toEqual([
      `#incident-4711  scanprogress: ${words.live}`,
      `#incident-4711  scanprogress: (edited) ${words.final}`,
      `#incident-4711  scanprogress: ↳ ${words.completion}`,
    ]);
    expect(lines.some((line) => line.startsWith('#incident-4711  chiara: ↳ '))).toBe(true);
  });

  test('a person clicks a button by its label', async () => {
    const { id } = CHANNELS.incident;
    const [live] = await demo.slack.messages(id);
    expect(await demo.slack.click({ channel: id, ts: live!.ts, user, label: 'Stop' })).toBe(true);
  });

  test('without a completion the play ends at its time limit, or when it is interrupted', async () => {
    const nothing = { messages: () => Promise.resolve([]) };
    const print = () => undefined;
    const options = { timeLimitMs: 10, print, signal: new AbortController().signal };
    expect(await play(nothing, options)).toBe('timed-out');
    const soon = AbortSignal.timeout(20);
    expect(await play(nothing, { ...options, timeLimitMs: 60_000, signal: soon })).toBe('interrupted');
  });
});

test.skipIf(isMissing)('a bot that does not start takes everything down again', async () => {
  const before = leftovers();
  const startBot = () => Promise.reject(new Error('no luck'));
  await expect(startDemo({ port: 0, speed: 1, logLevel: 'silent', startBot })).rejects.toThrow('no luck');
  expect(leftovers()).toEqual(before);
});
