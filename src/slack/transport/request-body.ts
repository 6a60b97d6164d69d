/**
 * Reads bodies that strangers may send: at most 1 MB, and few concurrently. Unfinished bodies cost bounded memory, and
 * cannot block Slack's, which complete within milliseconds: the oldest is dropped first.
 */

import type { IncomingMessage } from 'node:http';

export const MAX_BODY_BYTES = 1_000_000;
const MAX_BODIES = 64;
const MAX_TOTAL_BYTES = 16_000_000;

export interface BodyReader {
  /** The body; otherwise the status of the rejection. */
  read(request: IncomingMessage): Promise<Buffer | number>;
}

interface BodyRead {
  bytes: number;
  readonly giveUp: (status: number) => void;
}

export function createBodyReader(): BodyReader {
  /** Oldest first. */
  const bodiesBeingRead = new Set<BodyRead>();
  let totalBytes = 0;

  function makeRoom(): void {
    const [oldest] = bodiesBeingRead;
    if (bodiesBeingRead.size > MAX_BODIES) oldest?.giveUp(503);
    while (totalBytes > MAX_TOTAL_BYTES) largestOf(bodiesBeingRead)?.giveUp(503);
  }

  return {
    read: (request) =>
      new Promise((resolve) => {
        const chunks: Buffer[] = [];
        const end = (result: Buffer | number): void => {
          if (!bodiesBeingRead.delete(reading)) return;
          totalBytes -= reading.bytes;
          chunks.length = 0;
          resolve(result);
        };
        const reading: BodyRead = { bytes: 0, giveUp: end };
        bodiesBeingRead.add(reading);
        makeRoom();
        request.on('data', (chunk: Buffer) => {
          if (!bodiesBeingRead.has(reading)) return;
          reading.bytes += chunk.length;
          totalBytes += chunk.length;
          chunks.push(chunk);
          if (reading.bytes > MAX_BODY_BYTES) end(413);
          makeRoom();
        });
        request.once('end', () => end(Buffer.concat(chunks)));
        // Also after an abort, which has no `end` event.
        request.once('close', () => end(400));
        request.once('error', () => end(400));
      }),
  };
}

function largestOf(bodiesBeingRead: Iterable<BodyRead>): BodyRead | null {
  let largest: BodyRead | null = null;
  for (const reading of bodiesBeingRead) if (reading.bytes > (largest?.bytes ?? 0)) largest = reading;
  return largest;
}
