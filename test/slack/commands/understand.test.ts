import { expect, it } from 'vitest';
import { understand } from '../../../src/slack/commands/understand.ts';
import { rememberNames } from '../../../src/store/known-names.ts';
import { NOON } from '../../support/observations.ts';
import { openMemory } from '../../support/memory.ts';
import { summary } from '../grammar/summary.ts';

it('bare names are images where results have shown them', async () => {
  const database = await openMemory();
  const meaning = async () => summary(await understand({ database }, 'watch alpine and nginx'));
  expect(await meaning()).toMatch(/^not-understood/);
  await rememberNames(database, ['alpine'], NOON);
  expect(await meaning()).toMatch(/^not-understood nginx/);
  await rememberNames(database, ['nginx', 'thanks'], NOON);
  expect(await meaning()).toBe('watch alpine:latest? nginx:latest?');
  expect(summary(await understand({ database }, 'thanks'))).toBe('courtesy');
});
