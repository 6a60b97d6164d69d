/**
 * Renews the leases of work in flight, all in one statement. So leases may be short: those of a crashed process expire
 * soon, those of long work do not.
 */

import type { Alarm } from '../../loop.ts';

export interface Held {
  /** False once another owner may have taken it over. */
  readonly isOurs: () => boolean;
  /** Aborts when another owner has taken it over. */
  readonly signal: AbortSignal;
  /** Epoch ms. */
  readonly until: () => number;
  /** To be called when the work is over. */
  readonly end: () => void;
}

export interface LeaseKeeperOptions {
  /** Renews those that are still ours until `until`, epoch ms; returns their ids. */
  readonly renew: (ids: readonly string[], until: number) => Promise<readonly string[]>;
  readonly leaseMs: number;
  readonly now: () => number;
  readonly alarm: Alarm;
}

export interface LeaseKeeper {
  /** `until`: end of the lease that was just taken. */
  readonly hold: (id: string, until: number) => Held;
}

export function createLeaseKeeper({ renew, leaseMs, now, alarm }: LeaseKeeperOptions): LeaseKeeper {
  const held = new Map<string, KeptLease>();
  let cancel: (() => void) | null = null;

  function renewLater(): void {
    if (cancel !== null || held.size === 0) return;
    cancel = alarm(leaseMs / RENEWALS, () => {
      cancel = null;
      void renewAll().finally(renewLater);
    });
  }

  function end(id: string, lease: KeptLease): void {
    if (held.get(id) === lease) held.delete(id);
    if (held.size > 0) return;
    cancel?.();
    cancel = null;
  }

  async function renewAll(): Promise<void> {
    const leases = new Map(held);
    const until = now() + leaseMs;
    // While the database fails, nothing is renewed, but no other process can take over either.
    const renewed = await renew([...leases.keys()], until).catch(() => null);
    if (renewed === null) return;
    for (const [id, lease] of leases) {
      if (renewed.includes(id)) lease.until = until;
      else if (held.get(id) === lease) lease.lost.abort();
    }
  }

  return {
    hold: (id, until) => {
      const lease: KeptLease = { until, lost: new AbortController() };
      held.set(id, lease);
      renewLater();
      return {
        // An expired lease may have been taken already, which shows only at the next renewal.
        isOurs: () => !lease.lost.signal.aborted && now() < lease.until,
        signal: lease.lost.signal,
        until: () => lease.until,
        end: () => end(id, lease),
      };
    },
  };
}

/** Per lease time: one may fail or be late. */
const RENEWALS = 3;

interface KeptLease {
  until: number;
  readonly lost: AbortController;
}
