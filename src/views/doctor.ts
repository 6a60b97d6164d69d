/** Findings of `npm run doctor`: a sentence for each check, fine or what to do. Plain text. */

import type { Failure } from '../scan/snapshot.ts';
import { printDuration } from './kit/duration.ts';
import {
  fine,
  type Finding,
  type Server,
  SETUP_HINT,
  silenceOf,
  unknown,
  warning,
  wrong,
} from './doctor-lines.ts';
import { type DatabaseError, databaseErrorSentences, IN_MEMORY } from './parts/database-error.ts';
import { describeFailure } from './parts/failure.ts';

/** One finding for each error and warning, which names its variable. */
export function variablesFindings({
  errors,
  isIncomplete,
  warnings,
}: {
  readonly errors: readonly string[];
  /** The setup prompts for what is missing. */
  readonly isIncomplete: boolean;
  readonly warnings: readonly string[];
}): readonly Finding[] {
  const readable = fine('all that a start needs is there, and readable');
  return [
    ...(errors.length === 0 ? [readable] : errors.map(wrong)),
    ...warnings.map(warning),
    ...(isIncomplete ? [warning(SETUP_HINT)] : []),
  ];
}

export const missing = (what: string): Finding => unknown(`needs ${what}`);
export const tookTooLong = (ms: number): Finding => wrong(`came to no end within ${printDuration(ms)}`);
export const brokeOff = (why: string): Finding => wrong(`the check itself failed: ${why}`);

export function wayFinding({
  server,
  host,
  variable,
  proxy,
  name,
  error,
}: {
  readonly server: Server;
  readonly host: string;
  readonly variable: string;
  /** null for a direct connection. */
  readonly proxy: string | null;
  /** The host that is connected to. */
  readonly name: string;
  /** Of its lookup, null for none. */
  readonly error: string | null;
}): Finding {
  const way = proxy === null ? `${host}, without a proxy` : `${host}, by the proxy ${proxy} (${variable})`;
  if (error === null) return fine(`${way}: ${name} has an address`);
  const text = `${way}: no address of ${name} is found (${error}): check its spelling, and the DNS here`;
  return { ...wrong(text), again: { cause: silenceOf(server), text } };
}

export function reachableFinding(failure: Failure | null): Finding {
  // Any response counts; later lines report the rest.
  if (failure === null || RESPONDED.includes(failure.cause)) return fine('the Console answers');
  if (failure.cause === 'tls') return fine('something answers there; see the certificate');
  const finding = consoleFailure(failure);
  // Only the line about the way is above this one.
  return { ...finding, again: { ...finding.again, text: 'needs an address of its host' } };
}

const RESPONDED: readonly Failure['cause'][] = [
  'not-found',
  'forbidden',
  'sign-in',
  'bad-request',
  'rate-limited',
];

export interface CertificateFacts {
  readonly isEncrypted: boolean;
  readonly isUnchecked: boolean;
  readonly failure: Failure | null;
}

export function certificateFinding({ isEncrypted, isUnchecked, failure }: CertificateFacts): Finding {
  if (!isEncrypted) return warning('PRISMA_CONSOLE_URL begins with http://: passwords travel in the open');
  if (failure?.cause === 'tls') return consoleFailure(failure);
  if (failure !== null && !RESPONDED.includes(failure.cause)) return missing('a Console that answers');
  if (isUnchecked)
    return warning('is not checked (PRISMA_TLS_INSECURE=true): give the CA in PRISMA_CA_FILE instead');
  return fine('is trusted');
}

export function signInFinding(failure: Failure | null): Finding {
  if (failure === null || failure.cause === 'forbidden')
    return fine('the Console takes PRISMA_USERNAME and PRISMA_PASSWORD');
  // The next line is about the version.
  if (failure.cause === 'not-found') return missing(RIGHT_VERSION);
  return consoleFailure(failure);
}

/** `console`: its version, null if unknown. `suggestion`: a path that it knows. */
export interface VersionFacts {
  readonly configured: string;
  readonly console: string | null;
  readonly failure: Failure | null;
  readonly suggestion: string | null;
}

