import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { connectBot } from '../../../src/cli/bot/connect.ts';
import { listenLocally } from '../../support/listen.ts';

it('a bot without TLS behind https:// is away for a reason that a person can read', async () => {
  const port = await listenLocally(createServer());
  const proxies = { https: null, http: null, except: '' };
  const bot = connectBot({ url: `https://127.0.0.1:${port}/`, token: 'a-token-of-a-pipeline', proxies });
  const reply = await bot.request({ path: '/v1/status', query: { image: 'alpine' }, limitMs: 10_000 });
  await bot.close();
  expect(reply).toEqual({ kind: 'away', reason: 'ERR_SSL_WRONG_VERSION_NUMBER' });
});
