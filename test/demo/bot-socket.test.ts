import { describe, expect, it } from 'vitest';
import { changeTexts, fixHomeClick } from '../../src/demo/bot-socket.ts';
import { actionPayload } from '../../src/slack/incoming/payloads.ts';
import { APP, CHANNELS, PEOPLE } from '../../src/demo/workspace.ts';

/** As local-slack sends them. */
function clickIn(channel: string): string {
  return JSON.stringify({
    envelope_id: 'e-1',
    type: 'interactive',
    accepts_response_payload: true,
    payload: {
      type: 'block_actions',
      api_app_id: APP.appId,
      team: { id: 'T01ACME', domain: 'acme' },
      user: { id: PEOPLE.security.id, team_id: 'T01ACME' },
      container: { type: 'message', message_ts: '', channel_id: channel, is_ephemeral: false },
      channel: { id: channel, name: channel },
      trigger_id: 'trigger',
      response_url: 'http://127.0.0.1/_hooks/response/x',
      actions: [{ type: 'button', action_id: 'watch-from-home', value: 'home' }],
    },
  });
}

/** A frame of a server, in the shortest form of its length. */
function frame(text: string, head = 0x81): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([head, length]), payload]);
  if (length < 65_536) return Buffer.concat([Buffer.from([head, 126, length >> 8, length & 0xff]), payload]);
  const long = Buffer.from([head, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  long.writeUInt32BE(length, 6);
  return Buffer.concat([long, payload]);
}

/** The changed bytes, sent in pieces of `size` bytes. */
async function mended(bytes: Buffer, size = bytes.length): Promise<Buffer> {
  const stream = changeTexts(fixHomeClick);
  for (let from = 0; from < bytes.length; from += size) stream.write(bytes.subarray(from, from + size));
  stream.end();
  return Buffer.concat((await stream.toArray()) as Buffer[]);
}

/** The text of the first frame, which has the longest form. */
const textOf = (bytes: Buffer): string => bytes.subarray(10).toString();

describe('clicks on App Home', () => {
  it('arrive as Slack sends them: with the view, and without channel, message and answer address', async () => {
    const { envelope_id, payload } = JSON.parse(textOf(await mended(frame(clickIn(''))))) as {
      envelope_id: string;
      payload: Record<string, unknown>;
    };
    expect(envelope_id).toBe('e-1');
    expect(payload).toMatchObject({ container: { type: 'view', view_id: 'V0HOME' }, view: { type: 'home' } });
    expect(Object.keys(payload)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/channel|message|response_url/)]),
    );
    expect(actionPayload(payload)).toMatchObject({ isInHome: true, actionId: 'watch-from-home' });
  });

  it.each([
    [1, 100],
    [7, 1_000],
    [999, 70_000],
  ])('are found in pieces of %i bytes, and other frames stay as they are', async (size, length) => {
    const others = [clickIn(CHANNELS.general.id), '{"type":"hello"}', 'ü'.repeat(length)].map((text) =>
      frame(text),
    );
    const ping = frame('', 0x89);
    const through = await mended(Buffer.concat([ping, frame(clickIn('')), ...others]), size);
    const click = await mended(frame(clickIn('')));
    expect(through.equals(Buffer.concat([ping, click, ...others]))).toBe(true);
  });
});
