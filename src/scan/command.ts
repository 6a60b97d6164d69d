/** What a person can ask for, as data: the words of the grammar, and what may be wrong with what was typed. */

import type { InvalidReference } from '../image/reference.ts';
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

/** What an answer says besides of how it was understood. Texts are as typed: escape them before showing. */
export type Remark =
  | { readonly kind: 'synonym'; readonly typed: string; readonly command: string }
  /** It was typed with capitals. */
  | { readonly kind: 'lower-case'; readonly image: string }
  /** Words beside an image. `meant`: the command that was probably meant, without `/scanprogress`. */
  | { readonly kind: 'unknown-words'; readonly words: readonly string[]; readonly meant: string | null };

/** Texts are as typed: escape them before showing. */
export type CommandProblem =
  /** Nothing was done. `meant`: the command that was probably meant, without `/scanprogress`; null where none can be told. */
  | { readonly kind: 'not-understood'; readonly words: readonly string[]; readonly meant: string | null }
  /** A person, a channel or a group where an image is expected. */
  | { readonly kind: 'addressee'; readonly of: 'person' | 'channel' | 'group'; readonly verb: string }
  /** `alpine 3.16`: name and tag apart. */
  | { readonly kind: 'split-tag'; readonly meant: string }
  /** `scan now`: neither an image nor the registry. */
  | { readonly kind: 'scan-what' }
  /** `scan` and `history` are about one image at a time. */
  | { readonly kind: 'one-image'; readonly word: 'scan' | 'history' }
  /** `stop` was followed by something: it stops the regular scan alone. */
  | { readonly kind: 'stop-what' }
  /** `word` is no word of the grammar but resembles one. */
  | { readonly kind: 'unknown-word'; readonly word: string; readonly nearest: CommandWord }
  /** `isOneOfSeveral`: other images stood beside it, and nothing was done about them. */
  | { readonly kind: 'reference'; readonly fault: InvalidReference; readonly isOneOfSeveral: boolean }
  | { readonly kind: 'too-many-images'; readonly limit: number };
