/** An HTTP reply of a route. */

export interface HttpReply {
  readonly status: number;
  /** null for no body. */
  readonly body: object | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The request is invalid, and repeating it does not help. `error` is a sentence for people. */
export function toErrorReply(error: string): HttpReply {
  return { status: 400, body: { error } };
}

/** The request is valid, but must be repeated after `seconds`. */
export function toLater(status: 429 | 503, error: string, seconds: number): HttpReply {
  return { status, body: { error }, headers: { 'retry-after': String(seconds) } };
}
