/** Whatever comes from outside is a value to the database, and never a part of a statement. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { subscribe, subscriptionsInChannel } from '../../src/store/subscriptions.ts';
import { watchesInChannel } from '../../src/store/watches.ts';
import { NOON } from '../support/observations.ts';
import { openMemory } from '../support/memory.ts';
import { imageNamed, watching } from '../support/store.ts';

const FRAGMENTS = ["'", '"', ';', '--', '$1', '?', '%', '\\', "'; drop table watches; --", "' or '1'='1"];
// PostgreSQL has no NUL in texts; nothing that reaches the store has one.
const text = fc
  .array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ maxLength: 5 })), { minLength: 1, maxLength: 5 })
  .map((pieces) => pieces.join('').replaceAll('\0', ''))
  .filter((joined) => joined !== '');

it('keeps whatever text it is given as it is, and touches nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, text, async (channel, userId, repository) => {
      const database = await openMemory();
      await watching(database, { channel: 'bystander' });
      await watching(database, { channel, userId, target: imageNamed(repository) });
      await subscribe(database, { channel, userId, target: imageNamed(repository), now: NOON });
      const [watch, ...others] = await watchesInChannel(database, channel);
      expect(others).toEqual([]);
      expect(watch).toMatchObject({ followers: [userId] });
      expect(JSON.stringify(watch)).toContain(JSON.stringify(repository).slice(1, -1));
      const subscriptions = await subscriptionsInChannel(database, channel);
      expect(subscriptions.map(({ createdBy }) => createdBy)).toEqual([userId]);
      expect(await watchesInChannel(database, 'bystander')).toHaveLength(1);
      await database.close();
    }),
    { numRuns: 50 },
  );
});
