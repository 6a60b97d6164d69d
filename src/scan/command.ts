/** What a person can ask for, as data: the words of the grammar, and what may be wrong with what was typed. */

import type { ReferenceFault } from '../image/reference.ts';
import type { Target } from './target.ts';

export const COMMAND_WORDS = [
  'watch',
  'unwatch',
  'subscribe',
  'unsubscribe',
  'list',
  'scan',
  'stop',
  'history',
  'settings',
  'help',
] as const;

export type CommandWord = (typeof COMMAND_WORDS)[number];

/** So many images fit on one board. */
export const MAX_IMAGES = 20;

export interface NamedTarget {
  readonly target: Target;
  /** Neither tag nor digest was given: the answer says that `latest` is meant. */
  readonly isTagAssumed: boolean;
}

/** Texts are as typed: escape them before showing. */
export type CommandProblem =
  /** `scan` and `history` are about one image at a time. */
  | { readonly kind: 'one-image'; readonly word: 'scan' | 'history' }
  /** `stop` was followed by something: it stops the regular scan alone. */
  | { readonly kind: 'stop-what' }
  /** `word` is no word of the grammar but resembles one. */
  | { readonly kind: 'unknown-word'; readonly word: string; readonly nearest: CommandWord }
  /** `isOneOfSeveral`: other images stood beside it, and nothing was done about them. */
  | { readonly kind: 'reference'; readonly fault: ReferenceFault; readonly isOneOfSeveral: boolean }
  /** Several images (printed references) and no word in front that says what to do with them. */
  | { readonly kind: 'several-images'; readonly images: readonly string[] }
  | { readonly kind: 'too-many-images'; readonly limit: number };
