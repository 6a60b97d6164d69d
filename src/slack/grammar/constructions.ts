/**
 * Commands that people say in a sentence of their own: "let us know please as soon as …", "kick off a fresh scan of …",
 * "hör auf … zu beobachten". Kinds of words in an order: as whole phrases each new sentence would be one more.
 */

import { type Kind, kind, KINDS } from './kinds.ts';
import type { Verb } from './lexicon/phrases.ts';

/** The part of a token that counts here. */
interface PlainToken {
  readonly kind: string;
  readonly text?: string;
}

/** `*`: any number, `?`: at most one, `…`: images may stand here. The first that matches counts. */
const CONSTRUCTIONS: readonly (readonly [Verb, string])[] = [
  ['subscribe', 'always notify whom* when'],
  ['subscribe', 'notify whom* whenever'],
  ['watch', 'notify whom* atTheEnd'],
  ['watch', 'notify whom* when'],
  ['status', 'notify whom* question'],
  ['watch', 'inform whom about'],
  ['watch', 'keep whom posted about?'],
  ['watch', 'receive notifications about'],
  ['watch', 'begin watching'],
  ['unwatch', 'quit watching'],
  ['unwatch', 'noMore whom* updates about'],
  ['unwatch', 'no whom* updates longer about'],
  ['unwatch', 'stopSending whom* updates about'],
  ['unwatch', 'stopPosting whom* aboutImage'],
  ['unwatch', 'stopPosting whom* updates? whom* anyMore?'],
  ['unwatch', 'quiet whom* aboutImage'],
  ['unwatch', 'quiet whom*'],
  ['unwatch', 'noMore whom* updates whom*'],
  ['unwatch', 'end every updates'],
  ['unwatch', 'silence our? notices aboutImage'],
  ['unwatch', 'silence our? notices whom*'],
  ['unwatch', 'dontWatch … anyMore'],
  ['unwatch', 'end every watches'],
  ['unsubscribe', 'end every subscriptions'],
  ['stop', 'halt which* scan of? which* registry?'],
  ['stop', 'halt scanning'],
  ['stop', 'which* scan stoppen'],
  ['unwatch', 'halt which* aWatch of?'],
  ['unwatch', 'aWatch of … stoppen'],
  ['unwatch', 'aWatch stoppen'],
  ['unsubscribe', 'halt which* aSubscription of?'],
  ['unsubscribe', 'aSubscription of … stoppen'],
  ['scan', 'start which* scan of?'],
  ['scan', 'want aNew scan of?'],
  ['scan', 'which* scan starten'],
  ['scan', 'scan of … starten'],
  ['watch', 'add … to its? list'],
  ['unwatch', 'remove … from its? list'],
  ['unwatch', 'horAuf … zuBeobachten'],
  ['watch', 'behalte … imAuge'],
];

interface Step {
  readonly kind: Kind;
  readonly least: number;
  readonly most: number;
}

type Steps = readonly Step[];

/** "Stop posting": what is posted no more, if it says so. */
export type Silences = 'all' | 'image' | null;

interface Construction {
  readonly verb: Verb;
  readonly steps: Steps;
  /** It names an end that is waited for. */
  readonly isNotice: boolean;
  readonly silences: Silences;
}

/** "Please tell me, please, when": more words of a kind are no sentence. */
const IN_A_ROW = 6;

function toSteps(text: string): Steps {
  return text.split(' ').map((step) => {
    const most = step.endsWith('*') ? IN_A_ROW : 1;
    return {
      kind: kindNamed(step.replace(/[*?]$/, '')),
      least: /[*?]$/.test(step) ? 0 : 1,
      most,
    };
  });
}

/** Throws while the module is loaded, so that a typo in the table fails every test. */
function kindNamed(name: string): Kind {
  const found = Object.entries(KINDS).find(([known]) => known === name);
  if (found === undefined) throw new Error(`no kind of words is called ${name}`);
  return found[1];
}

const SILENCING =
  /^(?:stopPosting|quiet|noMore whom\* updates whom|end every updates|silence our\? notices whom)/;

/** "No more updates about X"; without `about`, all is meant. */
const OF_AN_IMAGE = /aboutImage|updates (?:longer )?about/;

const PARSED: readonly Construction[] = CONSTRUCTIONS.map(([verb, text]) => ({
  verb,
  steps: toSteps(text.replace(' … ', ' ')),
  isNotice: /when|atTheEnd/.test(text),
  silences: OF_AN_IMAGE.test(text) ? 'image' : SILENCING.test(text) ? 'all' : null,
}));

/** By their first word. */
const BY_WORD = Map.groupBy(
  PARSED.flatMap((construction) => beginnings(construction.steps).map((word) => ({ word, construction }))),
  ({ word }) => word,
);

function beginnings([first, ...rest]: Steps): readonly string[] {
  if (first === undefined) return [];
  const words = first.kind.flatMap(([word]) => word ?? []);
  return [...new Set([...words, ...(first.least === 0 ? beginnings(rest) : [])])];
}

