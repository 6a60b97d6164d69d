/**
 * Reads bodies that anybody may send: 1 MB at most, and few at a time. A stranger who keeps many unfinished costs memory
 * that is bounded, and takes no turn from Slack, whose bodies are complete within milliseconds: the oldest gives way.
 */

import type { IncomingMessage } from 'node:http';

export const MAX_BODY_BYTES = 1_000_000;
const MAX_BODIES = 64;
const MAX_TOTAL_BYTES = 16_000_000;

export interface BodyReader {
  /** The body; else the status to refuse the request with. */
  read(request: IncomingMessage): Promise<Buffer | number>;
}

interface BodyRead {
  bytes: number;
  readonly giveUp: (status: number) => void;
}

export function createBodyReader(): BodyReader {
  /** The oldest first. */
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
        // Also after an abort, where no end comes.
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
