/** "Watch these", "scan it again", "retry", "this one?": images that only a thread names. */

import { type PointingVerb, these, type Understood } from './command.ts';
import type { Verb } from './lexicon/phrases.ts';
import { ALL_WORDS } from './lexicon/vocabulary.ts';
import { TELL_ME, WHAT } from './questions.ts';
import type { Token } from './tokens.ts';
import { GREETINGS, isVocabulary, isWordOf, MODALS, POLITE, set } from './words.ts';

/** "Watch these", "stop watching this image": `elsewhere` where another word stands beside. */
export function theseOrElse(verb: Verb, tokens: readonly Token[], elsewhere: Understood): Understood {
  const isPointing =
    tokens.some((token) => isWordOf(token, POINTING)) ||
    (tokens.length > 1 && tokens.some((token) => isWordOf(token, IMAGE_WORDS)));
  const isAll = tokens.every((token) =>
    isWordOf(token, POINTING, IMAGE_WORDS, EVERY_OF, POLITE, HERE, PRONOUNS, AGAIN),
  );
  const isOfChannel = tokens.some((token) => isWordOf(token, CHANNEL));
  return isPointing && isAll && !isOfChannel && isPointingVerb(verb) ? these(verb, elsewhere) : elsewhere;
}

/** "Them all", "all of these". */
const EVERY_OF = new Set([...ALL_WORDS, 'of', 'from', 'alle', 'toutes', 'todas']);

export const POINTING = set(
  'this these that those them it both one ones above das diese dieses diesen sie ca cela ce ces cette esto eso este esta estos estas isto isso esse essa estes essas',
);

const CHANNEL = new Set(['channel']);

function isPointingVerb(verb: Verb): verb is PointingVerb {
  return POINTING_VERBS.has(verb);
}

const POINTING_VERBS: ReadonlySet<Verb> = new Set<Verb>([
  'watch',
  'unwatch',
  'subscribe',
  'unsubscribe',
  'scan',
]);

/** They say where or for whom, and leave the target open. */
export const HERE = set(
  'here for me us in channel thread progress status to on can could would will you i lets let',
);

const AGAIN = set(
  'again anew once more too also noch mal nochmal nochmals erneut wieder encore fois nouveau otra vez novo',
);

/** "Retry", "run it again", "restart this": a scan of what the thread names. */
export function isRerun(tokens: readonly Token[]): boolean {
  const begun = tokens.slice(tokens.findIndex((token) => !isWordOf(token, GREETINGS)));
  const [first, ...rest] = begun.slice(
    begun.findIndex((token) => !isWordOf(token, MODALS, POLITE, PRONOUNS)),
  );
  if (first === undefined || !isWordOf(first, RERUN, RUN) || isOfFirstPerson(begun)) return false;
  const isMeant =
    isWordOf(first, RERUN) || rest.some((token) => isWordOf(token, POINTING, AGAIN) && !isWordOf(token, ONE));
  return (
    isMeant &&
    rest.every((token) => !isWordOf(token, BOT) && isWordOf(token, POINTING, IMAGE_WORDS, AGAIN, POLITE))
  );
}

/** "This one?", "these images": nothing else is said. */
export function isPointing(tokens: readonly Token[]): boolean {
  const isAll = tokens.every((token) => token.kind === 'emoji' || isWordOf(token, POINTING, IMAGE_WORDS));
  return isAll && tokens.some((token) => isWordOf(token, POINTING));
}

/** "I will try again" wants nothing, "can I try again?" does. */
function isOfFirstPerson([start]: readonly Token[]): boolean {
  return start !== undefined && isWordOf(start, FIRST_PERSON);
}

const FIRST_PERSON = set('i we');
const BOT = set('bot scanprogress');
const ONE = set('one ones');
const PRONOUNS = set('you we i us someone somebody');
const RERUN = set('retry redo rerun restart relaunch');
const RUN = set('run start launch trigger try');

/** "Which images are named here?" */
export function isAboutNamedImages(tokens: readonly Token[]): boolean {
  const [start, ...rest] = tokens.filter((token) => !isWordOf(token, GREETINGS, MODALS, TELL_ME));
  const isOfThread = rest.some((token) => isWordOf(token, NAMED));
  return (
    start !== undefined &&
    isWordOf(start, WHAT) &&
    rest.some((token) => isWordOf(token, IMAGE_WORDS)) &&
    (isOfThread || rest.length === 1) &&
    rest.every((token) => token.kind === 'word' && (isVocabulary(token.text) || isWordOf(token, NAMED)))
  );
}

export const IMAGE_WORDS = set(
  'image images container containers bild bilder imagen imagenes imagem imagens',
);
const NAMED = set(
  `named mentioned thread genannt erwahnt nommees mentionnees citees nombradas mencionadas citadas`,
);