const PHRASES_ONLY: readonly Kind[] = [KINDS.stopPosting, KINDS.quiet];

/** Those of constructions. Without "stop" an image may be called `messaging`, without "be" `silent`. */
export const CONSTRUCTION_WORDS: readonly string[] = Object.values<Kind>(KINDS)
  .filter((words) => !PHRASES_ONLY.includes(words))
  .flat(2);

export interface FoundConstruction {
  readonly verb: Verb;
  readonly isNotice: boolean;
  readonly silences: Silences;
  /** Number of tokens. */
  readonly length: number;
}

/** null where none begins at this token. */
export function constructionAt(tokens: readonly PlainToken[], at: number): FoundConstruction | null {
  for (const { construction } of BY_WORD.get(wordAt(tokens, at)) ?? []) {
    const length = lengthOf(tokens, at, construction.steps);
    const { verb, isNotice, silences } = construction;
    if (length > 0) return { verb, isNotice, silences, length };
  }
  return null;
}

/** `@` for an addressee; `''` for an image, a link or the end. */
export function wordAt(tokens: readonly PlainToken[], at: number): string {
  const token = tokens[at];
  if (token?.kind === 'addressee') return '@';
  return token?.kind === 'word' ? (token.text ?? '') : '';
}

/** 0: the tokens are not these. Each step takes all words that it can, and gives none back. */
function lengthOf(tokens: readonly PlainToken[], at: number, steps: Steps): number {
  let end = at;
  for (const { kind: alternatives, least, most } of steps) {
    let count = 0;
    for (; count < most; count += 1) {
      const found = alternatives.find((words) =>
        words.every((word, index) => wordAt(tokens, end + index) === word),
      );
      if (found === undefined) break;
      end += found.length;
    }
    if (count < least) return 0;
  }
  return end - at;
}

/** The two parts of a construction that has images between them. */
const FRAMES: readonly (readonly [head: Steps, tail: Steps])[] = CONSTRUCTIONS.flatMap(([, text]) => {
  const [head, tail] = text.split(' … ');
  return head === undefined || tail === undefined ? [] : [[toSteps(head), toSteps(tail)] as const];
});

/** With more between its parts they do not belong together. */
const MAX_GAP = 50;

/** "Add alpine:3.16 to the list" as "add to the list alpine:3.16", where it is found as one. */
export function joinFrames<T extends PlainToken>(tokens: readonly T[]): readonly T[] {
  for (const [at] of tokens.entries()) {
    for (const [head, tail] of FRAMES) {
      const from = at + lengthOf(tokens, at, head);
      const to = from === at ? -1 : findTail(tokens, from, tail);
      if (to > from) return moved(tokens, from, { to, length: lengthOf(tokens, to, tail) });
    }
  }
  return tokens;
}

function findTail(tokens: readonly PlainToken[], from: number, tail: Steps): number {
  const last = Math.min(tokens.length, from + MAX_GAP);
  for (let at = from; at < last; at += 1) if (lengthOf(tokens, at, tail) > 0) return at;
  return -1;
}

/** The tokens with those from `to` on moved back to `from`. */
function moved<T>(
  tokens: readonly T[],
  from: number,
  { to, length }: { readonly to: number; readonly length: number },
): readonly T[] {
  return [
    ...tokens.slice(0, from),
    ...tokens.slice(to, to + length),
    ...tokens.slice(from, to),
    ...tokens.slice(to + length),
  ];
}

const AUXILIARIES = kind(`
  will is are do does did can could was were has have would should est etait ist sind war waren kann hat wird wurde esta fue foi va
  vas ser`);

/** Length of "when" in "when alpine:3.16 is done, …"; 0 for "when will …". */
export function conditionAt(tokens: readonly PlainToken[], at: number): number {
  const length = lengthOf(tokens, at, WHEN);
  return AUXILIARIES.some(([word]) => word === wordAt(tokens, at + length)) ? 0 : length;
}

const WHEN = toSteps('when');

/** "When alpine:3.16 is done, tell me" as "tell me when alpine:3.16 is done". Not "when will you tell me". */
export function joinPostposed<T extends PlainToken>(tokens: readonly T[], first: number): readonly T[] {
  const length = conditionAt(tokens, first);
  if (length === 0) return tokens;
  for (const notice of NOTICES) {
    const to = findTail(tokens, first + length, notice);
    if (to !== -1) return moved(tokens, first, { to, length: lengthOf(tokens, to, notice) });
  }
  return tokens;
}

/** Where the last words are "… and let me know", which who watches or starts a scan is anyway; -1: they are not. */
export function closingNoticeAt(tokens: readonly PlainToken[]): number {
  return tokens.findLastIndex((_, at) =>
    AND_TELL_ME.some((steps) => lengthOf(tokens, at, steps) === tokens.length - at),
  );
}

const AND_TELL_ME = ['and tell me thanks*', 'and notify me thanks* know thanks*', 'and notifyMe thanks*'].map(
  toSteps,
);

const NOTICES = [toSteps('notifyMe whom*'), toSteps('notify whom whom*')];
