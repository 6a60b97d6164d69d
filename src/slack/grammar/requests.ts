/**
 * Whether a sentence asks for its command: "can you watch …" does, "they watch …", "I won't watch …" and "watch …
 * tomorrow" do not, though each of their words is known. So only what is listed here is a request.
 */

import type { Token } from './tokens.ts';
import type { FoundVerb } from './verbs.ts';
import { FILLER, PROGRESS_WORDS, REGULAR_WORDS, SCANS } from './vocabulary.ts';
import { isAdverb, isSaid, isWordOf } from './words.ts';

function set(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Beside a command they change nothing. */
const BESIDE = set(`
  and or plus also as well then both a an the this that these those them it all of to on for from in around here me us my our
  your following image images container containers tag tags repo repository channel thread conversation progress status
  watch watches subscription subscriptions please pls plz kindly now again anew too asap right away immediately just
  quickly once more so hi hey hello yo thanks thank thx ty cheers ok okay great cool perfect super yes yep yeah sure
  bot scanprogress team folks everyone everybody guys
  und oder auch noch mal kurz hier der die das den dem des ein eine einen einer von vom zu zum zur auf fur mich uns mir im
  in diesem diesen dieser diese dieses kanal bild bilder jetzt sofort gleich neu nochmal nochmals erneut wieder bitte danke
  gern gerne hallo ja doch dann einmal
  et ou aussi le la l les de des d un une ce cet cette ces canal salon image images ici pour moi nous sur a au aux
  encore nouveau fois maintenant stp svp merci beaucoup bonjour salut oui
  y e o u tambien el los las lo al del un una este esta estos estas este imagen imagenes aqui para mi nosotros otra vez
  nuevo ahora ya por favor gracias hola si
  tambem os as ao do da dos das em um uma esse essa imagem imagens aqui pra mim agora novo obrigado obrigada ola oi sim
  from now on`);

/** Behind another word. */
const PAIRS: ReadonlySet<string> = new Set(['thank you', 'sil te', 'te plait', 'sil vous', 'vous plait']);

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
    '(?:can|could|would|will) (?:you|u|ya|we|someone|somebody|anyone|anybody)(?: mind)?',
    '(?:can|could|may) (?:i|we) (?:get|have|be)|you (?:can|could|may)',
    '(?:i|we) (?:want|need|would like|d like)(?: you| someone| somebody)?(?: be| get)?',
    '(?:id|wed) (?:like|love)(?: you)?(?: be| get)?|(?:i )?wanna|i (?:mean|meant)',
    'lets|let|do|someone|somebody|anyone|anybody|go ahead|feel free|dont forget|remember|make sure|be sure',
    // German
    '(?:(?:kannst|konntest|wurdest|willst|magst) du|du (?:kannst|konntest|darfst)|(?:konnt|konntet|wurdet) ihr|(?:konnen|konnten) (?:wir|sie))',
    '(?:ich|wir) (?:mochte|mochten|will|wollen|wurde|wurden)|mochte|lass|lasst|ich meinte|meinte',
    // French
    '(?:tu |on )?(?:peux|pourrais|pouvez|pourriez|pouvons|pourrions|peut|pourrait)(?: tu| on)?',
    '(?:est que )?(?:tu |on )?(?:peux|pourrais|pouvez|pourriez|peut|pourrait)|tu|veuillez',
    '(?:je |on )?(?:veux|voudrais|voudrait|voulons|voudrions|aimerais|aimerions|souhaite|souhaiterais)|je voulais dire',
    // Spanish and Portuguese
    '(?:puedes|podrias|puede|podria|podemos|podriamos|podeis|pueden|podrian)(?: tu| usted)?(?: nos)?',
    '(?:yo )?(?:quiero|queremos|quisiera|quisieramos|necesito|necesitamos)|gustaria|quise decir|queria decir',
    '(?:voce |voces )?(?:pode|podes|poderia|podia|podem|poderiamos|consegue)(?: nos)?|nos|eu quis dizer|quis dizer',
    '(?:eu )?(?:quero|queremos|queria|gostaria|preciso)',
  ].join('|')})${SOFTLY}$`,
);

/** Words with which the sentence is no request, or another one; empty if it asks for its `verbs`, which are in order. */
export function strayTokens(tokens: readonly Token[], verbs: readonly FoundVerb[]): readonly Token[] {
  return [...verbs, null].flatMap((next, index) => {
    const previous = verbs[index - 1];
    const part = tokens.slice(previous === undefined ? 0 : previous.at + previous.length, next?.at);
    const rest = part.filter((token, at) => isSaid(token) && !isBeside(part, at));
    const left = previous !== undefined && hasEnd(previous, part) ? rest.filter(isOfNoEnd) : rest;
    return next !== null && isOpener(left.map(textOf).join(' '), next) ? [] : left;
  });
}

function isBeside(tokens: readonly Token[], at: number): boolean {
  const [before, token, after] = [at - 1, at, at + 1].map((index) => tokens[index]);
  if (token === undefined || isWordOf(token, BESIDE, REGULAR_WORDS, SCANS)) return true;
  return [
    [before, token],
    [token, after],
  ].some((pair) => PAIRS.has(pair.map((one) => (one === undefined ? '' : textOf(one))).join(' ')));
}

function isOpener(text: string, { phrase }: FoundVerb): boolean {
  return OPENERS.test(text) || WANTING.test(`${text} ${phrase}`);
}

/** "I need to know when", "we want a scan of", where these are of the verb. */
const WANTING = /^(?:i|we|id|wed|i would|we would) (?:need|want|like) /;

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

/** Of stray words those that say most. */
export function tellingOf(stray: readonly Token[]): readonly Token[] {
  const telling = stray.filter((token) => !isWordOf(token, FILLER) || isWordOf(token, CONDITIONS));
  return telling.length > 0 ? telling : stray;
}

const CONDITIONS = set('when once if until till wann wenn sobald quand cuando quando');
