/**
 * Errors between us and the Console, and what to do: one sentence each, for the channel and the log. Plain text;
 * `failureLines` formats it for Slack.
 */

import type { Failure, FailureCause } from '../../scan/snapshot.ts';
import { printDuration } from '../kit/duration.ts';
import { code } from '../kit/mrkdwn.ts';

interface FailureWords {
  readonly headline: string;
  readonly whatToDo: string;
}

const DETAIL_MAX = 200;

export function describeFailure(failure: Failure): FailureWords {
  const { retryAfterMs } = failure;
  const words = wordsFor(failure);
  if (failure.cause !== 'rate-limited' || retryAfterMs === null) return words;
  return { ...words, whatToDo: `The next try is in ${printDuration(retryAfterMs)}. ${words.whatToDo}` };
}

/** "The Console answered with an error (HTTP 500)": the details follow on demand. */
export function failureHeadline({ cause, detail }: Failure): string {
  const { headline } = WORDS[cause];
  const status = cause === 'unavailable' ? /\bHTTP (5\d\d)\b/.exec(detail)?.[1] : undefined;
  return status === undefined ? headline : `${headline} (HTTP ${status})`;
}

/** The same behind a colon. */
export function failureClause(failure: Failure): string {
  return failureHeadline(failure).replace(/^The /, 'the ');
}

/** For a single request that is not repeated. mrkdwn. */
export function singleRequestLines(failure: Failure): string[] {
  const whatToDo = ONCE[failure.cause]?.(failure);
  if (whatToDo === undefined) return failureLines(failure);
  return failure.detail.trim() === '' ? [whatToDo] : [whatToDo, code(failure.detail, DETAIL_MAX)];
}

const ONCE: Readonly<Partial<Record<FailureCause, (failure: Failure) => string>>> = {
  timeout: () => 'It may be busy: check the Console’s load.',
  unavailable: () => 'Check the Console’s health.',
  'rate-limited': ({ retryAfterMs }) =>
    `Try again in ${retryAfterMs === null ? 'a minute' : printDuration(retryAfterMs)}. If this goes on, see what else uses the same Console’s API.`,
};

/** In one line, for the log and readiness. */
export function failureSentences(failure: Failure): string {
  const { headline, whatToDo } = wordsFor(failure);
  return `${headline}. ${whatToDo}`;
}

/** What to do, with names of variables as code, and what came back. mrkdwn. */
export function failureLines(failure: Failure): string[] {
  const words = describeFailure(failure).whatToDo.replace(
    /\b(?:PRISMA_[A-Z_]+(?:=true)?|[A-Z]+_PROXY|monitorImages)\b/g,
    '`$&`',
  );
  // People in a channel need not know variables.
  const whatToDo = /PRISMA_|_PROXY/.test(words)
    ? `For whoever runs this bot: ${words.charAt(0).toLowerCase()}${words.slice(1)}`
    : words;
  return failure.detail.trim() === '' ? [whatToDo] : [whatToDo, code(failure.detail, DETAIL_MAX)];
}

function wordsFor({ cause, detail }: Failure): FailureWords {
  return cause === 'unreachable' && /\bPROXY_/.test(detail)
    ? { ...WORDS.unreachable, whatToDo: PROXY_IN_BETWEEN }
    : WORDS[cause];
}

const PROXY_IN_BETWEEN =
  'The proxy in HTTPS_PROXY or HTTP_PROXY does not let the bot through: check its address, user and password, and that its rules allow tunnels to that host and port; or list the host in NO_PROXY.';

const WORDS: Readonly<Record<FailureCause, FailureWords>> = {
  unreachable: {
    headline: 'The Console cannot be reached',
    whatToDo:
      'Check PRISMA_CONSOLE_URL (is it https://, and not http://, or the other way round?), and that the bot’s network may reach that host and port.',
  },
  tls: {
    headline: 'The Console’s certificate is not trusted',
    whatToDo:
      'If the Console signs its own, give its CA in PRISMA_CA_FILE. Has it expired, or is it for another host? PRISMA_TLS_INSECURE=true skips the check, for a test.',
  },
  timeout: {
    headline: 'The Console did not answer in time',
    whatToDo: 'It may be busy, and the bot tries again. If this goes on, check the Console’s load.',
  },
  'sign-in': {
    headline: 'The Console refused the sign-in',
    whatToDo:
      'Check PRISMA_USERNAME and PRISMA_PASSWORD, that this user is neither locked nor expired, and that PRISMA_AUTH is a way this Console allows.',
  },
  forbidden: {
    headline: 'The Console denies access to registry scans',
    whatToDo: 'Give the role of PRISMA_USERNAME read permission for monitorImages, and check PRISMA_PROJECT.',
  },
  'not-found': {
    headline: 'The Console does not know this address',
    whatToDo:
      'Check that PRISMA_API_VERSION suits this Console, and that PRISMA_CONSOLE_URL has its whole path (on SaaS it ends in the customer’s name).',
  },
  'bad-request': {
    headline: 'The Console did not understand the request',
    whatToDo:
      'Check how the image is written. If that is right, check that PRISMA_API_VERSION suits this Console.',
  },
  'rate-limited': {
    headline: 'The Console is being asked too often',
    whatToDo: 'The bot asks again when it may. If this goes on, see what else uses the same Console’s API.',
  },
  'own-limit': {
    headline: 'The Console was not asked, because the bot has used up its 30 requests in 30 s',
    whatToDo: 'Try again in half a minute.',
  },
  unavailable: {
    headline: 'The Console answered with an error',
    whatToDo: 'The bot tries again. If this goes on, check the Console’s health.',
  },
  garbled: {
    headline: 'The Console’s answer cannot be read',
    whatToDo:
      'Is a proxy or a login page in between? Open PRISMA_CONSOLE_URL from the bot’s network and look.',
  },
};
