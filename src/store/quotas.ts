/** How many calls Slack grants to all replicas together, whoever makes them: the delivery loop, or an answer to a person. */

import type { Quota } from './rate-limits.ts';

/** Slack grants 50 edits a minute; two are left for clocks that disagree on where the minute begins. */
export const EDITS_PER_MINUTE = 48;
/** Of these, final states may use all, updates leave some: an end is never delayed by progress. */
export const UPDATES_PER_MINUTE = 42;
/** The history is read on a limit of its own, as high as that of edits. */
export const LOOKUPS_PER_MINUTE = 48;

const EDITS = { kinds: ['update', 'final'], calls: EDITS_PER_MINUTE } as const;
const UPDATES = { kinds: ['update'], calls: UPDATES_PER_MINUTE } as const;
const LOOKUPS = { kinds: ['look'], calls: LOOKUPS_PER_MINUTE } as const;

/** What a lease of deliveries, or a single call, is counted among. */
export const QUOTAS = {
  posts: { method: 'posts', limits: [] },
  finals: { method: 'edits', limits: [EDITS] },
  updates: { method: 'edits', limits: [EDITS, UPDATES] },
  lookups: { method: 'looks', limits: [LOOKUPS] },
} as const satisfies Record<string, Quota>;
