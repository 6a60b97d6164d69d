/**
 * Records Console responses without names and secrets, for reports about Consoles that respond differently. Only
 * requests that consume nothing: never the progress of one image, whose end is reported once.
 */

import type { PartialConfig } from '../config/config.ts';
import { readVersion } from '../root.ts';
import { createAnonymizer } from './anonymize.ts';
import { wrongProxy } from './check.ts';
import { openConsole, openRateLimiter } from './console-checks.ts';

export interface ConsoleRecording {
  /** Of scanprogress. */
  readonly version: string;
  /** The path segment that was used. */
  readonly apiVersion: string;
  /** null where the Console does not say. */
  readonly console: string | null;
  readonly answers: readonly RecordedResponse[];
}

export interface RecordedResponse {
  readonly resource: string;
  readonly query: Readonly<Record<string, string>>;
  /** The failure's cause, where no JSON came back. */
  readonly failure?: string;
  /** Anonymized. Missing where `failure` is given. */
  readonly body?: unknown;
}

const NEWEST = { sort: 'scanTime', reverse: 'true' };

/** None names an image: the progress of one would be consumed. */
const RECORDED: readonly Pick<RecordedResponse, 'resource' | 'query'>[] = [
  { resource: 'registry/progress', query: {} },
  { resource: 'registry', query: { ...NEWEST, compact: 'true', limit: '5' } },
  // One full row: rows differ most between Consoles.
  { resource: 'registry', query: { ...NEWEST, limit: '1' } },
  { resource: 'settings/registry', query: {} },
  { resource: 'statuses/registry', query: {} },
  { resource: 'defenders/summary', query: {} },
];

/** `needs`: the missing variable. Never rejects. */
export async function recordConsole(
  config: PartialConfig,
): Promise<ConsoleRecording | { readonly needs: string }> {
  const { variables } = config;
  const proxy = wrongProxy(config);
  if (proxy !== null) return { needs: `a valid ${proxy}` };
  const access = openConsole(variables, await openRateLimiter(variables.DATABASE_URL));
  if (typeof access === 'string') return { needs: access };
  if (!access.hasUser) return { needs: 'PRISMA_USERNAME with PRISMA_PASSWORD' };
  const anonymize = createAnonymizer();
  const version = await access.version();
  const answers: RecordedResponse[] = [];
  for (const request of RECORDED) {
    // By no schema: a response that the bot cannot parse is what a recording is for.
    const response = await access.client.fetchJson(request.resource, Object.entries(request.query));
    answers.push(
      response.kind === 'answered'
        ? { ...request, body: anonymize(response.value) }
        : { ...request, failure: response.failure.cause },
    );
  }
  // This one is written as it is, so only digits and dots are accepted.
  const console = version.kind === 'answered' && /^[\d.]{1,20}$/.test(version.value) ? version.value : null;
  return {
    version: readVersion(),
    apiVersion: variables.PRISMA_API_VERSION ?? '',
    console,
    answers,
  };
}
