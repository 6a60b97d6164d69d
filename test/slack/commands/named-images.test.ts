import { expect, it } from 'vitest';
import { showHistory } from '../../../src/slack/commands/history.ts';
import { showNamedIn } from '../../../src/slack/commands/named-images.ts';
import { EMPTY, ended, IMAGE, type Reading, scanning } from '../../support/observations.ts';
import { useMemory } from '../../support/memory.ts';
import { readNow, watching } from '../../support/store.ts';
import { requestOf, resolving } from './request.ts';

const database = useMemory();
const bot = { consoleLink: () => null, access: resolving({ visible: [] }) };
const target = IMAGE;

async function read(...readings: readonly Reading[]): Promise<void> {
  for (const reading of readings) {
    await watching(database, { target });
    await readNow(database, reading);
  }
}

it.each([
  ['an image', 'FROM alpine:3.16', /^alpine:3.16 · completed/],
  ['an image twice', 'FROM alpine:3.16, that is docker pull alpine:3.16', /^alpine:3.16 · completed/],
  ['nothing', 'good morning', /^I find no image named in this message/],
])('a message that names %s is replied to', async (_, text, expected) => {
  await read(ended(12, 12));
  expect((await showNamedIn(requestOf({ database, bot }), { text })).text).toMatch(expected);
});

it('the history of an image has each of its scans', async () => {
  await read(scanning(1, 12), ended(12, 12), scanning(2, 12));
  const { blocks } = await showHistory(requestOf({ database, bot }), { target, isTagAssumed: false });
  expect(JSON.stringify(blocks).match(/completed|scanning/g)).toEqual(['scanning', 'completed']);
});

it.each([
  ['that the Console no longer shows', [scanning(1, 12), EMPTY, EMPTY], 1],
  ['that goes on', [scanning(1, 12), EMPTY, scanning(2, 12)], 0],
])('the history says of a scan %s whether it still runs', async (_, readings, expected) => {
  await read(...readings);
  const { blocks } = await showHistory(requestOf({ database, bot }), { target, isTagAssumed: false });
  expect(JSON.stringify(blocks).match(/not running/g) ?? []).toHaveLength(expected);
});