export function versionFinding({ configured, console, failure, suggestion }: VersionFacts): Finding {
  if (failure === null)
    return fine(`${configured} works${console === null ? '' : `, the Console is ${console}`}`);
  if (failure.cause !== 'not-found') return consoleFailure(failure);
  const found = (advice: string) => ({
    ...wrong(`the Console does not know ${configured}${advice}`),
    again: againOf(failure),
  });
  return suggestion === null
    ? found(', nor any other path that was tried: check the path of PRISMA_CONSOLE_URL as well')
    : {
        ...found(`: set PRISMA_API_VERSION=${suggestion}`),
        remedy: { name: 'PRISMA_API_VERSION', values: [suggestion] },
      };
}

/** The Console's name for resources outside any project. */
const CENTRAL = 'Central Console';

/** `names`: null where the Console does not say. */
export function projectFinding(configured: string | null, names: readonly string[] | null): Finding {
  const others = (names ?? []).filter((name) => name !== CENTRAL);
  const [only] = others;
  if (configured !== null)
    return others.length === 0 || others.includes(configured)
      ? fine(`PRISMA_PROJECT=${configured} is given`)
      : wrong(`PRISMA_PROJECT=${configured} is none of ${others.join(', ')}`);
  if (only === undefined) return fine('none is needed');
  if (names?.length === 1)
    return {
      ...wrong(`this user sees one project alone: set PRISMA_PROJECT=${only}`),
      remedy: { name: 'PRISMA_PROJECT', values: [only] },
    };
  return {
    ...warning(`none is given, so the Central Console is asked; this user sees ${others.join(', ')} too`),
    remedy: { name: 'PRISMA_PROJECT', values: others },
  };
}

export function progressFinding(failure: Failure | null): Finding {
  if (failure === null) return fine('may be read');
  return consoleFailure(failure);
}

export function resultsFinding(failure: Failure | null): Finding {
  if (failure === null) return fine('may be read: ends that were told to others are found');
  if (failure.cause !== 'forbidden') return consoleFailure(failure);
  return warning(
    'the role may not read them: an end that another program was told first is missed, and findings stay unknown. It needs read permission for monitorImages',
  );
}

export function settingsFinding(failure: Failure | null, specifications: number): Finding {
  if (failure?.cause === 'forbidden') {
    return warning(
      'the role may not read them: the bot cannot tell that an image is outside the scope. Read permission for policyContainers is enough',
    );
  }
  if (failure !== null) return consoleFailure(failure);
  if (specifications === 0)
    return warning('may be read, and name no registry: nothing would ever be scanned');
  return fine(
    `may be read: ${specifications} ${specifications === 1 ? 'registry is' : 'registries are'} set up`,
  );
}

export interface StartFacts {
  /** SCAN_OPERATORS is empty. */
  readonly isForNobody: boolean;
  readonly hasOwnUser: boolean;
  /** Of the user that would start scans; null where the Console does not name it. */
  readonly role: string | null;
  readonly failure: Failure | null;
}

/** The vendor's predefined roles with that permission; a customer's role may have any name. */
const WRITING_ROLES = ['admin', 'operator'];
const READING_ROLES = ['auditor'];

export function startFinding({ isForNobody, hasOwnUser, role, failure }: StartFacts): Finding {
  const user = hasOwnUser ? 'PRISMA_OPERATOR_USERNAME' : 'PRISMA_USERNAME';
  const mayWrite = role !== null && WRITING_ROLES.includes(role);
  if (isForNobody) {
    const could = mayWrite ? `; the role of ${user}, ${role}, would let them` : '';
    return fine(`nobody may start or stop scans: SCAN_OPERATORS is empty${could}`);
  }
  if (failure !== null && failure.cause !== 'forbidden') {
    if (failure.cause === 'sign-in' && hasOwnUser) {
      return wrong(
        `the Console refuses PRISMA_OPERATOR_USERNAME and PRISMA_OPERATOR_PASSWORD (${failure.detail}); check that this user is neither locked nor expired`,
      );
    }
    return consoleFailure(failure);
  }
  if (role !== null && WRITING_ROLES.includes(role))
    return fine(`${user} may start them: its role is ${role}`);
  if (role !== null && READING_ROLES.includes(role))
    return wrong(`${user} may only read: its role is ${role}. Give it a role that may write monitorImages`);
  return unknown(
    `${user} signs in; whether its role may write monitorImages cannot be tried without starting a scan. The first /scanprogress scan tells`,
  );
}

