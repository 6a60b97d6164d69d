/** What leases of every kind have in common. */

/**
 * No lease that was taken by `now`, epoch ms, ends later than this: one that does was taken before the clock was set back.
 * Twice its length, since another process' clock may be ahead of ours.
 */
export function farthestEnd({ now, leaseMs }: { readonly now: number; readonly leaseMs: number }): number {
  return now + 2 * leaseMs;
}
