/**
 * The environment, read once at startup: a value, or the list of all errors. An error names the variable and the fix,
 * and never repeats a value: a token in the wrong variable is still a secret.
 */

import { validate as isCron } from 'node-cron';
import { z } from 'zod';
import {
  credentialsIn,
  DEFAULT_DATABASE_URL,
  isQuoted,
  isUnquoted,
  passwordsIn,
  QUOTED,
  readApiUrl,
  readCertificates,
  readConsoleUrl,
  readApiToken,
  readDatabaseUrl,
  readDelay,
  readDuration,
  readHost,
  readLinkTemplate,
  readUserName,
  type Parsed,
  readOperators,
  readPort,
  readProxy,
  readRetention,
  readSharedChannels,
  readSigningSecret,
  readToken,
} from './parse.ts';
import {
  type Environment,
  loadFiles,
  loadSecret,
  type ReadFile,
  SECRETS,
  secretTexts,
  withoutEmpty,
  withProxies,
} from './secret-files.ts';
import { crossFieldErrors, isMissingAny, toErrors } from './cross-field.ts';
import { warningsOf, weakPasswords } from './names.ts';
import { LOG_LEVELS, type LogLevel } from '../log.ts';
import type { Proxies } from '../proxy.ts';
import type { SharedPolicy } from '../slack/access/sharing.ts';
import type { DatabaseLocation } from '../store/drivers/open.ts';

export interface Config {
  readonly slack: SlackConfig;
  readonly prisma: PrismaConfig;
  readonly proxies: Proxies;
  readonly database: DatabaseLocation;
  /** Seconds first; in UTC whatever `TZ` is, because local time repeats an hour and skips one. */
  readonly poll: { readonly cron: string };
  /** A watch without a scan for `ttlMs` ends; a scan without progress for `stallAfterMs` is stalled. */
  readonly watch: { readonly ttlMs: number; readonly stallAfterMs: number };
  /** IDs of users and user groups that may start and stop scans; empty: none may. */
  readonly scanOperators: readonly string[];
  readonly sharedChannels: SharedPolicy;
  /** How long history is kept, ms. */
  readonly retentionMs: number;
  /** 0 (Socket Mode only): no port. */
  readonly port: number;
  /** Address to listen on; null for all. */
  readonly host: string | null;
  /** Enables the API for pipelines; null: disabled. */
  readonly apiToken: string | null;
  /** From a signal until no more requests are accepted, ms: a load balancer has to notice. */
  readonly shutdownDelayMs: number;
  readonly logLevel: LogLevel;
}

export type SlackConfig = {
  readonly botToken: string;
  /** With a slash at the end. */
  readonly apiUrl: string;
} & SlackMode;

type SlackMode =
  | { readonly mode: 'socket'; readonly appToken: string }
  | { readonly mode: 'http'; readonly signingSecret: string };

