/** Why a scan stands still or does not begin, as far as the Console tells: for the notice, and in short for the live message. */

import type { Cause, Diagnosis, Standstill } from '../scan/report.ts';
import { code } from './mrkdwn.ts';
import { MAYBE_OUTSIDE } from './scope.ts';

const CAUSES_MAX = 5;
const ERROR_MAX = 160;
const NAME_MAX = 80;

/** `diagnosis`: null where the Console told nothing in time. mrkdwn. */
export function causeLines(diagnosis: Diagnosis | null, topic: 'stalled' | 'not-begun'): string[] {
  const [first, ...more] = diagnosis?.causes.slice(0, CAUSES_MAX) ?? [];
  if (first !== undefined) return [mostLikely(first), ...more.map((cause) => `•  ${causeLine(cause)}`)];
  const scope = diagnosis?.seen?.scope ?? null;
  // The Console takes the start of such an image, and nothing else ever shows of it.
  const perhaps = topic === 'not-begun' && scope === 'unknown' ? [`Perhaps ${MAYBE_OUTSIDE}`] : [];
  if (diagnosis === null || diagnosis.isHidden)
    return ['The Console does not tell why. Check there that a Defender is connected.', ...perhaps];
  const next = topic === 'stalled' ? 'It may go on by itself.' : 'It may begin yet.';
  return [`The Console shows no cause${goodSigns(diagnosis)}. ${next}`, ...perhaps];
}

/** The same in one line, where a notice says it all. mrkdwn. */
export function standstillLine(standstill: Standstill | null): string {
  const [first] = standstill?.diagnosis?.causes ?? [];
  if (first !== undefined) return mostLikely(first);
  if (standstill?.isTold === true)
    return 'It may go on by itself. What the Console tells of the cause is said below.';
  return 'It may go on by itself. If not, check that a Defender is connected to the Console.';
}

/** Only what was seen: a role may see a part. */
function goodSigns({ seen }: Diagnosis): string {
  const signs = [
    seen?.isDefenderConnected === true ? 'a Defender is connected' : '',
    seen?.areErrorsKnown === true ? 'no error is reported' : '',
    seen?.scope === 'inside' ? 'the image’s registry is configured' : '',
  ].filter((sign) => sign !== '');
  const last = signs.pop();
  if (last === undefined) return '';
  return signs.length === 0 ? `: ${last}` : `: ${signs.join(', ')} and ${last}`;
}

function mostLikely(cause: Cause): string {
  return `Most likely: ${causeLine(cause)}`;
}

function causeLine(cause: Cause): string {
  switch (cause.kind) {
    case 'no-defender':
      return 'no Defender is connected that could scan. Look at *Manage › Defenders* in the Console.';
    case 'out-of-scope':
      return 'none of the Console’s registry specifications covers this image. See *Defend › Vulnerabilities › Images › Registry settings*.';
    case 'specification-failed':
      return `the registry specification ${code(cause.name, NAME_MAX)} fails: ${code(cause.error, ERROR_MAX)}`;
    case 'console-error':
      return `the Console reports ${code(cause.error, ERROR_MAX)}`;
  }
}
