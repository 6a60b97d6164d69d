/** A source of payloads: Socket Mode or HTTP. */
export interface Transport {
  /** Rejects with a StartError. */
  open(): Promise<void>;
  /** Closes gracefully; connections being opened are abandoned. */
  close(): Promise<void>;
  /** Closes immediately, for a peer that does not respond. */
  destroy(): void;
  /** null without sockets, in HTTP mode. */
  openSockets(): number | null;
  /** The latest reason why it is not open, for the message of a start that took too long. */
  lastFailure(): string | null;
}
