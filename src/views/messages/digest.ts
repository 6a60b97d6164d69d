/** The weekly digest of a channel. It mentions no one. */

import type { DigestTime, WeeklyDigest } from '../../scan/weekly-digest.ts';
import { context, header, message, type Message, section } from '../kit/blocks.ts';
import { clock } from '../kit/mrkdwn.ts';
import { printCount } from '../parts/findings.ts';
import { shortName } from '../parts/target-name.ts';
import { digestTimeWords } from '../settings/words.ts';

/** Names that are spelled out; the rest is counted. */
const NAMES_MAX = 10;

export function digestView(digest: WeeklyDigest, time: DigestTime | null): Message {
  const { from, until, ended, neverScanned, worst } = digest;
  return message(`Weekly digest · ${endedWords(digest)}`, [
    header('🗓️ Weekly digest'),
    section([
      ended === 0 ? 'No scan of what is followed here ended.' : `*${endedWords(digest)}*`,
      stalledWords(digest),
    ]),
    section(
      worst.length === 0
        ? ['No image has new critical findings.']
        : [
            '*Most new critical findings*',
            ...worst.map(
              ({ target, newCritical }) => `${shortName(target)}  *${printCount(newCritical)} new critical*`,
            ),
          ],
    ),
    section(neverScanned.length === 0 ? [] : ['*Followed here, and never scanned*', namesOf(digest)]),
    context([
      `${clock(from, '{date_short_pretty} {time}')} to ${clock(until, '{date_short_pretty} {time}')}`,
      time === null
        ? null
        : `I post this ${digestTimeWords(time)}. Change that with \`/scanprogress settings\`.`,
    ]),
  ]);
}

/** "42 scans ended, 2 failed, 1 stopped". */
function endedWords({ ended, failed, stopped }: WeeklyDigest): string {
  return [
    `${printCount(ended)} ${ended === 1 ? 'scan' : 'scans'} ended`,
    ...(failed === 0 ? [] : [`${printCount(failed)} failed`]),
    ...(stopped === 0 ? [] : [`${printCount(stopped)} stopped`]),
  ].join(', ');
}

function stalledWords({ stalled }: WeeklyDigest): string | null {
  return stalled === 0 ? null : `${printCount(stalled)} stalled on the way`;
}

function namesOf({ neverScanned }: WeeklyDigest): string {
  const more = neverScanned.length - NAMES_MAX;
  const names = neverScanned.slice(0, NAMES_MAX).map((target) => shortName(target));
  return `${names.join(', ')}${more > 0 ? ` and ${printCount(more)} more` : ''}`;
}
