/**
 * Whether a sentence requests its command: "can you watch …" does, "they watch …", "I won't watch …" and "watch …
 * tomorrow" do not, though each of their words is known. So only what is listed here is a request.
 */

import type { Typed } from './command.ts';
import type { Token } from './tokens.ts';
import { findVerbs, type FoundVerb } from './verbs.ts';
import { FILLER, PROGRESS_WORDS, QUESTIONED_WORDS, REGULAR_WORDS, SCANS } from './lexicon/vocabulary.ts';
import {
  bareImageOf,
  GREETINGS,
  hasMeaning,
  isAdverb,
  isNegated,
  isStateVerb,
  isWordOf,
  MODALS,
  POLITE,
  set,
} from './words.ts';

/** Beside a command they change nothing. */
const BESIDE = set(`
  and or plus also then both to here me us
  please pls plz kindly now again anew too asap just quickly once more so hi hey hello yo thanks thank thx ty cheers ok
  okay great cool perfect super yes yep yeah sure scanprogress
  und oder auch noch mal kurz hier fur mich uns mir jetzt sofort
  gleich neu nochmal nochmals erneut wieder bitte danke gern gerne hallo ja doch dann einmal
  et aussi de pour moi nous ici encore maintenant stp svp merci bonjour salut oui
  y tambien aqui ahora por favor gracias hola
  e tambem agora obrigado obrigada ola oi sim`);

/** They begin what a command is about; in front of a verb they, and all of NOUNS, are of its subject: "die scannen". */
export const ARTICLES = set('the these my our der die das den dem des ein eine einen le la les el los las o');
const NOUNS = set('following image images container containers bild bilder');

/** Whom a command is said to; in front of a verb they may be its subject as well: "folks follow". */
const VOCATIVES = set('bot team folks everyone everybody guys');
const GREETED = 'hi|hey|hello|yo|hallo|hola|ola|oi|bonjour|salut';
/** "Team, watch …", "hey team watch …" */
const MARKED_VOCATIVE = new RegExp(
  `(?:^|\\s)(?:(?:${GREETED})\\s(?:NAMES)\\b|(?:NAMES)\\s?[,:;.!–—-])`.replaceAll(
    'NAMES',
    [...VOCATIVES].join('|'),
  ),
  'i',
);

/** Behind it. In front of a verb they are words of a sentence, in one of the languages. */
const BEHIND = set(`
  a an of for from this that those them it all on in your tag tags repo repository channel thread conversation
  watch watches subscription subscriptions right away immediately
  einer von vom zu zum zur auf im in diesem diesen dieser diese dieses kanal
  ou l des d un une du ce cet cette ces canal salon sur a au aux nouveau fois beaucoup
  ca cela esto eso isto isso u lo al del este esta estos estas imagen imagenes para mi nosotros otra vez nuevo ya si
  os ao do da dos das em um uma esse essa imagem imagens pra mim novo
  ${[...ARTICLES, ...NOUNS, ...VOCATIVES].join(' ')}`);

/** "Watch the progress of alpine:3.16"; behind `scan` they make a question. */
const BEHIND_A_WATCH = new Set([...BEHIND, 'progress', 'status']);

/** Behind another word. */
const PAIRS: ReadonlySet<string> = new Set([
  'as well',
  'well as',
  'thank you',
  'sil te',
  'te plait',
  'sil vous',
  'vous plait',
]);

/** Where a target or another word stands beside, it is not clear whether they mean another image. */
const POINTING_PAIRS: ReadonlySet<string> = new Set([
  ...PAIRS,
  'this one',
  'that one',
  'these ones',
  'those ones',
  'the above',
  'image above',
  'images above',
]);

/** Of an end that is waited for. */
const AUXILIARIES = set(`
  it its is are was be been being has have had gets get they both ist sind hat haben wird es est sont a ont sera seront
  up soit aura auront este esten esta estan haya hayan estiver estiverem esteja tiver for fully`);

const SOFTLY = '(?: (?:maybe|perhaps|possibly|vielleicht|eventuell|peutetre|quizas|talvez))?';

