/** What a person can ask for, as data: the words of the grammar, and what may be wrong with what was typed. */

import type { ReferenceFault } from '../image/reference.ts';
import type { Target } from './target.ts';

/** Words that do something. */
export const COMMAND_WORDS = ['watch', 'unwatch', 'list', 'help'] as const;

/** Words of the grammar that are answered with `not-yet`. */
export const RESERVED_WORDS = ['subscribe', 'unsubscribe', 'scan', 'stop', 'history', 'settings'] as const;

export type ReservedWord = (typeof RESERVED_WORDS)[number];
export type CommandWord = (typeof COMMAND_WORDS)[number] | ReservedWord;

/** `progress` has no word: it is what an image alone, or nothing, asks for. */
export type CommandName = 'progress' | (typeof COMMAND_WORDS)[number];

/** So many images fit on one board. */
export const MAX_IMAGES = 20;

export interface NamedTarget {
  readonly target: Target;
  /** Neither tag nor digest was given: the answer says that `latest` is meant. */
  readonly isTagAssumed: boolean;
}

/** Texts are as typed: escape them before showing. */
export type CommandProblem =
  | { readonly kind: 'not-yet'; readonly word: ReservedWord }
  /** `word` is no word of the grammar but resembles one. */
  | { readonly kind: 'unknown-word'; readonly word: string; readonly nearest: CommandWord }
  /** `isOneOfSeveral`: other images stood beside it, and nothing was done about them. */
  | { readonly kind: 'reference'; readonly fault: ReferenceFault; readonly isOneOfSeveral: boolean }
  /** Several images (printed references) and no word in front that says what to do with them. */
  | { readonly kind: 'several-images'; readonly images: readonly string[] }
  | { readonly kind: 'too-many-images'; readonly limit: number };
