/** Checks an app-level token without opening a socket, which would take payloads from a running bot. */

import { WebClient } from '@slack/web-api';
import type { Proxies } from '../../proxy.ts';
import { createAgentFetch } from './agent-fetch.ts';
import type { Rejection } from '../../scan/delivery.ts';
import { toReceipt } from './receipt.ts';
import { createSdkLogger } from './sdk-logger.ts';

export interface AppTokenOptions {
  readonly appToken: string;
  readonly apiUrl: string;
  readonly timeoutMs: number;
  readonly proxies: Proxies;
}

/** null where Slack accepts it. Never rejects. */
export async function checkAppToken({
  appToken,
  apiUrl,
  timeoutMs,
  proxies,
}: AppTokenOptions): Promise<Rejection | null> {
  const { fetch } = createAgentFetch(proxies);
  const client = new WebClient(appToken, {
    fetch,
    slackApiUrl: apiUrl,
    timeout: timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: createSdkLogger(),
  });
  try {
    // The response contains a URL with a ticket for one socket, which is discarded.
    await client.apps.connections.open({});
    return null;
  } catch (error) {
    return toReceipt(error);
  }
}
