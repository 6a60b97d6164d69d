/**
 * A payload names the URL for its reply, and Bolt posts to it. Only Slack's own hosts and that of SLACK_API_URL are
 * allowed.
 */

import type { ReceiverEvent } from '@slack/bolt';
import { z } from 'zod';

export interface TrustOptions {
  readonly apiUrl: string;
  /** Called where a URL was removed. */
  readonly warn: (text: string) => void;
}

const withResponseUrls = z.looseObject({
  response_url: z.unknown().optional(),
  response_urls: z.array(z.looseObject({ response_url: z.unknown() })).optional(),
});

/** The same event, without a URL of a foreign host. */
export function withTrustedAddress(event: ReceiverEvent, { apiUrl, warn }: TrustOptions): ReceiverEvent {
  const parsed = withResponseUrls.safeParse(event.body).data;
  const urls = [parsed?.response_url, ...(parsed?.response_urls ?? []).map((entry) => entry.response_url)];
  if (urls.every((url) => url === undefined || isTrusted(url, apiUrl))) return event;
  warn('a payload named a response_url that is not Slack’s; it gets no answer');
  const others = Object.entries(event.body).filter(([name]) => !ADDRESSES.includes(name));
  return { ...event, body: Object.fromEntries(others) };
}

const ADDRESSES = ['response_url', 'response_urls'];

/** `hooks.slack.com`, `hooks.slack-gov.com`; not `hooks.myslack.com`. */
const SLACK_HOST = /(?:^|\.)slack(?:-gov)?\.com$/;

function isTrusted(address: unknown, apiUrl: string): boolean {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (url === null) return false;
  const isSlack = url.protocol === 'https:' && url.port === '' && SLACK_HOST.test(url.hostname);
  // The local Slack of the demo and the tests names its own URLs.
  return isSlack || url.origin === new URL(apiUrl).origin;
}
