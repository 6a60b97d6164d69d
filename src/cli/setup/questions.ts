/** Prompts of the setup, in order, and the doctor's checks for each. */

import { readSigningSecret } from '../../config/parse.ts';
import type { Environment } from '../../config/secret-files.ts';
import { pathInRoot } from '../../root.ts';

export interface Field {
  readonly variable: string;
  readonly prompt: string;
  readonly isSecret: boolean;
  /** Converts the input to variables. */
  readonly toVariables: (text: string) => Environment;
}

export interface SetupQuestion {
  /** Printed before the prompt. */
  readonly intro: string;
  readonly fields: readonly Field[];
  /** Names of the doctor's checks. */
  readonly checks: readonly string[];
  /** Empty input is valid. */
  readonly isOptional?: boolean;
}

function field(variable: string, prompt: string, options: Partial<Field> = {}): Field {
  return {
    ...{ variable, prompt, isSecret: false },
    toVariables: (text) => ({ [variable]: text.trim() }),
    ...options,
  };
}

/** Beside the program: users of the package have no checkout. */
const MANIFEST = pathInRoot('manifest.yml');

export const BOT_TOKEN: SetupQuestion = {
  intro: `1 of 4  Slack: the app
  Open https://api.slack.com/apps, Create New App, From a manifest, and paste
  ${MANIFEST}
  Then Install App, Install to workspace, and copy the Bot User OAuth Token.
`,
  fields: [field('SLACK_BOT_TOKEN', 'Bot token (xoxb-…):', { isSecret: true })],
  checks: ['Bot token', 'Scopes'],
};

export const APP_TOKEN: SetupQuestion = {
  intro: `2 of 4  Slack: events
  Basic Information, App-Level Tokens, Generate Token and Scopes, add
  connections:write, and copy the token.
  (For HTTP mode paste the Signing Secret of App Credentials instead.)
`,
  fields: [field('SLACK_APP_TOKEN', 'App-level token (xapp-…):', { isSecret: true, toVariables: toWayIn })],
  // The doctor has one of them, depending on what was entered.
  checks: ['Socket Mode', 'Signing secret'],
};

export const CONSOLE: SetupQuestion = {
  intro: `3 of 4  The Console of Prisma Cloud Compute
  On SaaS its address is under Manage, System, Utilities, Path to Console.
`,
  fields: [
    field('PRISMA_CONSOLE_URL', 'Address of the Console:', {
      toVariables: (text) => ({ PRISMA_CONSOLE_URL: toAddress(text) }),
    }),
  ],
  checks: ['Console', 'Certificate'],
};

export const AUTHORITY: SetupQuestion = {
  intro: '  The Console’s certificate is signed by an authority unknown to this machine.\n',
  fields: [field('PRISMA_CA_FILE', 'File with the authority’s certificate (PEM), or Enter to skip:')],
  checks: ['Certificate'],
  isOptional: true,
};

export const USER: SetupQuestion = {
  intro: `  A user, or an access key, whose role may read Monitor, Images (permission
  monitorImages).
`,
  fields: [
    field('PRISMA_USERNAME', 'User name, or access key ID:'),
    field('PRISMA_PASSWORD', 'Password, or secret key:', {
      isSecret: true,
      // A password may start or end with a space.
      toVariables: (text) => ({ PRISMA_PASSWORD: text }),
    }),
  ],
  checks: ['Sign-in', 'API version', 'Project', 'Progress', 'Results', 'Registry settings', 'Starting scans'],
};

/** A token has a prefix; anything else must be the signing secret. */
function toWayIn(text: string): Environment {
  const trimmed = text.trim();
  // undefined removes the other variable: from an earlier input, and from the environment.
  const isSecret = /^[0-9a-f]{32}$/.test(trimmed) && 'value' in readSigningSecret(trimmed);
  return isSecret
    ? { SLACK_SIGNING_SECRET: trimmed, SLACK_APP_TOKEN: undefined }
    : { SLACK_APP_TOKEN: trimmed, SLACK_SIGNING_SECRET: undefined };
}

/** As copied from a browser: without the scheme, with a page, or with the path of the API. */
export function toAddress(text: string): string {
  const trimmed = text.trim().replace(/[?#].*$/, '');
  const hasScheme = /^(?:https?:$|[a-z][a-z0-9+.-]*:\/\/)/i.test(trimmed);
  const whole = hasScheme || trimmed === '' ? trimmed : `https://${trimmed}`;
  // Slashes first: `…/api/` ends in the path of the API, too. Those of `https://` alone stay.
  return whole.replace(/(?<![:/])\/+$/, '').replace(/\/api(?:\/v[\d.]+)?$/, '');
}

/** `C0123ABCD` from a copied link or ID; null for anything else, such as a name. */
export function toChannelId(text: string): string | null {
  return /(?:^|\/archives\/)([CG][A-Z0-9]{5,})(?:[/?#].*)?$/.exec(text.trim())?.[1] ?? null;
}
