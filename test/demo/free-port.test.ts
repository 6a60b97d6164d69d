import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { findFreePort } from '../../src/demo/free-port.ts';
import { listenUntilClosed } from '../support/listen.ts';

test('the first port is taken where it is free, and passed over where somebody listens', async () => {
  const { port, close } = await listenUntilClosed(createServer());
  expect(await findFreePort(port)).toBeGreaterThan(port);
  await close();
  expect(await findFreePort(port)).toBe(port);
});
