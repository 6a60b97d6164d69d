/**
 * The Console's title of a step, such as `Step 2/2 scanning images in registry HOST: Scanned 0/2 images with 1
 * Defender`. Only the number of Defenders is not shown elsewhere, so only that is used; a title of another form is
 * shown as it is.
 */

import type { Snapshot } from '../../scan/snapshot.ts';
import { isEnded } from './state.ts';
import { code } from '../kit/mrkdwn.ts';

const TITLE_MAX = 160;
const FAMILIAR = /^Step [12]\/2 (?:discovering tags|scanning images) in (?:registry|repository)\b/;

/** `''` where the title adds nothing. mrkdwn. */
export function consoleWords({ state, discovery, images, registries }: Snapshot): string {
  // With several registries each has its own title; none is about the sum.
  if (isEnded(state) || registries.length > 1) return '';
  const title = (state === 'discovering' ? discovery : images).title.trim();
  if (!FAMILIAR.test(title)) return title === '' ? '' : `Console: ${code(title, TITLE_MAX)}`;
  const defenders = /\bwith (\d{1,6}) Defenders?$/.exec(title)?.[1];
  return defenders === undefined ? '' : `${defenders} ${Number(defenders) === 1 ? 'Defender' : 'Defenders'}`;
}
