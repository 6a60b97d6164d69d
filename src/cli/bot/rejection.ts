/** Classifies a response without a scan: retry, or report an error. */

import type { BotReply } from './connect.ts';
import { parseError, toLine } from './scan.ts';

export type BotRejection =
  /** May be transient: retry. */
  | { readonly kind: 'away'; readonly text: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'wrong'; readonly text: string };

/** `wasThere`: the bot responded before, so URL and token are right. */
export function toBotRejection(
  reply: BotReply,
  { url, wasThere }: { readonly url: string; readonly wasThere: boolean },
): BotRejection {
  if (reply.kind === 'away') {
    return { kind: 'away', text: `the bot is not there (${toLine(reply.reason)})`, retryAfterMs: null };
  }
  const { status, body, retryAfterMs, location } = reply;
  const reason = parseError(body);
  // Only the bot gives a reason; a 400 of a proxy says nothing of the request.
  if (status === 400 && reason !== null) return { kind: 'wrong', text: reason };
  if (status === 401) return { kind: 'wrong', text: WRONG_TOKEN };
  // While the bot restarts, a proxy may respond in its place with any status.
  if (status === 429 || status >= 500 || wasThere) {
    const text = `the bot cannot tell now (HTTP ${status}${reason === null ? '' : `: ${reason}`})`;
    return { kind: 'away', text, retryAfterMs };
  }
  if (status >= 300 && status < 400) {
    return {
      kind: 'wrong',
      text: `${url} leads on to ${originOf(location, url)}: set SCANPROGRESS_URL to the bot itself.`,
    };
  }
  return { kind: 'wrong', text: `${url} is no bot that answers pipelines (HTTP ${status}). ${NO_API}` };
}

export const CHECK_BOT = 'Check SCANPROGRESS_URL, and that the bot runs.';
const WRONG_TOKEN = 'The bot refuses the token: API_TOKEN must be the one that the bot was started with.';
const NO_API = 'Check SCANPROGRESS_URL, and that the bot was started with API_TOKEN.';

/** Only the origin: the rest may contain a secret. */
function originOf(location: string, base: string): string {
  return toLine(URL.parse(location, base)?.origin ?? 'another address');
}
