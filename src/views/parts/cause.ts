/** Why a scan stalls or does not start: for the notice, and in short for the live message; and what to check. */

import type { Cause, Diagnosis } from '../../scan/results/report.ts';
import type { Target } from '../../scan/target.ts';
import { code } from '../kit/mrkdwn.ts';

const CAUSES_MAX = 5;
const ERROR_MAX = 160;
const NAME_MAX = 80;
const CHECK_DEFENDERS = 'Check *Manage › Defenders* in the Console.';

/** `diagnosis`: null where the report timed out. mrkdwn. */
export function causeLines(diagnosis: Diagnosis | null, topic: 'stalled' | 'not-begun'): string[] {
  const [first, ...more] = diagnosis?.causes.slice(0, CAUSES_MAX) ?? [];
  if (first !== undefined) return [causeLine(first), ...more.map((cause) => `Or: ${causeLine(cause)}`)];
  const scope = diagnosis?.seen?.scope ?? null;
  // The Console accepts the start of an image out of scope, and nothing shows up.
  const perhaps = topic === 'not-begun' && scope === 'unknown' ? [`Perhaps ${MAYBE_OUTSIDE}`] : [];
  if (diagnosis === null || diagnosis.isHidden)
    return [`The Console does not say why. ${CHECK_DEFENDERS}`, ...perhaps];
  const next = topic === 'stalled' ? 'It may go on by itself.' : 'It may begin yet.';
  return [`The Console shows no cause${goodSigns(diagnosis)}. ${next}`, ...perhaps];
}

/** Same, in one line. mrkdwn. */
export function stallLine(diagnosis: Diagnosis | null): string {
  const [first] = diagnosis?.causes ?? [];
  if (first !== undefined) return causeLine(first);
  const found = diagnosis === null ? 'No cause is known yet' : 'The Console shows no cause';
  return `If this goes on, check *Manage › Defenders* in the Console. ${found}.`;
}

/** Only what could be read: a role may see a part. */
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

function causeLine(cause: Cause): string {
  switch (cause.kind) {
    case 'no-defender':
      return `No Defender is connected that could scan. ${CHECK_DEFENDERS}`;
    case 'out-of-scope':
      return 'No registry specification of the Console seems to cover this image. See *Defend › Vulnerabilities › Images › Registry settings*.';
    case 'specification-failed':
      return `The registry specification ${code(cause.name, NAME_MAX)} fails: ${code(cause.error, ERROR_MAX)}. Check its credentials.`;
    case 'console-error':
      return `Console: ${code(cause.error, ERROR_MAX)}. Check that the registry answers.`;
  }
}

/** After a scan has failed. mrkdwn. */
export function stepAfterFailure(error: string, kind: Target['kind']): string {
  if (/\bdefenders?\b/i.test(error)) return 'Check *Manage › Defenders*, then scan again.';
  return kind === 'image'
    ? 'Check the tag, and the registry’s credentials in the Console, then scan again.'
    : 'Check the registries’ credentials in the Console, then scan again.';
}

const REGISTRY_SETTINGS = '*Defend › Vulnerabilities › Images › Registry settings*';

/** For an image that no registry specification seems to cover: the patterns are undocumented. mrkdwn. */
export const OUTSIDE = [`Check the spelling, and ${REGISTRY_SETTINGS} in the Console.`];

/** Where the settings are unreadable: the end of a sentence, and one to follow. */
export const MAYBE_OUTSIDE = `the image is outside the registries that are configured in the Console. Check the spelling, and ${REGISTRY_SETTINGS}.`;
