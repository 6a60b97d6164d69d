/** What a route says, before it is sent. */

export interface HttpReply {
  readonly status: number;
  /** null for a reply without a body. */
  readonly body: object | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export function toRefusal(error: string): HttpReply {
  return { status: 400, body: { error } };
}

/** Nothing is wrong with the request: it is to be made again, in so many seconds. */
export function toLater(status: 429 | 503, error: string, seconds: number): HttpReply {
  return { status, body: { error }, headers: { 'retry-after': String(seconds) } };
}