export type DatabaseState =
  | { readonly kind: 'fine'; readonly pending: number }
  | { readonly kind: 'absent'; readonly file: string }
  | { readonly kind: 'in-memory' }
  | { readonly kind: 'no-folder'; readonly folder: string }
  | { readonly kind: 'closed-folder'; readonly folder: string }
  | { readonly kind: 'error'; readonly error: DatabaseError }
  | { readonly kind: 'broken'; readonly detail: string };

export function databaseFinding(state: DatabaseState): Finding {
  switch (state.kind) {
    case 'fine':
      return fine(
        state.pending === 0
          ? 'can be written, and has the newest schema'
          : `can be written; the next start brings its schema up to date (${state.pending} changes)`,
      );
    case 'absent':
      return fine(`${state.file} is not there yet; the first start makes it`);
    case 'in-memory':
      return warning(IN_MEMORY);
    case 'no-folder':
      return wrong(`the folder ${state.folder} does not exist: make it, or change DATABASE_URL`);
    case 'closed-folder':
      return wrong(
        `the folder ${state.folder} cannot be written: give the user of the bot the right to, or change DATABASE_URL`,
      );
    case 'error':
      return wrong(databaseErrorSentences(state.error));
    case 'broken':
      return wrong(`cannot be used (${state.detail}): check DATABASE_URL`);
  }
}

/** Worth a warning; Slack rejects requests beyond five minutes. */
const SKEW_MS = 30_000;

/** `aheadMs`: how far the other clock is ahead of ours; null if unknown. */
export function clockFinding(server: Server, aheadMs: number | null): Finding {
  if (aheadMs === null) return missing(`an answer of ${server} that shows its time`);
  if (Math.abs(aheadMs) < SKEW_MS) return fine(`agrees with ${server}’s`);
  const direction = aheadMs > 0 ? 'behind' : 'ahead of';
  return warning(
    `is ${printDuration(Math.abs(aheadMs))} ${direction} ${server}’s: set it by the network (NTP), on the machine that is wrong`,
  );
}

/** What its line says; a later line with the same cause was not checked. */
function consoleFailure(failure: Failure): Finding & Required<Pick<Finding, 'again'>> {
  const { headline, whatToDo } = describeFailure(failure);
  const text = `${headline}${failure.detail === '' ? '' : ` (${failure.detail})`}. ${whatToDo}`;
  const again = againOf(failure);
  // No setting could fix it: the check had no result.
  if (PASSING.includes(failure.cause)) return { ...unknown(`${text} Run the doctor again then.`), again };
  return { ...wrong(text), again };
}

const PASSING: readonly Failure['cause'][] = ['rate-limited', 'own-limit', 'unavailable'];
const RIGHT_VERSION = 'the right PRISMA_API_VERSION';

function againOf(failure: Failure): { readonly cause: string; readonly text: string } {
  const { cause } = failure;
  switch (cause) {
    case 'unreachable':
    case 'timeout':
      return { cause: silenceOf('the Console'), text: missing('a Console that answers').text };
    case 'tls':
      return { cause, text: missing('a certificate that is trusted').text };
    case 'sign-in':
      return { cause, text: missing('the sign-in').text };
    case 'not-found':
      return { cause, text: missing(RIGHT_VERSION).text };
    case 'forbidden':
    case 'bad-request':
    case 'rate-limited':
    case 'own-limit':
    case 'unavailable':
    case 'garbled':
      return { cause, text: `not checked, as above: ${describeFailure(failure).headline}` };
  }
}
