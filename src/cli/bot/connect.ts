/** Sends one request to the bot; every outcome is a value. */

import { Agent, request } from 'undici';
import { codeOf, messageOf } from '../../errors.ts';
import { createTimeLimit, parseRetryAfter } from '../../http.ts';
import { createConnector } from '../../proxy.ts';
import type { BotAccess } from './access.ts';

export type BotReply =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** null where it is not JSON. */
      readonly body: unknown;
      readonly retryAfterMs: number | null;
      /** Target of a redirect, `''` for none. It is not followed: the token would go to another server. */
      readonly location: string;
    }
  /** No response, or an incomplete one. */
  | { readonly kind: 'away'; readonly reason: string };

export interface BotRequest {
  readonly path: '/v1/wait' | '/v1/status';
  readonly query: Readonly<Record<string, string>>;
  /** From the connection to the end of the body. */
  readonly limitMs: number;
}

export type RequestBot = (request: BotRequest) => Promise<BotReply>;

export interface BotConnection {
  /** Never rejects. */
  readonly request: RequestBot;
  readonly close: () => Promise<void>;
}

const CONNECT_MS = 10_000;
/** The longest response has a few kilobytes; another server's page may be endless. */
const BODY_MAX = 1_000_000;

export function connectBot({ url, token, proxies }: BotAccess): BotConnection {
  const agent = new Agent({ connect: createConnector({ proxies, timeoutMs: CONNECT_MS }) });
  return {
    request: async ({ path, query, limitMs }) => {
      const limit = createTimeLimit();
      limit.start(limitMs);
      try {
        const address = `${url}${path.slice(1)}?${new URLSearchParams(query).toString()}`;
        const { statusCode, headers, body } = await request(address, {
          dispatcher: agent,
          headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
          signal: limit.signal,
        });
        return {
          kind: 'answered',
          status: statusCode,
          body: toJson(await readText(body)),
          retryAfterMs: parseRetryAfter(oneOf(headers['retry-after']), Date.now()),
          location: oneOf(headers['location']) ?? '',
        };
      } catch (error) {
        return { kind: 'away', reason: limit.signal.aborted ? 'it does not answer' : reasonOf(error) };
      } finally {
        limit.end();
      }
    },
    close: () => agent.destroy(),
  };
}

/** OpenSSL's message names lines of its source; its code says the same. */
function reasonOf(error: unknown): string {
  const message = messageOf(error);
  return message.includes(':SSL routines:') ? codeOf(error) || message : message;
}

async function readText(body: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    // It counts as no JSON. Leaving the loop destroys the body's stream.
    if (length > BODY_MAX) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function oneOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
