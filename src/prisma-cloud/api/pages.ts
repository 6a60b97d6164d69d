/**
 * Pages of results. A full row has 100 to 200 KB, and some Consoles and proxies ignore the request for compact ones: if
 * fifty exceed the size limit, smaller pages are requested.
 */

import { type Response, parseResponse } from '../http/response.ts';
import type { ConsoleRequest } from '../http/transport.ts';
import { MalformedResponseError, TooLargeError } from '../http/errors.ts';
import { type WireResult, wireResults } from '../http/schema.ts';

export interface ResultPage {
  readonly rows: readonly WireResult[];
  /** There may be more rows. */
  readonly isFull: boolean;
  readonly response: Response;
}

/** The maximum page size on SaaS. */
const LARGEST = 50;
const SMALLER = [20, 8, 3, 1];

/** `call` throws a ConsoleError, and so does the returned function. */
export function createFetchPage() {
  // A size that was too large once stays too large.
  let largest = LARGEST;
  return async (
    call: (query: ConsoleRequest['query']) => Promise<Response>,
    query: ConsoleRequest['query'],
  ): Promise<ResultPage> => {
    for (;;) {
      const limit = largest;
      try {
        const response = await call([...query, ['compact', 'true'], ['limit', String(limit)]]);
        const rows = parseResponse(response, wireResults) ?? [];
        return { rows: rows.filter((row) => row !== null), isFull: rows.length >= limit, response };
      } catch (error) {
        if (!(error instanceof TooLargeError)) throw error;
        const next = SMALLER.find((size) => size < limit);
        if (next === undefined) throw new MalformedResponseError(error.attempt, error.outcome);
        largest = Math.min(largest, next);
      }
    }
  };
}
