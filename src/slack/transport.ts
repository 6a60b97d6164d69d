/** One way for payloads to come in. */
export interface Transport {
  /** Takes what others could take meanwhile, such as a port. Rejects with a StartError. */
  reserve(): Promise<void>;
  /** Rejects with a StartError. */
  open(): Promise<void>;
  /** Lets go politely; what was half open does not go on trying. */
  close(): Promise<void>;
  /** Lets go at once: for a peer that does not answer the polite way. */
  destroy(): void;
  port(): number | null;
  /** What keeps it from opening so far, for the message of a start that took too long. */
  lastFailure(): string | null;
}