/** In front of a verb, without the words above. */
const OPENERS = new RegExp(
  `^(?:good (?:morning|afternoon|evening) ?|guten (?:morgen|tag|abend) ?|bonsoir ?|buen[oa]s (?:dias|tardes|noches) ?|(?:bom|boa) (?:dia|tarde|noite) ?)?(?:${[
    '',
    // English
    '(?:can|could|would|will) (?:you|u|ya)(?: mind| help)?|(?:can|could) (?:we|someone|somebody)|would (?:someone|somebody)',
    '(?:can|could|may) (?:i|we) (?:get|have|be)',
    '(?:i|we) (?:want|need|would like|d like)(?: you| someone| somebody)?(?: be| get)?',
    '(?:id|wed) (?:like|love)(?: you)?(?: be| get)?|(?:i )?wanna|i (?:mean|meant)',
    'lets|do|someone|somebody|go ahead|feel free|dont forget|remember|make sure|be sure',
    '(?:is|would)(?: be)? possible|ist es moglich|est il possible|es posible|possivel',
    // German
    '(?:(?:kannst|konntest|wurdest|magst) du|(?:konnt|konntet|wurdet) ihr|(?:konnen|konnten) (?:wir|sie))',
    '(?:ich|wir) (?:mochte|mochten|will|wollen|wurde|wurden)|mochte|lass|lasst|ich meinte|meinte',
    // French
    '(?:peux|pourrais|pouvez|pourriez|pouvons|pourrions|peut|pourrait)(?: tu| on| vous)?|veuillez',
    'est ce que (?:tu |on )?(?:peux|pourrais|pouvez|pourriez|peut|pourrait)',
    '(?:je |on )?(?:veux|voudrais|voudrait|voulons|voudrions|aimerais|aimerions|souhaite|souhaiterais)(?: etre)?|je voulais dire',
    // Spanish and Portuguese
    '(?:puedes|podrias|puede|podria|podemos|podriamos|podeis|pueden|podrian)(?: tu| usted)?(?: nos)?',
    '(?:yo )?(?:quiero|queremos|quisiera|quisieramos|necesito|necesitamos)(?: ser)?|gustaria|quise decir|queria decir',
    '(?:pode|podes|poderia|podia|podem|poderiamos|consegue)(?: nos)?|nos|eu quis dizer|quis dizer',
    '(?:eu )?(?:quero|queremos|queria|gostaria|preciso)(?: ser)?',
  ].join('|')})${SOFTLY}$`,
);

