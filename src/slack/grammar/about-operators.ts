/** Questions about who may start and stop scans, who started one, and when one was last. */

import type { Verb } from './lexicon/phrases.ts';
import type { Token } from './tokens.ts';
import { findVerbs } from './verbs.ts';
import { REGULAR_WORDS } from './lexicon/vocabulary.ts';
import { GREETINGS, isWordOf, set } from './words.ts';

/** "Who can start scans?", "am I an operator?", "may I stop a scan?" */
export function isAboutOperators(tokens: readonly Token[]): boolean {
  const begun = tokens.slice(
    Math.max(
      0,
      tokens.findIndex((token) => !isWordOf(token, GREETINGS)),
    ),
  );
  const sentence = begun.map((token) => (token.kind === 'word' ? token.text : `#${token.kind}`)).join(' ');
  if (tokens.length > QUESTION_MAX || !ABOUT_OPERATORS.test(sentence)) return false;
  return !findVerbs(begun).some(({ verb }) => WATCHING.has(verb));
}

/** "Who started the scan of alpine:3.16?", which the history says; in a thread "who started the scan?" may mean any. */
export function isAboutStarter(tokens: readonly Token[]): boolean {
  const first = tokens.find((token) => !isWordOf(token, GREETINGS));
  const images = tokens.filter(({ kind }) => kind === 'image');
  return (
    first !== undefined &&
    isWordOf(first, WHO_WORDS) &&
    tokens.some((token) => isWordOf(token, STARTED)) &&
    (images.length === 1 || (images.length === 0 && tokens.some((token) => isWordOf(token, REGULAR_WORDS))))
  );
}

export const WHO_WORDS = set('who whos wer qui quien quem');
const STARTED = set(
  'started ran launched triggered scanned gestartet gescannt lance demarre inicio lanzo iniciou disparou',
);

/** "When was alpine:3.16 last scanned?", where the words stand apart. */
export function isAboutLastScan(tokens: readonly Token[]): boolean {
  return [WHEN, PAST, LAST].every((words) => tokens.some((token) => isWordOf(token, words)));
}

const WHEN = set('when wann quand cuando quando');
const PAST = set('was were did war waren wurde wurden etait ete fue fueron vez foi foram');
const LAST = set('last zuletzt letzte letzten letzter letztes derniere dernier ultima ultimo');

const WATCHING: ReadonlySet<Verb> = new Set<Verb>(['watch', 'unwatch', 'subscribe', 'unsubscribe']);
/** A question of more words is about something else as well. */
const QUESTION_MAX = 12;
const OPERATOR = '(?:operators?|operateurs?|operador(?:es|a)?)';
const WHO = 'who|whos|wer|qui|quien|quienes|quem';
const AM_I = 'am i|are we|bin ich|sind wir|suis je|sommes nous|soy|somos|sou';
const ARTICLE =
  '(?:is|are|the|an|a|your|my|our|der|die|eine?n?|sind|est|sont|un|le|les|es|son|el|los|o|os|sao|scan)';
const MAY = 'can|could|may|darf|durfen|kann|konnen|peut|peuvent|puede|pueden|pode|podem';
const MAY_I = 'can i|may i|may we|darf ich|kann ich|durfen wir|puis je|puedo|posso';
const ALLOWED = '(?:allowed|able|permitted|authori[sz]ed)(?: to)?';
const BEGIN =
  '(?:restart|start|begin|launch|run|trigger|kick off|stop|cancel|abort|scan|rescan|scannen|scans? (?:starten|stoppen)|lancer|demarrer|arreter|scanner|iniciar|lanzar|detener|escanear|parar)';
/** Behind it nothing else may follow: "can I stop notifications?" is about something else. */
const SCAN = `(?: (?:${ARTICLE}|einen|den|une|des|uma?|any|or|and|${BEGIN}|scans|registry|escaneos?|analyses?|varreduras?|here|hier|ici|aqui|please|pls|bitte|stp|svp|por|favor|#emoji))*`;
const SCAN_OF_IMAGE = `${SCAN}(?:(?: of| von| de)? #image)?`;
const ABOUT_OPERATORS = new RegExp(
  `^(?:${[
    `operators|(?:${WHO}|${AM_I}) (?:${ARTICLE} ){0,3}${OPERATOR}\\b.*`,
    `how (?:do|can|could|would) (?:i|we) (?:become|be) (?:an )?${OPERATOR}\\b.*`,
    `(?:${WHO}) (?:${MAY}|(?:is |are )?${ALLOWED}) (?:${ARTICLE} ){0,2}${BEGIN}${SCAN_OF_IMAGE}`,
    `(?:${AM_I}) ${ALLOWED} (?:${ARTICLE} ){0,2}${BEGIN}${SCAN_OF_IMAGE}`,
    `(?:${MAY_I}) (?:${ARTICLE} ){0,2}${BEGIN}${SCAN}`,
    `how (?:do|can) (?:i|we) get (?:the )?(?:permission|rights?) to ${BEGIN}${SCAN_OF_IMAGE}`,
  ].join('|')})$`,
);
