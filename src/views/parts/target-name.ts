/** Names of a target: in a notification, in a title, and inside a sentence. */

import { printReference } from '../../image/reference.ts';
import type { Target } from '../../scan/target.ts';
import { cutReference } from '../kit/limits.ts';
import { code, escape } from '../kit/mrkdwn.ts';

const REGULAR = 'Registry scan';
/** Longer than any valid name. */
const TEXT_MAX = 1_000;
/** Leaves room for the emoji in a title of 150. */
const TITLE_MAX = 110;
/** In lists and on boards. */
const NAME_MAX = 60;
const SENTENCE_MAX = 300;

/** The public form, with which every progress text starts: `alpine:3.16`, `Registry scan`. */
export function targetText(target: Target): string {
  return target.kind === 'regular'
    ? REGULAR
    : cutReference(escape(printReference(target.reference)), TEXT_MAX);
}

/** For a title. */
export function targetTitle(target: Target): string {
  return target.kind === 'regular' ? REGULAR : cutReference(escape(shortReference(target)), TITLE_MAX);
}

/** For a line of a list: "*Registry scan*", "`alpine:3.16`". mrkdwn. */
export function shortName(target: Target): string {
  return target.kind === 'regular' ? `*${REGULAR}*` : codeName(shortReference(target), NAME_MAX);
}

/** In full. mrkdwn. */
function targetName(target: Target): string {
  return target.kind === 'regular'
    ? `*${REGULAR}*`
    : codeName(printReference(target.reference), SENTENCE_MAX);
}

/** Shortened so that the last part of its repository and the tag stay. mrkdwn. */
export function codeName(reference: string, max: number): string {
  return `\`${cutReference(escape(reference), max) || '?'}\``;
}

/** At the start of a sentence about its scan: "`alpine:3.16` completed". mrkdwn. */
export function subjectOf(target: Target): string {
  return target.kind === 'regular' ? REGULAR : targetName(target);
}

/** Inside a sentence: "the registry scan", "the scan of `alpine:3.16`". mrkdwn. */
export function scanPhrase(target: Target): string {
  return target.kind === 'regular' ? 'the registry scan' : `the scan of ${targetName(target)}`;
}

/** "No registry scan", "No scan of `alpine:3.16`". mrkdwn. */
export function noScanPhrase(target: Target): string {
  return target.kind === 'regular' ? 'No registry scan' : `No scan of ${targetName(target)}`;
}

/** The command for it, as code: "`/scanprogress watch alpine:3.16`". mrkdwn. */
export function commandFor(word: string, target: Target): string {
  const argument = target.kind === 'regular' ? '' : ` ${printReference(target.reference)}`;
  return code(`/scanprogress ${word}${argument}`);
}

/** A digest keeps its first 12 digits, as Docker prints it: a title is read, not compared. */
function shortReference({ reference }: Target & { kind: 'image' }): string {
  return printReference(reference).replace(/(@sha(?:256|512):[0-9a-f]{12})[0-9a-f]+$/, '$1…');
}

export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
