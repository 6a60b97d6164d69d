/** Errors of single variables as sentences, and errors that concern several. */

import type { ZodError } from 'zod';
import { isQuoted, QUOTED } from './parse.ts';
import type { Environment } from './secret-files.ts';

/** Checks which variables are set, so that these errors are reported together with all others. */
export function crossFieldErrors(isGiven: (name: string) => boolean, values: Environment): string[] {
  const hasAppToken = isGiven('SLACK_APP_TOKEN');
  const hasSigningSecret = isGiven('SLACK_SIGNING_SECRET');
  const choice = 'SLACK_APP_TOKEN (xapp-…) for Socket Mode or SLACK_SIGNING_SECRET for HTTP mode';
  const errors: string[] = [];
  if (!hasAppToken && !hasSigningSecret) errors.push(`SLACK_APP_TOKEN is missing: set ${choice}`);
  if (hasAppToken && hasSigningSecret) {
    errors.push(
      `SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: keep ${choice}, and remove the other`,
    );
  }
  // Unparsed: an invalid PORT is NaN here, and only its parser reports it.
  if (hasSigningSecret && !hasAppToken && Number(values['PORT']) === 0) {
    errors.push('PORT must not be 0 in HTTP mode: Slack sends its events there');
  }
  if (isGiven('API_TOKEN') && Number(values['PORT']) === 0) {
    errors.push(
      'API_TOKEN needs a PORT to answer at: set PORT to another number than 0, or remove API_TOKEN',
    );
  }
  // With one of them alone, PRISMA_USERNAME would start scans without a word.
  const operator = ['PRISMA_OPERATOR_USERNAME', 'PRISMA_OPERATOR_PASSWORD'];
  const missing = operator.filter((name) => !isGiven(name));
  if (missing.length === 1)
    errors.push(`${missing.join()} is missing: set both of ${operator.join(' and ')}, or neither`);
  return errors;
}

/** Each start needs one of each. */
const NEEDED = [
  ['SLACK_BOT_TOKEN'],
  ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'],
  ['PRISMA_CONSOLE_URL'],
  ['PRISMA_USERNAME'],
  ['PRISMA_PASSWORD'],
];

export function isMissingAny(isGiven: (name: string) => boolean): boolean {
  return !NEEDED.every((names) => names.some(isGiven));
}

/** Without variables whose file is unreadable: `loadFiles` has reported them. */
export function toErrors(error: ZodError, unreadable: ReadonlySet<string>, values: Environment): string[] {
  const known = error.issues.filter(({ path }) => !unreadable.has(String(path[0])));
  return known.map(({ path: [name], message }) => {
    const isInQuotes = isQuoted(values[String(name)] ?? '');
    return `${String(name)} ${isInQuotes ? QUOTED : message}`;
  });
}

/** Those about one of these variables: each begins with its name. */
export function errorsOf(errors: readonly string[], names: readonly string[]): readonly string[] {
  return errors.filter((error) => names.some((name) => error.startsWith(`${name} `)));
}
