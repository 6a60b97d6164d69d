/** Members of conversations, joins and leaves, and what people open and click. */

import fc from 'fast-check';
import { type Conversations, TROUBLE_MS, type Visit } from './scenario.ts';

const CHANNELS = 4;
const VISITORS = 6;

const at = fc.nat(TROUBLE_MS);
const user = fc.nat(VISITORS - 1);
const channel = fc.nat(CHANNELS - 1);
const which = fc.nat(15);

export const conversations: fc.Arbitrary<Conversations> = fc.record({
  members: fc.array(fc.record({ user, channel }), { minLength: 6, maxLength: 18 }),
  moves: fc.array(fc.record({ atMs: at, user, channel }), { maxLength: 4 }),
  shared: fc.option(channel, { freq: 2 }),
  isSharingAllowed: fc.boolean(),
});

const kind = <K extends Visit['kind']>(value: K) => fc.constant(value);

export const visits: fc.Arbitrary<readonly Visit[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: kind('home'), atMs: at, user }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('list'), atMs: at, user, channel }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: kind('history'), atMs: at, user, channel, target: fc.nat(2) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: kind('press'),
        atMs: at,
        user,
        channel,
        which,
        button: fc.constantFrom('as-posted', 'in-list', 'in-home'),
        binding: fc.constantFrom('of-owner', 'of-place', 'none'),
        isWhereItBelongs: fc.boolean(),
      }),
    },
  ),
  { maxLength: 6 },
);
