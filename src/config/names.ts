/** Variables that are probably not what was meant, though a start needs no other ones. */

import { distance } from 'fastest-levenshtein';
import { SHORTEST_KNOWN } from '../secrets.ts';
import { isQuoted } from './parse.ts';
import { type Environment, passwordsInAddresses, PROXY_VARIABLES, withProxies } from './secret-files.ts';

/** With more typos it is a different word. */
const MAX_TYPOS = 2;
/** `PORT` is as close to `SORT` as to `PROT`. */
const SHORTEST = 8;

/** Of proxies that the bot does not use, set beside the others. */
const OF_OTHERS = ['FTP_PROXY', 'ALL_PROXY', 'RSYNC_PROXY'];

/** Quotes may be a part of them. */
const MAY_BE_QUOTED = ['PRISMA_PASSWORD', 'PRISMA_OPERATOR_PASSWORD', 'API_TOKEN'];

/** One sentence each, ordered by name. `known`: names of all variables. */
export function warningsOf(env: Environment, known: readonly string[]): readonly string[] {
  const quoted = MAY_BE_QUOTED.filter((name) => isQuoted(env[name] ?? ''));
  return [
    ...misspelledNames(env, known),
    ...(withProxies(env)['NO_PROXY']?.includes('://') === true ? [NO_PROXY_URL] : []),
    ...quoted.map(
      (name) =>
        `${name} begins and ends with a quote, which is a part of it: leave the quotes off if that is not meant`,
    ),
  ];
}

const NO_PROXY_URL =
  'NO_PROXY has an entry with ://, which no host matches: list names and addresses alone, such as console.example.com';

const PASSWORDS = ['PRISMA_PASSWORD', 'PRISMA_OPERATOR_PASSWORD'];

/**
 * Passwords that redaction cannot hide. For the doctor alone: all who read the log of a start would learn of it.
 * `values`: with what was read from files.
 */
export function weakPasswords(values: Environment): readonly string[] {
  const passwords = [
    ...PASSWORDS.map((name) => ({ name, password: values[name] ?? '' })),
    ...passwordsInAddresses(values),
  ];
  const warnings = passwords.flatMap(({ name, password }) => {
    const weakness = weaknessOf(password);
    return weakness === null ? [] : [`${name} has a password ${weakness}`];
  });
  // A password in an address has several spellings.
  return [...new Set(warnings)];
}

/** All small, all capital, or with a capital at the beginning: longer ones are no single word. */
const WORD = /^(?:\p{L}\p{Ll}{2,15}|\p{Lu}{3,16})$/u;

function weaknessOf(password: string): string | null {
  if (password === '') return null;
  if (password.length < SHORTEST_KNOWN)
    return `of fewer than ${SHORTEST_KNOWN} characters, too few to be redacted where a server repeats it: choose a longer one`;
  return WORD.test(password)
    ? 'that looks like a plain word: where the log uses that word, [redacted] gives it away. Choose one with digits or signs'
    : null;
}

function misspelledNames(env: Environment, known: readonly string[]): readonly string[] {
  return Object.keys(env)
    .filter((name) => !known.includes(name) && !isProxy(name))
    .sort()
    .flatMap((name) => {
      if (known.includes(withoutFile(name)))
        return [`${name} is no variable of the bot: only secrets come from files; set ${withoutFile(name)}`];
      const meant = meantBy(name, known);
      return meant === null ? [] : [`${name} is no variable of the bot: did you mean ${meant}?`];
    });
}

/** In upper or lower case: only variables of proxies may be in both. */
function isProxy(name: string): boolean {
  const upper = name.toUpperCase();
  return PROXY_VARIABLES.includes(upper) || OF_OTHERS.includes(upper);
}

/** '' where it does not end in _FILE. */
function withoutFile(name: string): string {
  return name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : '';
}

/** The known name that is closest; null where none is similar. A known name in lower case has no typos. */
function meantBy(name: string, known: readonly string[]): string | null {
  const spelled = name.toUpperCase();
  const near = known
    .filter((right) => right.length >= SHORTEST)
    .map((right) => ({ right, typos: distance(spelled, right) }))
    .filter(
      ({ right, typos }) => typos <= MAX_TYPOS || isBeginning(spelled, right) || isShortened(spelled, right),
    )
    .toSorted((a, b) => a.typos - b.typos);
  return near[0]?.right ?? null;
}

/** `PRISMA_USER` for `PRISMA_USERNAME`; but not `SLACK`. */
function isBeginning(name: string, known: string): boolean {
  return known.startsWith(name) && name.length >= SHORTEST && name.includes('_');
}

/** A word in the middle is missing: `PRISMA_URL` for `PRISMA_CONSOLE_URL`. */
function isShortened(name: string, known: string): boolean {
  const [first = '', ...others] = name.split('_');
  const isOurs = ['SLACK', 'PRISMA'].includes(first) && others.length > 0;
  return isOurs && known.startsWith(`${first}_`) && known.endsWith(`_${others.join('_')}`);
}