/** With a question mark or a "please" they request; without they tell what is possible. */
const PLEASE = /\?|\b(?:stp|svp|s['’]il|please|por favor)\b/i;
const WITH_SUBJECT =
  /^(?:(?:tu|vous|on) (?:peux|pourrais|pouvez|pourriez|peut|pourrait)|(?:voces?|usted|tu) (?:pode|poderia|podem|consegue|puede|puedes|podrias|podria))$/;

/** Words with which the sentence is no request, or another one; empty if it requests its `verbs`, which are in order. */
export function unrelatedTokens(typed: Typed, verbs: readonly FoundVerb[]): readonly Token[] {
  const isNamed = typed.tokens.some((token) => token.kind === 'image' || isWordOf(token, REGULAR_WORDS));
  const isPointing = !isNamed && unpairedTokens(typed, verbs, POINTING_PAIRS).length === 0;
  return isPointing ? [] : unpairedTokens(typed, verbs, PAIRS);
}

function unpairedTokens(
  { tokens, text }: Typed,
  verbs: readonly FoundVerb[],
  pairs: ReadonlySet<string>,
): readonly Token[] {
  return [...verbs, null].flatMap((next, index) => {
    const previous = verbs[index - 1];
    const part = tokens.slice(previous === undefined ? 0 : previous.at + previous.length, next?.at);
    const front = previous === undefined ? 0 : frontOf(part, next);
    const rest = part.filter((token, at) => {
      if (!hasMeaning(token)) return false;
      if (next !== null && isStateVerb(next)) return !isWordOf(token, ASIDE);
      if (isWordOf(token, BESIDE, REGULAR_WORDS, SCANS) || isOfPair(part, at, pairs)) return false;
      return at < front
        ? !isWordOf(token, previous?.verb === 'scan' ? BEHIND : BEHIND_A_WATCH)
        : !isOfRequest(part, at, text);
    });
    const left = previous !== undefined && hasEnd(previous, part) ? rest.filter(isOfNoEnd) : rest;
    return next !== null && isOpener(left.map(textOf).join(' '), next, text) ? [] : left;
  });
}

/** "Scan alpine:3.16 status", "show scan alpine:3.16": a question about the scan, which starts none. */
export function isAboutScan({ tokens, text }: Typed, { verb, at, length }: FoundVerb): boolean {
  const isQuestioned = (token: Token): boolean => text.includes('?') && isWordOf(token, QUESTIONED_WORDS);
  const isOfState = (token: Token): boolean => isOfProgress(token) || isQuestioned(token);
  const behind = tokens.slice(at + length);
  const isShown = at > 0 && tokens.slice(0, at).every(isStatus);
  return (
    verb === 'scan' &&
    !isNegated(tokens) &&
    (isShown || behind.some(isOfState)) &&
    behind.every((token) => isQuestioned(token) || isOfScan(token))
  );
}

function isStatus(token: Token): boolean {
  return findVerbs([token])[0]?.verb === 'status';
}

function isOfScan(token: Token): boolean {
  const isBeside = isWordOf(token, ARTICLES, NOUNS, REGULAR_WORDS, SCANS, POLITE, OF, AUXILIARY);
  return isBeside || isOfProgress(token) || token.kind === 'emoji' || namesImage(token);
}

function namesImage(token: Token): boolean {
  return token.kind === 'image' || bareImageOf(token) !== null;
}

const OF = set('of for von de du do');
const AUXILIARY = set('is was are were has been still already ist war noch schon');

export function isOfProgress(token: Token): boolean {
  const isVerb = isStatus(token) || findVerbs([token])[0]?.verb === 'history';
  const isProgress = isWordOf(token, PROGRESS_WORDS) && !isWordOf(token, FILLER, LINKING);
  return isVerb || isProgress || isWordOf(token, OUTCOMES);
}

const OUTCOMES = set(`
  yet where last report reports outcome outcomes output details duration info log logs score severity severities issues errors cve cves
  ergebnis ergebnisse befunde resultat resultats resultado resultados`);

/** "Ou", "en" and "va" are words of other sentences too. */
const LINKING = set('ou en va');

/** "Scan alpine:3.16?" may be a question whether it was scanned; "can you scan alpine:3.16?" does not. */
export function isAmbiguous({ tokens, text }: Typed, { at }: FoundVerb): boolean {
  const isBegun = tokens.slice(0, at).every((token) => isWordOf(token, GREETINGS));
  const isPolite = tokens.some((token) => isWordOf(token, MODALS, POLITELY));
  return isBegun && !isPolite && /\?[\s?!]*$/.test(text);
}

const POLITELY = set(
  'plz kindly svp stp plait favor thanks thx danke merci gracias ok okay you du tu vous voce',
);

const ASIDE = set(
  'bot scanprogress please pls plz kindly bitte svp por favor hi hey hello hallo hola ola oi bonjour salut',
);
const AND = set('and then und dann et y e');

/** Where the words begin that stand in front of `next`, and not behind the verb before it. */
function frontOf(part: readonly Token[], next: FoundVerb | null): number {
  const at = next === null ? -1 : part.findLastIndex((token) => isWordOf(token, AND));
  return at === -1 ? part.length : at;
}

/** In front of a verb: "die alpine:3.16 …", "the registry scan …", "team, …". */
function isOfRequest(tokens: readonly Token[], at: number, text: string): boolean {
  const token = tokens[at];
  if (token === undefined) return false;
  if (isWordOf(token, VOCATIVES)) return MARKED_VOCATIVE.test(text);
  if (!isWordOf(token, ARTICLES, NOUNS)) return false;
  const named = tokens.slice(at + 1).find((next) => !isWordOf(next, ARTICLES, NOUNS));
  return named !== undefined && (!hasMeaning(named) || isWordOf(named, REGULAR_WORDS, SCANS));
}

function isOfPair(tokens: readonly Token[], at: number, pairs: ReadonlySet<string>): boolean {
  return [at - 1, at].some((from) =>
    pairs.has(
      tokens
        .slice(Math.max(from, 0), from + 2)
        .map(textOf)
        .join(' '),
    ),
  );
}

function isOpener(words: string, { phrase, isNotice }: FoundVerb, text: string): boolean {
  if (PLEASE.test(text) && WITH_SUBJECT.test(words)) return true;
  if (words === 'tu' && isNotice) return true;
  return OPENERS.test(words) || (WANTING.test(phrase) && SUBJECT.test(words));
}

/** "I need to know when", "we want a scan of", where these are of the verb. */
const WANTING = /^(?:need|want|like) /;
const SUBJECT = /^(?:i|we|id|wed|i would|we would)$/;

function textOf(token: Token): string {
  return token.kind === 'word' ? token.text : '?';
}

/** "Tell me when it is done", "watch it until it is done"; "stop watching it, it's done". */
function hasEnd({ verb, phrase, isNotice }: FoundVerb, part: readonly Token[]): boolean {
  if (verb === 'unwatch') return part.some((token) => isWordOf(token, REASONS));
  const lasts = verb === 'watch' || (verb === 'subscribe' && phrase.includes(' '));
  return lasts && (isNotice || part.some((token) => isWordOf(token, UNTIL)));
}

const REASONS = set('its');
const UNTIL = set('until till bis jusqua hasta ate');

function isOfNoEnd(token: Token): boolean {
  return !isAdverb(token) && !isWordOf(token, AUXILIARIES, PROGRESS_WORDS, UNTIL);
}

/** Of unrelated words those that say most. */
export function tellingOf(unrelated: readonly Token[]): readonly Token[] {
  const telling = unrelated.filter((token) => !isWordOf(token, FILLER) || isWordOf(token, CONDITIONS));
  return telling.length > 0 ? telling : unrelated;
}

const CONDITIONS = set('when once if until till wann wenn sobald quand cuando quando');
