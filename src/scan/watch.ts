/** One conversation that follows a target until its scan ends. */

/** Where a conversation is. */
export interface Place {
  readonly channel: string;
  /** The thread's root `ts`, or `''` for the channel itself. */
  readonly thread: string;
}

/** What planPoll needs to know of a watch. */
export interface Watch {
  readonly id: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Fingerprint of the snapshot that was last queued for it; `''` before the first. */
  readonly queued: string;
}
