/** One way for payloads to come in. */
export interface Transport {
  /** Rejects with a StartError. */
  open(): Promise<void>;
  /** Lets go politely; what was half open does not go on trying. */
  close(): Promise<void>;
  /** Lets go at once: for a peer that does not answer the polite way. */
  destroy(): void;
  /** null where it has none, in HTTP mode. */
  openSockets(): number | null;
  /** What keeps it from opening so far, for the message of a start that took too long. */
  lastFailure(): string | null;
}