export interface PrismaConfig {
  /** With its path, without a slash at the end: append `/api/…`. */
  readonly consoleUrl: string;
  readonly user: Credentials;
  /** Starts and stops scans; null: `user` does. */
  readonly operator: Credentials | null;
  readonly auth: 'token' | 'basic';
  readonly apiVersion: string;
  /** Added as `project=` to every call except sign-in; null: none. */
  readonly project: string | null;
  /** The CA's certificate (PEM). */
  readonly ca: string | null;
  /** As `curl -k`: any certificate is accepted. */
  readonly isTlsInsecure: boolean;
  /** Contains {image}; {console} and {project} are optional. */
  readonly linkTemplate: string;
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

type ReadConfig =
  /** `warnings` do not prevent a start. */
  | { readonly kind: 'config'; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly kind: 'invalid'; readonly errors: readonly string[] };

/** `readFile` returns a file's text and throws where it cannot be read. */
export function readConfig(env: Environment, readFile: ReadFile): ReadConfig {
  const { parsed, errors } = read(env, readFile);
  const mode = parsed.success ? toSlackMode(parsed.data) : null;
  const warnings = warningsOf(withoutEmpty(env), KNOWN_NAMES);
  // A misspelled name often explains a missing variable.
  if (!parsed.success || mode === null || errors.length > 0)
    return { kind: 'invalid', errors: [...errors, ...warnings] };
  return { kind: 'config', config: toConfig(parsed.data, mode), warnings };
}

export interface PartialConfig {
  /** Valid variables, and defaults of missing ones. */
  readonly variables: { readonly [Name in keyof Variables]?: Variables[Name] | undefined };
  readonly errors: readonly string[];
  /** A variable that each start needs is missing. */
  readonly isIncomplete: boolean;
  readonly warnings: readonly string[];
  /** Set variables, valid or not. */
  readonly secrets: readonly string[];
}

/** Everything that can be parsed, for the doctor and the setup: one error hides no other variable. */
export function readPartly(env: Environment, readFile: ReadFile): PartialConfig {
  const { values, parsed, errors, isIncomplete } = read(env, readFile);
  const wrong = new Set(parsed.error?.issues.map(({ path }) => String(path[0])));
  const without = (all: object) => Object.entries(all).filter(([name]) => !wrong.has(name));
  // `values` lacks a variable with an error, but its text in `env` is a secret as well.
  const secrets = secretTexts([values, env], { wrong, errors });
  // An invalid variable gets no default: that is not what was meant.
  const variables = Object.fromEntries(without(SCHEMA.partial().parse(Object.fromEntries(without(values)))));
  const warnings = [...warningsOf(withoutEmpty(env), KNOWN_NAMES), ...weakPasswords(values)];
  return { variables, errors, isIncomplete, warnings, secrets };
}

function read(env: Environment, readFile: ReadFile) {
  const { values, errors: fileErrors, unreadable } = loadFiles(withProxies(withoutEmpty(env)), readFile);
  const parsed = SCHEMA.safeParse(values);
  const isGiven = (name: string): boolean => values[name] !== undefined || unreadable.has(name);
  const errors = [
    ...fileErrors,
    ...(parsed.success ? [] : toErrors(parsed.error, unreadable, values)),
    ...crossFieldErrors(isGiven, values),
  ];
  return { values, parsed, errors, isIncomplete: isMissingAny(isGiven) };
}

/** All secret values, also in the form that a header has. */
export function secretsOf({ slack, prisma, proxies, database, apiToken }: Config): readonly string[] {
  const users = [prisma.user, ...(prisma.operator === null ? [] : [prisma.operator])];
  return [
    slack.botToken,
    slack.mode === 'socket' ? slack.appToken : slack.signingSecret,
    ...(apiToken === null ? [] : [apiToken]),
    ...users.flatMap(({ username, password }) => [`${username}:${password}`, password]),
    ...(database.kind === 'postgres' ? passwordsIn(database.url) : []),
    ...[proxies.https, proxies.http].flatMap((proxy) => credentialsIn(proxy ?? '')),
  ];
}

/** Only the database, for programs that need nothing else. */
export function readDatabaseConfig(env: Environment, readFile: ReadFile): Parsed<DatabaseLocation> {
  const { value, error } = loadSecret('DATABASE_URL', withoutEmpty(env), readFile);
  if (error !== null) return { error };
  const reading = readDatabaseUrl((value ?? DEFAULT_DATABASE_URL).trim());
  if (!('error' in reading)) return reading;
  return { error: `DATABASE_URL ${isQuoted(value ?? '') ? QUOTED : reading.error}` };
}

const required = (whatItIs: string) => z.string({ error: `is missing: set it to ${whatItIs}` });

/** Makes an issue of a parser's error. Texts are trimmed first, so passwords do not go through this. */
function toValue<T>(read: (text: string) => Parsed<T>, { mayBeQuoted = false } = {}) {
  return (text: string, context: z.RefinementCtx): T => {
    const reading = isQuoted(text) && !mayBeQuoted ? { error: QUOTED } : read(text.trim());
    if ('value' in reading) return reading.value;
    context.addIssue({ code: 'custom', message: reading.error });
    return z.NEVER;
  };
}

const QUOTABLE = { mayBeQuoted: true };
const SCHEMA = z.object({
  SLACK_BOT_TOKEN: required('the bot token (xoxb-…)').transform(toValue(readToken('xoxb-'))),
  SLACK_APP_TOKEN: z
    .string()
    .transform(toValue(readToken('xapp-')))
    .optional(),
  SLACK_SIGNING_SECRET: z.string().transform(toValue(readSigningSecret)).optional(),
  SLACK_API_URL: z.string().default('https://slack.com/api/').transform(toValue(readApiUrl)),
  PRISMA_CONSOLE_URL: required('the address of the Console, such as https://host:8083').transform(
    toValue(readConsoleUrl),
  ),
  PRISMA_USERNAME: required('a user of the Console, or an access key ID').transform(toValue(readUserName)),
  PRISMA_PASSWORD: required("the user's password, or the secret key"),
  PRISMA_AUTH: z.enum(['token', 'basic'], { error: 'must be token or basic' }).default('token'),
  // Consoles older than 33.03 respond with 404; the doctor suggests their version.
  PRISMA_API_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/, { error: 'must look like v33.03' })
    .default('v33.03'),
  PRISMA_PROJECT: z.string().refine(isUnquoted).optional(),
  PRISMA_CA_FILE: z.string().transform(toValue(readCertificates)).optional(),
  PRISMA_TLS_INSECURE: z.enum(['true', 'false'], { error: 'must be true or false' }).default('false'),
  PRISMA_OPERATOR_USERNAME: z.string().transform(toValue(readUserName)).optional(),
  PRISMA_OPERATOR_PASSWORD: z.string().optional(),
  HTTPS_PROXY: z.string().transform(toValue(readProxy)).optional(),
  HTTP_PROXY: z.string().transform(toValue(readProxy)).optional(),
  NO_PROXY: z.string().refine(isUnquoted).default(''),
  PRISMA_LINK_TEMPLATE: z
    .string()
    .default('{console}/#!/monitor/vulnerabilities/images/registries?search={image}')
    .transform(toValue(readLinkTemplate)),
  DATABASE_URL: z.string().default(DEFAULT_DATABASE_URL).transform(toValue(readDatabaseUrl)),
  POLL_CRON: z
    .string()
    .refine((text) => isCron(text), { error: 'must be a cron expression such as */5 * * * * *' })
    .default('*/5 * * * * *'),
  WATCH_TTL: z.string().default('24h').transform(toValue(readDuration)),
  STALL_AFTER: z.string().default('10m').transform(toValue(readDuration)),
  SHARED_CHANNELS: z.string().default('deny').transform(toValue(readSharedChannels)),
  RETENTION: z.string().default('365d').transform(toValue(readRetention)),
  SCAN_OPERATORS: z.string().default('').transform(toValue(readOperators)),
  PORT: z.string().default('3000').transform(toValue(readPort)),
  API_TOKEN: z.string().transform(toValue(readApiToken, QUOTABLE)).optional(),
  // Optional, as SHUTDOWN_DELAY: `toConfig` sets the default, which depends on the mode.
  HEALTH_HOST: z.string().transform(toValue(readHost)).optional(),
  SHUTDOWN_DELAY: z.string().transform(toValue(readDelay)).optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
});

