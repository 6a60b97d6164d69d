/** What people in the demo's workspace have said and typed when its page is opened. */

import { setTimeout as sleep } from 'node:timers/promises';

import { printReference } from '../image/reference.ts';
import type { LocalSlack } from './local-slack.ts';
import { CHECKOUT, RELEASE, STORY_EVERY_MS } from './scenario.ts';
import { CHANNELS, PEOPLE } from './workspace.ts';

/** The incident commander's first command. */
export const FIRST_COMMAND = { command: '/scanprogress', text: `watch ${printReference(CHECKOUT)}` };

const INCIDENT = `:rotating_light: *Incident 4711*: checkout serves a vulnerable image since the last release.`;
const PODS = [
  'What runs in production right now:',
  '```',
  'NAME                       READY   IMAGE',
  `checkout-7d9f5c6b8-4xkzq   1/1     ${printReference(CHECKOUT)}`,
  'ledger-5b7c9d4f6-p2vqm     1/1     ghcr.io/acme/ledger:7.0.2',
  'batch-6f8d7b5c9-9hjwt      1/1     ghcr.io/acme/legacy-batch:0.8',
  '```',
].join('\n');

/** An incident with its thread, a release on its board, and a channel with a subscription. */
export async function tellStory(slack: Pick<LocalSlack, 'command' | 'say'>): Promise<void> {
  const { commander, security, platform } = PEOPLE;
  const channel = CHANNELS.incident.id;
  await watchCheckout(slack);
  const thread = await slack.say({ channel, user: commander.id, text: INCIDENT });
  await slack.say({ channel, user: platform.id, text: PODS, thread });
  await slack.say({ channel, user: security.id, text: 'All of them build on alpine:3.16.', thread });
  await watchRelease(slack);
  await slack.command({
    channel: CHANNELS.security.id,
    user: security.id,
    command: '/scanprogress',
    text: 'subscribe alpine:3.16',
  });
}

/** Repeats the watches for repeated scans, until the signal aborts. Never rejects. */
export async function repeatStory(slack: Pick<LocalSlack, 'command'>, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await sleep(STORY_EVERY_MS, undefined, { signal });
      await watchCheckout(slack);
      await watchRelease(slack);
    }
  } catch {
    // The demo ends, and its Slack with it.
  }
}

function watchCheckout(slack: Pick<LocalSlack, 'command'>): Promise<unknown> {
  return slack.command({ channel: CHANNELS.incident.id, user: PEOPLE.commander.id, ...FIRST_COMMAND });
}

function watchRelease(slack: Pick<LocalSlack, 'command'>): Promise<unknown> {
  const { id: channel } = CHANNELS.platform;
  const text = `watch ${RELEASE.map(printReference).join(' ')}`;
  return slack.command({ channel, user: PEOPLE.platform.id, command: '/scanprogress', text });
}
