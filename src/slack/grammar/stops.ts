/** `stop`, which ends the registry scan after a confirmation, what else "stop" may mean, and wishes to pause. */

import { problem, these, type Typed, type Understood, understood } from './command.ts';
import { notUnderstood } from './not-understood.ts';
import type { Verb } from './lexicon/phrases.ts';
import { isPointing } from './pointing.ts';
import { unrelatedTokens } from './requests.ts';
import type { Token } from './tokens.ts';
import { findVerbs, type FoundVerb } from './verbs.ts';
import { ALL_WORDS, QUESTION_WORDS, REGISTRY, SCANS } from './lexicon/vocabulary.ts';
import {
  GREETINGS,
  isAddressee,
  isWordOf,
  MODALS,
  POLITE,
  rawOf,
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
  `update updates messages notifications pings alerts nachrichten meldungen benachrichtigungen alertes
  mensajes notificaciones avisos mensagens notificacoes`,
);

/** "Pause the scan", "can we pause alpine:3.16?", "Scan fortsetzen"; "pause mentions" is of the settings. null: no such wish. */
export function parsePause(typed: Typed): Understood | null {
  const { tokens, text } = typed;
  const at = tokens.findIndex((token) => !isWordOf(token, GREETINGS, MODALS, PRONOUNS, HOW_OR_MAY));
  const isPlainQuestion =
    text.includes('?') && tokens.slice(0, at).every((token) => isWordOf(token, GREETINGS));
  const pausing = isPlainQuestion ? undefined : pausingIn(tokens, at);
  if (pausing === undefined || tokens.length > SENTENCE_MAX) return null;
  if (tokens.some((token) => isWordOf(token, NOTICES, MENTIONING)))
    return notUnderstood(typed, { verb: 'settings', words: rawOf([pausing]) });
  // "Kann man …": not the `man` of help.
  const verbs = findVerbs(tokens.slice(at));
  const isOfScan = verbs.every(({ verb }) => verb === 'scan' || verb === 'stop');
  const hasImage = tokens.some(({ kind }) => kind === 'image');
  const isClear = hasImage ? verbs.length === 0 && !isWordOf(pausing, RESUMING) : isOfScan;
  return isClear ? problem({ kind: 'no-pause' }) : null;
}

/** The word is the verb: elsewhere it tells how a scan is, or names the image `pause`. */
function pausingIn(tokens: readonly Token[], at: number): Token | undefined {
  const first = tokens[at];
  if (first === undefined) return undefined;
  if (isWordOf(first, PAUSING, RESUMING)) return first;
  const last = tokens.findLast((token) => token.kind !== 'emoji' && !isWordOf(token, POLITE));
  const isLast = last !== undefined && isWordOf(last, isWordOf(first, PUTTING) ? PAUSE : INFINITIVES);
  return isLast && !isWordOf(first, QUESTION_WORDS) ? last : undefined;
}

const PRONOUNS = set('you we i us du wir ihr man tu on vous se');
/** "How do I pause …?", "kann man …?" */
const HOW_OR_MAY = set(
  'how do to may lets want need like wie kann darf comment puis peut je como puedo posso',
);
const INFINITIVES = set('pausieren unterbrechen fortsetzen weitermachen');
const PAUSING = set(`
  pause suspend pausiere pausiert unterbreche unterbrich unterbrecht ${[...INFINITIVES].join(' ')}
  pausez pauser suspendre suspends suspendez interrompre interromps interrompez
  pausar pausa pausen suspender suspende interrumpe interrumpir interromper`);
const PAUSE = set('pause pausa');
const PUTTING = set('put mets mettez mettre pon poner ponga poe por coloca coloque');
/** Of an image they may want a new scan: its progress is shown. */
const RESUMING = set(`
  resume unpause continue reprendre reprends reprenez continuer reanuda reanudar continua continuar retomar retoma`);
/** A longer text is pasted, or about something else as well. */
const SENTENCE_MAX = 12;

/** "El scan puede parar" tells what is possible. */
const SCAN_MAY =
  /\b(?:scans?|regist\w+) (?:peu(?:t|vent)|pourrai(?:en)?t|puede|podria|pueden|podrian|pode|poderia|podia|podem)\b/;

export const OF_REGISTRY = new Set([...REGISTRY, 'regular', 'scan']);
