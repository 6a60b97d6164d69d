/** Variables whose value may be in a file: a secret in a file is not visible in the process list. */

import { readFileSync, statSync } from 'node:fs';
import { codeOf } from '../errors.ts';
import { passwordsIn } from './parse.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
/** Returns a file's text, and throws where it cannot be read. */
export type ReadFile = (path: string) => string;

/** A secret or certificate has a few thousand characters. */
const MAX_FILE_BYTES = 1_000_000;

/** Its message is the reason, for people; other errors of a file have a code. */
class UnfitFileError extends Error {}

/** Throws unless it is a regular file: reading a FIFO could block forever. */
export function readSmallFile(path: string): string {
  const found = statSync(path);
  if (found.isDirectory()) throw new UnfitFileError('it is a directory');
  if (!found.isFile()) throw new UnfitFileError('it is no plain file, but a pipe, a socket or a device');
  if (found.size > MAX_FILE_BYTES) throw new UnfitFileError('it is larger than 1 MB');
  return decode(readFileSync(path));
}

/** Windows' editors write UTF-16 or a code page: a password would be another one, and its sign-in refused. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnfitFileError('its text is not UTF-8; save it as that');
  }
}

/** Trims invisible characters that copying leaves behind. A password may start or end with a space. */
export function withoutEmpty(env: Environment): Environment {
  const cleaned = Object.entries(env).map(([name, value = '']) => {
    const visible = withoutInvisibleEnds(value);
    return [name, name.endsWith('_PASSWORD') ? visible : visible.trim()] as const;
  });
  return Object.fromEntries(cleaned.filter(([, value]) => value.trim() !== ''));
}

/** Line ends, byte order marks, zero-width characters, and spaces other than U+0020. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

function withoutInvisibleEnds(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && INVISIBLE.test(text.charAt(start))) start += 1;
  while (end > start && INVISIBLE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

export const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

/** Lower case is more common, and wins where both are set. */
export function withProxies(values: Environment): Environment {
  const configured = PROXY_VARIABLES.map((name) => [name, values[name.toLowerCase()]] as const);
  return { ...values, ...Object.fromEntries(configured.filter(([, value]) => value !== undefined)) };
}

/** Each may be given as a file, by its name with _FILE. */
export const SECRETS = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'PRISMA_PASSWORD',
  'PRISMA_OPERATOR_PASSWORD',
  'DATABASE_URL',
  'API_TOKEN',
];

/**
 * Of all secrets in `given`, and passwords in addresses. An error never repeats a value: `sqlite:` in that of a `wrong`
 * variable is its own text, which must stay readable.
 */
export function secretTexts(
  given: readonly Environment[],
  { wrong, errors }: { readonly wrong: ReadonlySet<string>; readonly errors: readonly string[] },
): readonly string[] {
  const isHelp = (name: string, text: string): boolean =>
    wrong.has(name) && errors.some((error) => error.includes(text));
  return [
    ...given.flatMap(passwordsInAddresses).map(({ password }) => password),
    ...SECRETS.flatMap((name) =>
      given.flatMap((env) => env[name] ?? []).filter((text) => !isHelp(name, text)),
    ),
  ];
}

/** Without the rest of an address, which may be shown. */
export function passwordsInAddresses(
  values: Environment,
): readonly { readonly name: string; readonly password: string }[] {
  return ['DATABASE_URL', 'HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) =>
    passwordsIn(values[name] ?? '').map((password) => ({ name, password })),
  );
}

/** A variable read from a file. */
interface Loaded {
  readonly name: string;
  readonly value: string | undefined;
  readonly error: string | null;
}

interface LoadedFiles {
  readonly values: Environment;
  readonly errors: readonly string[];
  /** Variables whose file was unreadable: not reported as missing as well. */
  readonly unreadable: ReadonlySet<string>;
}

/** Adds each NAME that is given as NAME_FILE. Collects all errors. */
export function loadFiles(values: Environment, readFile: ReadFile): LoadedFiles {
  const caFile = values['PRISMA_CA_FILE'];
  const loaded = SECRETS.map((name) => loadSecret(name, values, readFile));
  // Always a path; from here on the value is the text of that file.
  if (caFile !== undefined)
    loaded.push({ name: 'PRISMA_CA_FILE', ...loadFile('PRISMA_CA_FILE', caFile, readFile) });
  const broken = loaded.filter(({ error }) => error !== null);
  return {
    values: { ...values, ...Object.fromEntries(loaded.map(({ name, value }) => [name, value])) },
    errors: broken.map(({ error }) => error ?? ''),
    unreadable: new Set(broken.map(({ name }) => name)),
  };
}

/** `value` is undefined where the variable is not set, and where there is an error. */
export function loadSecret(name: string, values: Environment, readFile: ReadFile): Loaded {
  const variable = `${name}_FILE`;
  const path = values[variable];
  if (path === undefined) return { name, ...toWhole(name, values[name]) };
  if (values[name] !== undefined) {
    const error = `${name} and ${variable} are both set: remove one of them`;
    return { name, value: undefined, error };
  }
  const { value, error } = loadFile(variable, path, readFile);
  return { name, ...(error === null ? toWhole(variable, value) : { value, error }) };
}

/** Not valid inside a secret: a second line would be sent along. */
const UNSEEN_WITHIN = /[\p{Cc}\u200b\ufeff]/u;

function toWhole(variable: string, value: string | undefined): Omit<Loaded, 'name'> {
  if (value === undefined || !UNSEEN_WITHIN.test(value)) return { value, error: null };
  const what = 'a line break or an invisible character within';
  return { value: undefined, error: `${variable} has ${what}: give the value alone, typed anew` };
}

function loadFile(variable: string, path: string, readFile: ReadFile): Omit<Loaded, 'name'> {
  try {
    const value = withoutInvisibleEnds(readFile(path));
    // An empty file has its own error: the variable is set, so "is missing" would mislead.
    if (value.trim() !== '') return { value, error: null };
    return {
      value: undefined,
      error: `${variable} names an empty file${named(path)}: put the value into it`,
    };
  } catch (error) {
    const reason = reasonOf(error);
    return {
      value: undefined,
      error: `${variable} names a file that cannot be read${named(path)}: ${reason}`,
    };
  }
}

/** A value that does not look like a path may be the secret itself: it is not shown. */
function named(path: string): string {
  return /^(?:~?\/|\.{1,2}\/|[A-Za-z]:\\)/.test(path) ? `, ${path}` : '';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; give its whole path',
  ENOTDIR: 'a part of its path is no directory',
  EACCES: 'the user of this process may not read it',
  EPERM: 'the user of this process may not read it',
  EISDIR: 'it is a directory',
  ELOOP: 'its links lead nowhere',
  ENAMETOOLONG: 'the path is too long; is it the value itself?',
};

function reasonOf(error: unknown): string {
  if (error instanceof UnfitFileError) return error.message;
  const code = codeOf(error) || 'unknown error';
  return REASONS[code] ?? code;
}
