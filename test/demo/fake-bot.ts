/** A minimal bot: connects, acknowledges, and replies to a slash command with two posts. */

import type { StartBot } from '../../src/demo/demo.ts';

interface BotWords {
  readonly live: string;
  readonly final: string;
  readonly completion: string;
}

export function createFakeBot(words: BotWords): StartBot {
  return async ({ slack }) => {
    const call = async (method: string, body: unknown): Promise<Record<string, unknown>> => {
      const headers = { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' };
      const request = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(slack.apiUrl + method, request);
      return (await response.json()) as Record<string, unknown>;
    };
    const { url } = await call('apps.connections.open', {});
    const socket = new WebSocket(String(url));
    socket.addEventListener('message', ({ data }) => {
      const envelope = JSON.parse(String(data));
      if (envelope.envelope_id) socket.send(JSON.stringify({ envelope_id: envelope.envelope_id }));
      if (envelope.type === 'slash_commands') void answer(call, envelope.payload.channel_id, words);
    });
    return {
      stop: () => {
        socket.close();
        return Promise.resolve();
      },
    };
  };
}

async function answer(
  call: (method: string, body: unknown) => Promise<Record<string, unknown>>,
  channel: string,
  { live, final, completion }: BotWords,
): Promise<void> {
  const text = { type: 'plain_text', text: 'Stop' };
  const button = { type: 'button', action_id: 'stop', value: '1', text };
  const blocks = [{ type: 'actions', elements: [button] }];
  const { ts } = await call('chat.postMessage', { channel, text: live, blocks });
  await new Promise((resolve) => setTimeout(resolve, 700));
  await call('chat.update', { channel, ts, text: final, blocks });
  await call('chat.postMessage', { channel, text: completion, thread_ts: ts });
}
