/** The meanings of a text, and remarks for its reply. */

import type { CommandProblem, NamedTarget, Remark } from '../../scan/command.ts';
import { REGULAR_SCAN, targetId } from '../../scan/target.ts';
import type { ImageToken, Token } from './tokens.ts';

export type Command =
  /** `isImplicit`: no target was named, so in a thread its images are meant. */
  | { readonly name: 'progress'; readonly target: NamedTarget; readonly isImplicit?: boolean }
  /** Without duplicates. */
  | { readonly name: ListVerb; readonly targets: readonly NamedTarget[]; readonly isImplicit?: boolean }
  /** Everything of the conversation, after a confirmation. */
  | { readonly name: 'unwatch-all' | 'unsubscribe-all' }
  /** Images without a verb, in order. */
  | { readonly name: 'images'; readonly targets: readonly NamedTarget[] }
  | { readonly name: 'scan' | 'history'; readonly target: NamedTarget }
  /** "Watch these": the images that a thread names, or its watches; elsewhere they are unknown. */
  | { readonly name: 'these'; readonly verb: PointingVerb | null; readonly elsewhere: Understood }
  | { readonly name: 'list' | 'stop' | 'settings' | 'help' | 'courtesy' | 'operators' }
  | { readonly name: 'problem'; readonly problem: CommandProblem };

export type PointingVerb = 'watch' | 'unwatch' | 'subscribe' | 'unsubscribe' | 'scan';

type ListVerb = 'watch' | 'unwatch' | 'subscribe' | 'unsubscribe';

export interface Understood {
  readonly command: Command;
  readonly remarks: readonly Remark[];
}

/** A text and its tokens. */
export interface Typed {
  readonly tokens: readonly Token[];
  /** As Slack sent it. */
  readonly text: string;
}

/** What a command means where no image is named. */
export const REGULAR: NamedTarget = { target: REGULAR_SCAN, isTagAssumed: false };

export function understood(command: Command, remarks: readonly Remark[] = []): Understood {
  return { command, remarks };
}

/** `elsewhere`: where no thread says which images are meant. */
export function these(verb: PointingVerb | null, elsewhere: Understood): Understood {
  return understood({ name: 'these', verb, elsewhere });
}

export function problem(found: CommandProblem): Understood {
  return understood({ name: 'problem', problem: found });
}

/** In order, without duplicates. */
export function distinct(images: readonly ImageToken[]): readonly NamedTarget[] {
  const targets = new Map<string, NamedTarget>();
  for (const image of images) {
    const named = toNamed(image);
    const id = targetId(named.target);
    // `alpine` and `alpine:latest` are one target; it was named in full, so nothing was assumed.
    const isTagAssumed = named.isTagAssumed && (targets.get(id)?.isTagAssumed ?? true);
    targets.set(id, { ...named, isTagAssumed });
  }
  return [...targets.values()];
}

export function toNamed({ reference, isTagAssumed }: ImageToken): NamedTarget {
  return { target: { kind: 'image', reference }, isTagAssumed };
}
