/** Commands as data: the grammar's words, and the errors of what was typed. */

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

/** Images on one board. */
export const MAX_IMAGES = 20;

export interface NamedTarget {
  readonly target: Target;
  /** Neither tag nor digest was given: the reply says that `latest` is assumed. */
  readonly isTagAssumed: boolean;
}

/** Hints that a reply adds. Texts are as typed: escape them before showing. */
export type Remark =
  | { readonly kind: 'synonym'; readonly typed: string; readonly command: string }
  /** "Stop all" may mean the registry scan as well. */
  | { readonly kind: 'or-stop' }
  /** "Stop notifying me" would end what others wait for. */
  | { readonly kind: 'for-everybody' }
  /** What was probably meant, without `/scanprogress`. */
  | { readonly kind: 'offer'; readonly meant: string }
  /** Typed with capitals. */
  | { readonly kind: 'lower-case'; readonly image: string }
  /** Words beside an image. `meant`: the probable command, without `/scanprogress`. */
  | { readonly kind: 'unknown-words'; readonly words: readonly string[]; readonly meant: string | null };

/** Texts are as typed: escape them before showing. */
export type CommandProblem =
  /** Nothing was done. `meant`: the probable command, without `/scanprogress`; null for none. */
  | { readonly kind: 'not-understood'; readonly words: readonly string[]; readonly meant: string | null }
  /** A person, a channel or a user group instead of an image, or beside some. `meant`: without them. */
  | {
      readonly kind: 'addressee';
      readonly of: 'person' | 'channel' | 'group';
      readonly verb: string;
      readonly meant: string;
    }
  /** `ghcr.io`: a registry's host instead of an image. `verb`: empty for a question. */
  | { readonly kind: 'registry-host'; readonly host: string; readonly verb: CommandWord | '' }
  /** `alpine 3.16`: name and tag separated. */
  | { readonly kind: 'split-tag'; readonly meant: string }
  /** `scan now`: neither an image nor the registry. */
  | { readonly kind: 'scan-what' }
  /** `scan` and `history` take one image. */
  | { readonly kind: 'one-image'; readonly word: 'scan' | 'history' }
  /** `stop` takes no argument: it stops the registry scan only. */
  | { readonly kind: 'stop-what' }
  /** `pause`: no scan can be paused or resumed. */
  | { readonly kind: 'no-pause' }
  /** An unknown word that resembles a known one. */
  | { readonly kind: 'unknown-word'; readonly word: string; readonly nearest: CommandWord | 'status' }
  /** `isOneOfSeveral`: other images were named too, and nothing was done for them. */
  | { readonly kind: 'reference'; readonly error: InvalidReference; readonly isOneOfSeveral: boolean }
  | { readonly kind: 'too-many-images'; readonly limit: number };
