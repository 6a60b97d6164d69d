/** The answer to `list`: what this conversation watches, with a button each to stop it. */

import type { SectionBlock } from '@slack/types';
import type { Snapshot } from '../scan/snapshot.ts';
import type { Target } from '../scan/target.ts';
import { stopInListButton } from './actions.ts';
import { context, message, type Message, section } from './blocks.ts';
import { link, mentions } from './mrkdwn.ts';
import { isAbsent, STATE_EMOJI } from './state.ts';
import { printSteps } from './step.ts';
import { shortName } from './target-name.ts';

const WATCHES_MAX = 20;
const PEOPLE_MAX = 3;

export interface ListedWatch {
  readonly watchId: string;
  readonly target: Target;
  readonly snapshot: Snapshot;
  readonly followers: readonly string[];
  /** Permalink of its live message, null where it is not known. */
  readonly liveMessageUrl: string | null;
}

interface WatchListInput {
  /** The first ones are enough; `total` says how many there are. */
  readonly watches: readonly ListedWatch[];
  readonly total: number;
  /** In a message that all can see, people are counted and not mentioned: a list should ring nobody's phone. */
  readonly isEphemeral: boolean;
}

export function watchListView(input: WatchListInput): Message {
  if (input.total === 0) return emptyList();
  const shown = input.watches.slice(0, WATCHES_MAX);
  const left = input.total - shown.length;
  const title = `${input.total} ${input.total === 1 ? 'scan is' : 'scans are'} watched here`;
  return message(title, [
    section([`*${title}*`]),
    ...shown.map((watch) => watchSection(watch, input.isEphemeral)),
    context([left > 0 ? `and ${left} more. \`/scanprogress unwatch IMAGE\` stops one by its name.` : null]),
  ]);
}

function emptyList(): Message {
  return message('Nothing is watched here. To begin: /scanprogress watch alpine:3.16', [
    section(['*Nothing is watched here.*']),
    section([
      'To begin:',
      '`/scanprogress watch alpine:3.16` for one image',
      '`/scanprogress watch` for the registry scan',
    ]),
  ]);
}

function watchSection({ snapshot, ...watch }: ListedWatch, isEphemeral: boolean): SectionBlock | null {
  const { state } = snapshot;
  return section(
    [
      `${STATE_EMOJI[state]} ${shortName(watch.target)}`,
      isAbsent(state) ? state : `${state} · ${printSteps(snapshot)}`,
      detailLine(watch, isEphemeral),
    ],
    stopInListButton(watch.watchId, watch.target),
  );
}

function detailLine(
  { followers, liveMessageUrl }: Omit<ListedWatch, 'snapshot'>,
  isEphemeral: boolean,
): string {
  const count = new Set(followers).size;
  const people = isEphemeral
    ? mentions(followers, PEOPLE_MAX)
    : `${count} ${count === 1 ? 'person' : 'people'}`;
  const live = liveMessageUrl === null ? '' : link(liveMessageUrl, 'Live message');
  return [live, count === 0 ? '' : people].filter((part) => part !== '').join(' · ');
}
