/** Images named in a thread or a message, each with its scan and a button to watch it. */

import type { EndedScan, Report } from '../../scan/results/report.ts';
import type { Snapshot } from '../../scan/snapshot.ts';
import type { Target } from '../../scan/target.ts';
import { MAX_IMAGES } from '../../scan/command.ts';
import { watchAllButton, watchHereButton } from '../parts/buttons.ts';
import { actions, context, message, type Message, note, section } from '../kit/blocks.ts';
import { hasCounts } from '../parts/progress.ts';
import { asOfLastResponse, isAbsent, isEnded, toReplyHeadline } from '../parts/state.ts';
import { endedScanLine, findingsInText } from '../parts/result.ts';
import { knownSteps } from '../parts/steps.ts';
import { shortName } from '../parts/target-name.ts';

interface NamedImage {
  readonly target: Target;
  /** null where the Console did not respond in time. */
  readonly snapshot: Snapshot | null;
  /** Of its ended scan; null where none is known. */
  readonly report: Report | null;
  readonly isReportPending?: boolean;
  /** The scan before, where this one has not ended; left out or null if unknown. */
  readonly before?: EndedScan | null;
  readonly isWatchedHere: boolean;
}

interface NamedImages {
  readonly images: readonly NamedImage[];
  /** All named images, including the shown ones. */
  readonly all: readonly Target[];
  /** False where the newest messages could not be read. */
  readonly isWhole: boolean;
  readonly now: number;
}

export function namedImagesView({ images, all, isWhole, now }: NamedImages): Message {
  const count = all.length;
  const more = count - images.length;
  const offered = count > 1 ? all.slice(0, MAX_IMAGES) : [];
  const title = `${count} ${count === 1 ? 'image is' : 'images are'} named here`;
  return message(title, [
    section([`*${title}*`]),
    ...images.map((image) => imageSection(image, now)),
    offered.length > 0 ? actions([watchAllButton(offered)]) : null,
    context([
      isWhole ? null : PARTLY_READ,
      more > 0 ? `and ${more} more. Ask for one by its name: \`@scanprogress alpine:3.16\`` : null,
    ]),
  ]);
}

const PARTLY_READ =
  'Slack has shown me only the beginning of this thread, so images that were named later are missing. Mention me again in a minute.';

function imageSection(image: NamedImage, now: number) {
  const { target, snapshot, isWatchedHere, before } = image;
  const isOffered = !isWatchedHere && !(snapshot !== null && isEnded(snapshot.state));
  return section(
    [
      stateLine(image, now),
      before ? `${endedScanLine(before)}.` : null,
      isWatchedHere ? 'It is already watched here.' : null,
    ],
    isOffered ? watchHereButton(target) : null,
  );
}

function stateLine({ target, snapshot, report, isReportPending = false }: NamedImage, now: number): string {
  if (snapshot === null) return `❔ ${shortName(target)}\nThe Console has not answered yet.`;
  const shown = asOfLastResponse(snapshot);
  const { emoji, line } = toReplyHeadline(shown, now, { report, isReportPending });
  const seen = hasCounts(shown) ? `Last seen at ${knownSteps(shown)}.` : '';
  const counts = isAbsent(shown.state)
    ? seen && `\n${seen}`
    : `${isEnded(shown.state) ? findingsInText(report) : ''} · ${knownSteps(shown)}`;
  return `${emoji} ${shortName(target)}\n${line}${counts}`;
}

export function noImagesView(where: 'thread' | 'message'): Message {
  return note(`I find no image named in this ${where}.`, [
    'Name one: `@scanprogress alpine:3.16`, or `@scanprogress watch ghcr.io/acme/api:1.4`. `@scanprogress help` shows the rest.',
  ]);
}

export function cannotReadView(): Message {
  return note('I cannot read this thread, so I do not know which images it names.', [
    'Type `/invite @scanprogress` in the channel, or name the image: `@scanprogress alpine:3.16`',
  ]);
}

export function cannotReadNowView(): Message {
  return note('Slack has not shown me this thread just now, so I do not know which images it names.', [
    'Mention me again in a minute, or name the image: `@scanprogress alpine:3.16`',
  ]);
}
