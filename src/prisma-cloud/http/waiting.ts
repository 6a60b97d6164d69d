/** Callers that wait for a permit. */

import { type Permit, PRIORITIES, type Priority } from './permits.ts';

export interface PermitWait {
  readonly signal: AbortSignal;
  /** A longer pause is not waited for. */
  readonly pauseMs: number;
  /** Once it aborts, a person waits, too: the priority is `interactive` from then on. */
  readonly personSignal?: AbortSignal | undefined;
}

interface Waiter {
  priority: Priority;
  readonly pauseMs: number;
  readonly settle: (permit: Permit | null) => void;
}

/** Waiting callers, longest first. `onRaise`: the priority of one was raised. */
export function createWaiting(onRaise: () => void) {
  const waiting: Record<Priority, Set<Waiter>> = {
    interactive: new Set(),
    high: new Set(),
    background: new Set(),
  };
  const inOrder = (): readonly Waiter[] => PRIORITIES.flatMap((priority) => [...waiting[priority]]);

  function join(priority: Priority, { signal, pauseMs, personSignal }: PermitWait): Promise<Permit | null> {
    return new Promise((resolve) => {
      const settle: Waiter['settle'] = (permit) => {
        waiting[waiter.priority].delete(waiter);
        signal.removeEventListener('abort', leave);
        personSignal?.removeEventListener('abort', raise);
        resolve(permit);
      };
      const isPerson = personSignal?.aborted === true;
      const waiter: Waiter = { priority: isPerson ? 'interactive' : priority, pauseMs, settle };
      const leave = (): void => settle(null);
      const raise = (): void => {
        waiting[waiter.priority].delete(waiter);
        waiter.priority = 'interactive';
        waiting.interactive.add(waiter);
        onRaise();
      };
      signal.addEventListener('abort', leave, { once: true });
      personSignal?.addEventListener('abort', raise, { once: true });
      waiting[waiter.priority].add(waiter);
    });
  }

  function cancel(isMeant: (waiter: Waiter) => boolean): void {
    for (const waiter of inOrder()) if (isMeant(waiter)) waiter.settle(null);
  }

  return { inOrder, join, cancel };
}
