/**
 * Whether a sentence requests its command: "can you watch …" does, "they watch …", "I won't watch …" and "watch …
 * tomorrow" do not, though each of their words is known. So only what is listed here is a request.
 */

import type { Token } from './tokens.ts';
import type { FoundVerb } from './verbs.ts';
import { FILLER, PROGRESS_WORDS, REGULAR_WORDS, SCANS } from './vocabulary.ts';
import { isAdverb, hasMeaning, isWordOf } from './words.ts';

function set(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Beside a command they change nothing. */
const BESIDE = set(`
  and or plus also then both the these to here me us my our following image images container containers
  please pls plz kindly now again anew too asap just quickly once more so hi hey hello yo thanks thank thx ty cheers ok
  okay great cool perfect super yes yep yeah sure bot scanprogress team folks everyone everybody guys
  und oder auch noch mal kurz hier der die das den dem des ein eine einen fur mich uns mir bild bilder jetzt sofort
  gleich neu nochmal nochmals erneut wieder bitte danke gern gerne hallo ja doch dann einmal
  et aussi le la les de pour moi nous ici encore maintenant stp svp merci bonjour salut oui
  y o tambien el los las aqui ahora por favor gracias hola
  e tambem agora obrigado obrigada ola oi sim`);

/** Behind it. In front of a verb they are words of a sentence, in one of the languages. */
const BEHIND = set(`
  as well a an of for from this that those them it all on in your tag tags repo repository channel thread conversation progress
  status watch watches subscription subscriptions right away immediately from
  einer von vom zu zum zur auf im in diesem diesen dieser diese dieses kanal
  ou l des d un une du ce cet cette ces canal salon sur a au aux nouveau fois beaucoup
  u lo al del una este esta estos estas imagen imagenes para mi nosotros otra vez nuevo ya si
  os ao do da dos das em um uma esse essa imagem imagens pra mim novo on`);

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
    '(?:can|could|would|will) (?:you|u|ya|we|someone|somebody|anyone|anybody)(?: mind| help)?|help',
    '(?:can|could|may) (?:i|we) (?:get|have|be)|you (?:can|could|may)',
    '(?:i|we) (?:want|need|would like|d like)(?: you| someone| somebody)?(?: be| get)?',
    '(?:id|wed) (?:like|love)(?: you)?(?: be| get)?|(?:i )?wanna|i (?:mean|meant)',
    'lets|do|someone|somebody|anyone|anybody|go ahead|feel free|dont forget|remember|make sure|be sure',
    '(?:is|would)(?: be)? possible|ist es moglich|est il possible|es posible|possivel',
    // German
    '(?:(?:kannst|konntest|wurdest|willst|magst) du|du (?:kannst|konntest|darfst)|(?:konnt|konntet|wurdet) ihr|(?:konnen|konnten) (?:wir|sie))',
    '(?:ich|wir) (?:mochte|mochten|will|wollen|wurde|wurden)|mochte|lass|lasst|ich meinte|meinte',
    // French
    '(?:tu |on )?(?:peux|pourrais|pouvez|pourriez|pouvons|pourrions|peut|pourrait)(?: tu| on| vous)?',
    '(?:est ce que )?(?:tu |on )?(?:peux|pourrais|pouvez|pourriez|peut|pourrait)|tu|veuillez',
    '(?:je |on )?(?:veux|voudrais|voudrait|voulons|voudrions|aimerais|aimerions|souhaite|souhaiterais)(?: etre)?|je voulais dire',
    // Spanish and Portuguese
    '(?:puedes|podrias|puede|podria|podemos|podriamos|podeis|pueden|podrian)(?: tu| usted)?(?: nos)?',
    '(?:yo )?(?:quiero|queremos|quisiera|quisieramos|necesito|necesitamos)(?: ser)?|gustaria|quise decir|queria decir',
    '(?:voce |voces )?(?:pode|podes|poderia|podia|podem|poderiamos|consegue)(?: nos)?|nos|eu quis dizer|quis dizer',
    '(?:eu )?(?:quero|queremos|queria|gostaria|preciso)(?: ser)?',
  ].join('|')})${SOFTLY}$`,
);

/** Words with which the sentence is no request, or another one; empty if it requests its `verbs`, which are in order. */
export function unrelatedTokens(tokens: readonly Token[], verbs: readonly FoundVerb[]): readonly Token[] {
  return [...verbs, null].flatMap((next, index) => {
    const previous = verbs[index - 1];
    const part = tokens.slice(previous === undefined ? 0 : previous.at + previous.length, next?.at);
    const rest = part.filter(
      (token, at) => hasMeaning(token) && !isBeside(part, at, previous === undefined ? NONE : BEHIND),
    );
    const left = previous !== undefined && hasEnd(previous, part) ? rest.filter(isOfNoEnd) : rest;
    return next !== null && isOpener(left.map(textOf).join(' '), next) ? [] : left;
  });
}

const NONE: ReadonlySet<string> = new Set();

function isBeside(tokens: readonly Token[], at: number, more: ReadonlySet<string>): boolean {
  const [before, token, after] = [at - 1, at, at + 1].map((index) => tokens[index]);
  if (token === undefined || isWordOf(token, BESIDE, more, REGULAR_WORDS, SCANS)) return true;
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

/** Of unrelated words those that say most. */
export function tellingOf(unrelated: readonly Token[]): readonly Token[] {
  const telling = unrelated.filter((token) => !isWordOf(token, FILLER) || isWordOf(token, CONDITIONS));
  return telling.length > 0 ? telling : unrelated;
}

const CONDITIONS = set('when once if until till wann wenn sobald quand cuando quando');
