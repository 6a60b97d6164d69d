/** Any value that a view may be given: from a Console, from people, from a database. */

import fc from 'fast-check';
import type { InvalidReference } from '../../../src/image/reference.ts';
import { COMMAND_WORDS, type CommandProblem, type Remark } from '../../../src/scan/command.ts';
import type { DeliveryContent } from '../../../src/scan/delivery.ts';
import type { Failure, RegistryProgress, Snapshot, StepProgress } from '../../../src/scan/snapshot.ts';
import type { Target } from '../../../src/scan/target.ts';
import { anyText } from '../../support/any-text.ts';

const HOSTILE = [
  '<!channel>',
  '<!here|here>',
  '<!subteam^S123>',
  '<@U0EVIL>',
  '<http://evil.example|the Console>',
  '&lt;!channel&gt;',
  '@channel',
  '@\u200beveryone',
  'a`*b*`c',
  '```\nblock\n```',
  '`',
  ':tada::x:',
  '\u202egnp.exe',
  '\u2066isolate',
  'nul\u0000nul',
  'line\nline\r\u2028line',
  '\ud800',
  '😀'.repeat(500),
  '&'.repeat(4_000),
  '<'.repeat(4_000),
  'x'.repeat(4_000),
  '',
  ' ',
  '\u200b',
];

export const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  anyText({ maxLength: 300 }),
  fc.array(fc.constantFrom(...HOSTILE.slice(0, 17)), { maxLength: 200 }).map((parts) => parts.join('')),
);

/** Ordinary references print as themselves; these are what no parser would let through. */
export const target: fc.Arbitrary<Target> = fc.oneof(
  fc.constant<Target>({ kind: 'regular' }),
  fc
    .record({ registry: text, repository: text, tag: text, digest: text })
    .map((reference): Target => ({ kind: 'image', reference })),
);

const count = fc.oneof(fc.nat(50), fc.nat(), fc.double(), fc.constantFrom(-1, NaN, Infinity, 1e300));
const step: fc.Arbitrary<StepProgress> = fc.record({
  scanned: count,
  total: count,
  title: text,
  error: text,
});
const time = fc.oneof(
  fc.integer({ min: 0, max: 4e12 }),
  fc.double(),
  fc.constantFrom(-8.64e15, 8.64e15, 9e15),
);
const maybeTime = fc.option(time);

const registry: fc.Arbitrary<RegistryProgress> = fc.record({
  host: text,
  discovery: step,
  images: step,
  isOngoing: fc.boolean(),
  startedAt: maybeTime,
});

/** Of a Console. */
export const FAILURE_CAUSES = [
  'unreachable',
  'tls',
  'timeout',
  'sign-in',
  'forbidden',
  'not-found',
  'bad-request',
  'rate-limited',
  'unavailable',
  'garbled',
] as const;

const failure: fc.Arbitrary<Failure> = fc.record({
  cause: fc.constantFrom(...FAILURE_CAUSES),
  detail: text,
  retryAfterMs: fc.option(fc.double()),
});

export const snapshot: fc.Arbitrary<Snapshot> = fc.record({
  state: fc.constantFrom(
    'waiting',
    'discovering',
    'scanning',
    'completed',
    'failed',
    'stopped',
    'stalled',
    'not running',
    'unknown',
  ),
  discovery: step,
  images: step,
  registries: fc.array(registry, { maxLength: 30 }),
  scan: fc.nat(9),
  startedAt: maybeTime,
  isStartKnown: fc.boolean(),
  movedAt: maybeTime,
  endedAt: maybeTime,
  evidence: fc.constantFrom('reported', 'results', 'vanished', null),
  restarts: fc.nat(3),
  emptyAnswers: fc.nat(20),
  answeredAt: maybeTime,
  failure: fc.option(failure),
});

export const followers = fc.array(fc.oneof(fc.stringMatching(/^[UW][A-Z0-9]{8,10}$/), text), {
  maxLength: 120,
});

export const url = fc.option(
  fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    text,
    fc.constant('javascript:alert(1)'),
  ),
);

export const content: fc.Arbitrary<DeliveryContent> = fc.record({
  snapshot,
  end: fc.constantFrom(null, 'scan-ended', 'expired', 'stopped', 'not-started', 'folded'),
  stoppedBy: fc.option(text),
});

export const now = time;

const fault: fc.Arbitrary<InvalidReference> = fc.record({
  part: fc.constantFrom('whole', 'registry', 'repository', 'tag', 'digest'),
  reason: fc.constantFrom(
    'empty',
    'too-long',
    'upper-case',
    'character',
    'form',
    'port',
    'algorithm',
    'length',
    'lone-digest',
    'hub-registry',
  ),
  text,
  suggestion: fc.option(text),
});

export const remark: fc.Arbitrary<Remark> = fc.oneof(
  fc.record({ kind: fc.constant('synonym' as const), typed: text, command: text }),
  fc.constant({ kind: 'or-stop' as const }),
  fc.constant({ kind: 'for-everybody' as const }),
  fc.record({ kind: fc.constant('offer' as const), meant: text }),
  fc.record({ kind: fc.constant('lower-case' as const), image: text }),
  fc.record({
    kind: fc.constant('unknown-words' as const),
    words: fc.array(text, { maxLength: 5 }),
    meant: fc.option(text),
  }),
);

export const problem: fc.Arbitrary<CommandProblem> = fc.oneof(
  fc.record({
    kind: fc.constant('one-image' as const),
    word: fc.constantFrom('scan' as const, 'history' as const),
  }),
  fc.constant({ kind: 'stop-what' as const }),
  fc.constant({ kind: 'no-pause' as const }),
  fc.record({
    kind: fc.constant('unknown-word' as const),
    word: text,
    nearest: fc.constantFrom(...COMMAND_WORDS),
  }),
  fc.record({ kind: fc.constant('reference' as const), error: fault, isOneOfSeveral: fc.boolean() }),
  fc.record({
    kind: fc.constant('not-understood' as const),
    words: fc.array(text, { maxLength: 5 }),
    meant: fc.option(text),
  }),
  fc.record({
    kind: fc.constant('addressee' as const),
    of: fc.constantFrom('person' as const, 'channel' as const, 'group' as const),
    verb: fc.constantFrom(...COMMAND_WORDS),
    meant: text,
  }),
  fc.record({
    kind: fc.constant('registry-host' as const),
    host: text,
    verb: fc.constantFrom(...COMMAND_WORDS, '' as const),
  }),
  fc.record({ kind: fc.constant('split-tag' as const), meant: text }),
  fc.constant({ kind: 'scan-what' as const }),
  fc.record({ kind: fc.constant('too-many-images' as const), limit: fc.nat() }),
);
