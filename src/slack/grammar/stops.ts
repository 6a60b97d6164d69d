/** `stop`, which ends the registry scan after a confirmation, what else "stop" may mean, and wishes to pause. */

import { problem, these, type Typed, type Understood, understood } from './command.ts';
import { notUnderstood } from './not-understood.ts';
import type { Verb } from './lexicon/phrases.ts';
import { isPointing } from './pointing.ts';
import { unrelatedTokens } from './requests.ts';
import type { Token } from './tokens.ts';
import { findVerbs, type FoundVerb } from './verbs.ts';
import { ALL_WORDS, REGISTRY, SCANS } from './lexicon/vocabulary.ts';
import {
  GREETINGS,
  isAddressee,
  isWordOf,
  MODALS,
  POLITE,
  set,
  synonymOf,
  textsOf,
  without,
} from './words.ts';

/** "stop alpine" or "please stop" does not mean the registry scan. */
export function parseStop(typed: Typed, found: FoundVerb): Understood {
  const rest = without(typed.tokens, found);
  if (rest.some(({ kind }) => kind === 'image')) return problem({ kind: 'stop-what' });
  const isNamed =
    found.length > 1 ||
    found.phrase.includes('scan') ||
    rest.some((token) => isWordOf(token, OF_REGISTRY, SCANS));
  const isPlain =
    unrelatedTokens(typed, [found]).length === 0 &&
    !SCAN_MAY.test(textsOf(typed.tokens.slice(0, found.at)).join(' ')) &&
    !rest.some((token) => token.kind === 'invalid' || isAddressee(token, false));
  if (isPlain && (isNamed || (rest.length === 0 && found.phrase === 'stop')))
    return understood({ name: 'stop' }, synonymOf(found));
  // Only a confirmation follows, and the remark names the other meaning.
  if (isPlain && rest.some((token) => isWordOf(token, ALL_WORDS)))
    return understood({ name: 'unwatch-all' }, [{ kind: 'or-stop' }]);
  const tokens = rest.length === 0 ? typed.tokens : rest;
  const unclear = notUnderstood({ ...typed, tokens }, { verb: stopped(rest), words: [] });
  // Below a live message "stop this" may mean its watch.
  const isOfThread =
    isPlain && isPointing(rest.filter((token) => !isWordOf(token, POLITE, MODALS, PRONOUNS)));
  return isOfThread ? { ...these('unwatch', unclear), remarks: [{ kind: 'or-stop' }] } : unclear;
}

/** "Stop the registry notifications", "stop mentioning me": no scan is meant. */
function stopped(tokens: readonly Token[]): Verb {
  if (tokens.some((token) => isWordOf(token, MENTIONING))) return 'settings';
  return tokens.some((token) => isWordOf(token, NOTICES)) ? 'unwatch' : 'stop';
}

const MENTIONING = set('mentioning mentions tagging');
const NOTICES = set(
  'update updates messages notifications pings alerts nachrichten meldungen benachrichtigungen',
);

/** "Pause the scan", "can we pause alpine:3.16?", "resume it": of a scan, not of "pause notifications". */
export function isAboutPause(tokens: readonly Token[]): boolean {
  const first = tokens.find((token) => !isWordOf(token, GREETINGS, MODALS, PRONOUNS));
  const isResumed = first !== undefined && isWordOf(first, RESUMING);
  const isMeant = isResumed || tokens.some((token) => isWordOf(token, PAUSING));
  return (
    isMeant && tokens.length <= SENTENCE_MAX && findVerbs(tokens).every(({ verb }) => OF_SCANS.has(verb))
  );
}

const PRONOUNS = set('you we i us du wir ihr man tu on vous se');
const PAUSING = set(`
  pause pausing suspend pausieren pausiere pausiert unterbrechen unterbreche fortsetzen weitermachen
  suspendre reprendre suspends suspendez reanudar pausar pausa pausen suspender suspende`);
/** Behind other words they mean something else: "will it continue?" */
const RESUMING = set(`
  resume unpause continue reprends reprenez continuer reanuda continuar continua retomar retoma`);
const OF_SCANS: ReadonlySet<Verb> = new Set<Verb>(['scan', 'stop', 'status', 'history']);
/** A longer text is pasted, or about something else as well. */
const SENTENCE_MAX = 12;

/** "El scan puede parar" tells what is possible. */
const SCAN_MAY =
  /\b(?:scans?|regist\w+) (?:peu(?:t|vent)|pourrai(?:en)?t|puede|podria|pueden|podrian|pode|poderia|podia|podem)\b/;

export const OF_REGISTRY = new Set([...REGISTRY, 'regular', 'scan']);
