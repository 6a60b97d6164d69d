/**
 * An edit whose answer was lost may still land, also after the final state, and would undo it for good. So the final
 * state that follows such an edit is drawn once more when nothing can land any more.
 */

export interface LateEdits {
  /** At `now` it turned out that nobody knows what became of an edit of this watch's message. */
  note(watchId: string, now: number): void;
  /** Whether such an edit may still land; the answer is given once. */
  take(watchId: string, now: number): boolean;
}

/** Three times the limit of a call: what has not landed by then was lost on the way. */
export const LANDS_WITHIN_MS = 30_000;

export function createLateEdits(): LateEdits {
  const unknownAt = new Map<string, number>();
  const isOver = (at: number, now: number) => Math.abs(now - at) >= LANDS_WITHIN_MS;
  return {
    note(watchId, now) {
      for (const [id, at] of unknownAt) if (isOver(at, now)) unknownAt.delete(id);
      unknownAt.set(watchId, now);
    },
    take(watchId, now) {
      const at = unknownAt.get(watchId);
      unknownAt.delete(watchId);
      return at !== undefined && !isOver(at, now);
    },
  };
}
