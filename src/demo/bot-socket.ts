/** Changes the WebSocket frames that local-slack sends to the bot. */

import { Transform } from 'node:stream';
import { z } from 'zod';

/** For a server's stream, which is unmasked, after its handshake. */
export function changeTexts(change: (text: string) => string): Transform {
  let rest = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // A chunk may contain several frames, or a part of one.
      rest = Buffer.concat([rest, chunk]);
      for (let frame = readFrame(rest); frame !== null; frame = readFrame(rest)) {
        const whole = rest.subarray(0, frame.size);
        rest = rest.subarray(frame.size);
        this.push(changeFrame(whole, change, frame.payloadAt));
      }
      done();
    },
  });
}

interface Frame {
  readonly size: number;
  readonly payloadAt: number;
}

/** null until the frame is complete. https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
function readFrame(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null;
  const short = bytes.readUInt8(1) & 0x7f;
  const payloadAt = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < payloadAt) return null;
  const length =
    payloadAt === 2 ? short : payloadAt === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const size = payloadAt + length;
  return bytes.length < size ? null : { size, payloadAt };
}

/** An unfragmented text frame: local-slack sends no others. */
const WHOLE_TEXT = 0x81;

function changeFrame(frame: Buffer, change: (text: string) => string, payloadAt: number): Buffer {
  if (frame.readUInt8(0) !== WHOLE_TEXT) return frame;
  const text = frame.subarray(payloadAt).toString('utf8');
  const changed = change(text);
  return changed === text ? frame : toTextFrame(changed);
}

function toTextFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(10);
  head.writeUInt8(WHOLE_TEXT, 0);
  // The longest length format works for every length.
  head.writeUInt8(127, 1);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

const homeClick = z.looseObject({
  type: z.literal('interactive'),
  payload: z.looseObject({
    type: z.literal('block_actions'),
    api_app_id: z.string(),
    team: z.looseObject({ id: z.string() }),
    channel: z.looseObject({ id: z.literal('') }),
  }),
});

const VIEW_ID = 'V0HOME';

/** For a click on App Home local-slack sends a message of an unknown channel, where Slack sends the view. */
export function fixHomeClick(text: string): string {
  if (!text.includes('"block_actions"')) return text;
  const envelope = homeClick.safeParse(JSON.parse(text));
  if (!envelope.success) return text;
  const { payload } = envelope.data;
  return JSON.stringify({
    ...envelope.data,
    payload: {
      ...payload,
      // JSON omits undefined: Slack sends none of these for App Home.
      ...{ channel: undefined, message: undefined, response_url: undefined },
      container: { type: 'view', view_id: VIEW_ID },
      view: { id: VIEW_ID, type: 'home', app_id: payload.api_app_id, team_id: payload.team.id },
    },
  });
}
