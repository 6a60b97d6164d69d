/** HTTP mode: every envelope as a signed POST to the app's request URL. */

import { createHmac } from 'node:crypto';

import type { Ack, Envelope } from './socket/fake-slack-envelopes.ts';

export interface Signing {
  /** What the signature is made with; 'none' leaves the header out. Default: the app's secret. */
  readonly signature?: 'good' | 'bad' | 'none';
  /** How far the timestamp lies in the future, or (negative) in the past. */
  readonly skewSeconds?: number;
}

export interface RequestTarget {
  readonly url: string;
  readonly secret: string;
}

/** null = the app could not be reached. */
export async function postEnvelope(
  { url, secret }: RequestTarget,
  envelope: Envelope,
  signing: Signing = {},
): Promise<Ack | null> {
  const { body, contentType } = toBody(envelope);
  const headers = {
    'content-type': contentType,
    ...sign(body, secret, signing),
    ...toRetryHeaders(envelope),
  };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body });
    const text = await answer.text();
    return { id: envelope.id, status: answer.status, payload: text, at: Date.now() };
  } catch {
    return null;
  }
}

/** The two headers with which Slack signs a body. */
export function sign(body: string, secret: string, { signature = 'good', skewSeconds = 0 }: Signing = {}) {
  const timestamp = String(Math.floor(Date.now() / 1000) + skewSeconds);
  const key = signature === 'bad' ? `not ${secret}` : secret;
  const hash = createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex');
  const stamp = { 'x-slack-request-timestamp': timestamp };
  return signature === 'none' ? stamp : { ...stamp, 'x-slack-signature': `v0=${hash}` };
}

function toBody({ type, payload }: Envelope): { body: string; contentType: string } {
  const form = 'application/x-www-form-urlencoded';
  const text = JSON.stringify(payload);
  switch (type) {
    case 'events_api':
      return { body: text, contentType: 'application/json' };
    case 'interactive':
      return { body: new URLSearchParams({ payload: text }).toString(), contentType: form };
    case 'slash_commands':
      return { body: new URLSearchParams(toStrings(payload)).toString(), contentType: form };
  }
}

function toStrings(payload: Envelope['payload']): Record<string, string> {
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));
}

function toRetryHeaders({ retry }: Envelope): Record<string, string> {
  return retry === 0 ? {} : { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': 'http_timeout' };
}
