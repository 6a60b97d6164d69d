/**
 * The server's side of RFC 6455 on a bare socket, as much as Socket Mode needs: text, ping, pong, close, fragments.
 * No extensions. A client's frame that is not masked ends the connection, as the RFC demands.
 */

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export interface WebSocketPeer {
  send(text: string): void;
  ping(): void;
  close(code?: number): void;
  /** As a cable pulled out: no farewell. */
  destroy(): void;
  /** false: pings get no pong. */
  answersPings: boolean;
  /** false: a close frame gets no reply, and the connection stays open. */
  answersClose: boolean;
}

export interface WebSocketListeners {
  readonly text: (text: string) => void;
  readonly closed: () => void;
}

const OPCODE = { continuation: 0x0, text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const;

export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  listeners: WebSocketListeners,
): WebSocketPeer {
  socket.write(toHandshake(request));
  const peer = createPeer(socket);
  const read = createReader({
    frame: (frame) => handleFrame(frame, { peer, socket, listeners }),
    broken: () => peer.close(1002),
  });
  socket.on('data', read);
  socket.on('error', () => socket.destroy());
  // Node leaves an upgraded socket half open when the other side has ended.
  socket.on('end', () => socket.end());
  socket.on('close', () => listeners.closed());
  return peer;
}

function toHandshake(request: IncomingMessage): string {
  const key = String(request.headers['sec-websocket-key']);
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  return [...lines, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n');
}

function createPeer(socket: Duplex): WebSocketPeer {
  const write = (opcode: number, payload: Buffer) => {
    if (!socket.destroyed && socket.writable) socket.write(toFrame(opcode, payload));
  };
  return {
    answersPings: true,
    answersClose: true,
    send: (text) => write(OPCODE.text, Buffer.from(text)),
    ping: () => write(OPCODE.ping, Buffer.from('fake')),
    close: (code = 1000) => {
      write(OPCODE.close, Buffer.from([code >> 8, code & 0xff]));
      socket.end();
    },
    destroy: () => socket.destroy(),
  };
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

function handleFrame(
  { opcode, payload }: Frame,
  { peer, socket, listeners }: { peer: WebSocketPeer; socket: Duplex; listeners: WebSocketListeners },
): void {
  if (opcode === OPCODE.text) listeners.text(payload.toString());
  if (opcode === OPCODE.ping && peer.answersPings) socket.write(toFrame(OPCODE.pong, payload));
  if (opcode === OPCODE.close && peer.answersClose)
    peer.close(payload.length >= 2 ? payload.readUInt16BE(0) : 1000);
}

/** Cuts the byte stream into frames and puts fragments together. */
function createReader(to: { frame: (frame: Frame) => void; broken: () => void }): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let fragments: Frame | null = null;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let found = takeFrame(rest); found !== null; found = takeFrame(rest)) {
      if (found === 'unmasked') {
        to.broken();
        return;
      }
      rest = found.rest;
      const isControl = found.opcode >= OPCODE.close;
      if (isControl) {
        to.frame(found);
        continue;
      }
      const whole: Frame = fragments === null ? found : joined(fragments, found);
      fragments = found.isFinal ? null : whole;
      if (found.isFinal) to.frame(whole);
    }
  };
}

function joined(first: Frame, next: Frame): Frame {
  return { opcode: first.opcode, payload: Buffer.concat([first.payload, next.payload]) };
}

type Taken = Frame & { readonly isFinal: boolean; readonly rest: Buffer };

/** The first whole frame of the bytes, null while it is not there yet. */
function takeFrame(bytes: Buffer): Taken | 'unmasked' | null {
  if (bytes.length < 2) return null;
  const [first = 0, second = 0] = bytes;
  if ((second & 0x80) === 0) return 'unmasked';
  const size = readSize(bytes, second & 0x7f);
  if (size === null) return null;
  const start = size.end + 4;
  const end = start + size.length;
  if (bytes.length < end) return null;
  const mask = bytes.subarray(size.end, start);
  const payload = bytes.subarray(start, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return {
    opcode: first & 0x0f,
    isFinal: (first & 0x80) !== 0,
    payload: Buffer.from(payload),
    rest: bytes.subarray(end),
  };
}

function readSize(bytes: Buffer, short: number): { length: number; end: number } | null {
  if (short < 126) return { length: short, end: 2 };
  if (short === 126) return bytes.length < 4 ? null : { length: bytes.readUInt16BE(2), end: 4 };
  return bytes.length < 10 ? null : { length: Number(bytes.readBigUInt64BE(2)), end: 10 };
}

function toFrame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([toHead(opcode, payload.length), payload]);
}

function toHead(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, length]);
  if (length < 65_536) {
    const head = Buffer.from([first, 126, 0, 0]);
    head.writeUInt16BE(length, 2);
    return head;
  }
  const head = Buffer.alloc(10);
  head.set([first, 127]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