/** A variable is known if it is in the schema. */
export const KNOWN_NAMES = [...Object.keys(SCHEMA.shape), ...SECRETS.map((name) => `${name}_FILE`)];

export type Variables = z.output<typeof SCHEMA>;

/** null where neither is set, which `crossFieldErrors` reports, as it does both. */
function toSlackMode({
  SLACK_APP_TOKEN: appToken,
  SLACK_SIGNING_SECRET: signingSecret,
}: Variables): SlackMode | null {
  if (appToken !== undefined) return { mode: 'socket', appToken };
  return signingSecret === undefined ? null : { mode: 'http', signingSecret };
}

function toConfig(variables: Variables, mode: SlackMode): Config {
  return {
    slack: { botToken: variables.SLACK_BOT_TOKEN, apiUrl: variables.SLACK_API_URL, ...mode },
    prisma: toPrismaConfig(variables),
    proxies: toProxies(variables),
    database: variables.DATABASE_URL,
    poll: { cron: variables.POLL_CRON },
    watch: { ttlMs: variables.WATCH_TTL, stallAfterMs: variables.STALL_AFTER },
    scanOperators: variables.SCAN_OPERATORS,
    sharedChannels: variables.SHARED_CHANNELS,
    retentionMs: variables.RETENTION,
    port: variables.PORT,
    apiToken: variables.API_TOKEN ?? null,
    // A bot in Socket Mode needs no access from outside; in HTTP mode Slack needs it.
    host: variables.HEALTH_HOST ?? (mode.mode === 'socket' ? '127.0.0.1' : null),
    // In Socket Mode no load balancer sends requests.
    shutdownDelayMs: variables.SHUTDOWN_DELAY ?? (mode.mode === 'socket' ? 0 : 5_000),
    logLevel: variables.LOG_LEVEL,
  };
}

/** For all outgoing connections except PostgreSQL. */
export function toProxies(variables: PartialConfig['variables']): Proxies {
  const { HTTPS_PROXY: https = null, HTTP_PROXY: http = null, NO_PROXY: except = '' } = variables;
  return { https, http, except };
}

function toPrismaConfig(variables: Variables): PrismaConfig {
  const { PRISMA_OPERATOR_USERNAME: username, PRISMA_OPERATOR_PASSWORD: password } = variables;
  return {
    consoleUrl: variables.PRISMA_CONSOLE_URL,
    user: { username: variables.PRISMA_USERNAME, password: variables.PRISMA_PASSWORD },
    operator: username === undefined || password === undefined ? null : { username, password },
    auth: variables.PRISMA_AUTH,
    apiVersion: variables.PRISMA_API_VERSION,
    project: variables.PRISMA_PROJECT ?? null,
    ca: variables.PRISMA_CA_FILE ?? null,
    isTlsInsecure: variables.PRISMA_TLS_INSECURE === 'true',
    linkTemplate: variables.PRISMA_LINK_TEMPLATE,
  };
}
