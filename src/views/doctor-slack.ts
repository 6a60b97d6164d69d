/** Findings of `npm run doctor` about Slack: tokens, scopes, and validation of the samples. Plain text. */

import type { Rejection } from '../scan/delivery.ts';
import { fine, type Finding, silenceOf, unknown, warning, wrong } from './doctor-lines.ts';
import { printDuration } from './kit/duration.ts';

export function botTokenFinding(team: string): Finding {
  return fine(`Slack takes SLACK_BOT_TOKEN${team === '' ? '' : `, workspace ${team}`}`);
}

export function botTokenRejectedFinding(failure: Rejection): Finding {
  return slackFailure(failure, {
    variable: 'SLACK_BOT_TOKEN',
    whatToDo: 'copy the Bot User OAuth Token anew (OAuth & Permissions), or reinstall the app',
  });
}

export function appTokenFinding(failure: Rejection | null): Finding {
  if (failure === null) return fine('Slack takes SLACK_APP_TOKEN and grants a socket');
  return slackFailure(failure, {
    variable: 'SLACK_APP_TOKEN',
    whatToDo: 'make an app-level token with connections:write (Basic Information), and switch Socket Mode on',
  });
}

function slackFailure(
  failure: Rejection,
  { variable, whatToDo }: { variable: string; whatToDo: string },
): Finding {
  switch (failure.kind) {
    case 'refused':
      return wrong(`Slack refuses ${variable} (${failure.error}): ${whatToDo}`);
    case 'rate-limited':
      return unknown(`Slack asks to wait for ${printDuration(failure.retryAfterMs)}; run it again then`);
    case 'unsent':
    case 'unknown':
      return {
        ...wrong(`no answer of Slack (${failure.detail}): check SLACK_API_URL, the network and a proxy`),
        again: { cause: silenceOf('Slack'), text: 'needs an answer of Slack' },
      };
  }
}

export function signingSecretFinding(secret: string): Finding {
  return /^[0-9a-f]{32}$/.test(secret)
    ? fine(
        'SLACK_SIGNING_SECRET has the right form; whether it is the app’s shows with Slack’s first request',
      )
    : warning(
        'SLACK_SIGNING_SECRET is not 32 hexadecimal digits: compare it with Basic Information › App Credentials',
      );
}

export function scopesFinding(granted: readonly string[], needed: readonly string[]): Finding {
  if (granted.length === 0) return unknown('Slack did not tell which scopes the token has');
  const lacking = needed.filter((scope) => !granted.includes(scope));
  if (lacking.length > 0 && lacking.every((scope) => NICETIES.includes(scope)))
    return fine(`all that it needs are granted; ${lacking.join(', ')} would let it nod to thanks`);
  if (lacking.length > 0) {
    return wrong(
      `missing: ${lacking.join(', ')}. Paste manifest.yml into App Manifest, then reinstall the app (Install App)`,
    );
  }
  const more = granted.filter((scope) => !needed.includes(scope));
  return fine(
    `all ${needed.length} of manifest.yml are granted${more.length === 0 ? '' : `, and more than needed: ${more.join(', ')}`}`,
  );
}

/** Optional scopes. */
const NICETIES: readonly string[] = ['reactions:write'];

/** `errors`: null where Slack accepts it. */
export function sampleFinding(errors: readonly string[] | null): Finding {
  if (errors === null) return fine('Slack takes it');
  return wrong(`Slack refuses it: ${errors.length === 0 ? 'it does not say why' : errors.join('; ')}`);
}

export function sampleNotChecked(failure: Rejection): Finding {
  if (failure.kind === 'refused' && failure.error === 'unknown_method')
    return unknown('this Slack has no blocks.validate');
  return slackFailure(failure, {
    variable: 'SLACK_BOT_TOKEN',
    whatToDo: 'run the doctor without --samples first',
  });
}
