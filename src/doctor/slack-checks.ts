/** Checks of Slack's tokens. Posts nothing and opens no socket: a running bot is not affected. */

import * as says from '../views/doctor.ts';
import * as slackSays from '../views/doctor-slack.ts';
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { type PartialConfig, toProxies } from '../config/config.ts';
import { codeOf, messageOf } from '../errors.ts';
import { proxyFor, type Proxies } from '../proxy.ts';
import { pathInRoot } from '../root.ts';
import { checkAppToken } from '../slack/web-api/check-app-token.ts';
import { createWebApi } from '../slack/web-api/web-api.ts';
import type { Finding, Server } from '../views/doctor-lines.ts';
import { type Check, once } from './check.ts';

/** Of one call, ms: shorter than the limit of a check, so that its finding names the cause. */
const CALL_MS = 8_000;

export const BOT_TOKEN_CHECK = 'Bot token';
export const SOCKET_CHECK = 'Socket Mode';

export function slackChecks({ variables }: PartialConfig): readonly Check[] {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = variables;
  const proxies = toProxies(variables);
  const identify =
    token === undefined || apiUrl === undefined ? null : fetchIdentity({ token, apiUrl, proxies });
  const needed = token === undefined ? 'a valid SLACK_BOT_TOKEN' : 'a valid SLACK_API_URL';
  return [
    { name: 'Way to Slack', run: () => checkWay('Slack', apiUrl, proxies) },
    {
      name: BOT_TOKEN_CHECK,
      run: async () => (identify === null ? says.missing(needed) : tokenFinding(await identify())),
    },
    {
      name: 'Scopes',
      run: async () => (identify === null ? says.missing(needed) : scopesFinding(await identify())),
    },
    wayIn(variables),
    {
      name: 'Clock (Slack)',
      run: async () => says.clockFinding('Slack', (await identify?.())?.aheadMs ?? null),
    },
  ];
}

/**
 * The route (direct or proxy) of all requests to one URL. Connects to nothing: the next checks do. Only the host
 * connected to is looked up: a proxy resolves the other.
 */
export async function checkWay(
  server: Server,
  address: string | undefined,
  proxies: Proxies,
): Promise<Finding> {
  if (address === undefined) return says.missing('a valid address');
  const url = new URL(address);
  const proxy = proxyFor(proxies, url);
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const connectedTo = proxy === null ? url : new URL(proxy);
  // Only the hosts: the URL of a proxy may contain a password.
  const way = { server, host: url.host, variable, proxy: proxy === null ? null : connectedTo.host };
  const name = connectedTo.hostname;
  return says.wayFinding({ ...way, name, error: await lookupError(name) });
}

/** null where the name has an address, or is one. */
async function lookupError(hostname: string): Promise<string | null> {
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  return lookup(name).then(
    () => null,
    (error: unknown) => codeOf(error) || messageOf(error),
  );
}

interface IdentityCheck {
  readonly identity: Awaited<ReturnType<ReturnType<typeof createWebApi>['identity']>>;
  /** null without a response. */
  readonly aheadMs: number | null;
}

/** One request for the checks of token, scopes and clock. */
function fetchIdentity(options: {
  token: string;
  apiUrl: string;
  proxies: Proxies;
}): () => Promise<IdentityCheck> {
  return once(async () => {
    const webApi = createWebApi({ ...options, timeoutMs: CALL_MS });
    const identity = await webApi.identity();
    // A clock is compared by the `Date` header of a response.
    const hasResponse = identity.kind !== 'unsent' && identity.kind !== 'unknown';
    return { identity, aheadMs: hasResponse ? webApi.aheadMs() : null };
  });
}

function tokenFinding({ identity }: IdentityCheck): Finding {
  return identity.kind === 'identified'
    ? slackSays.botTokenFinding(identity.team)
    : slackSays.botTokenRejectedFinding(identity);
}

function scopesFinding({ identity }: IdentityCheck): Finding {
  if (identity.kind !== 'identified') return says.missing('a bot token that Slack takes');
  return slackSays.scopesFinding(identity.scopes, readManifestScopes());
}

/** For the mode that is configured; Socket Mode where none or both are. */
function wayIn(variables: PartialConfig['variables']): Check {
  const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: secret, SLACK_API_URL: apiUrl } = variables;
  if (appToken === undefined && secret !== undefined) {
    // Only its form can be checked: Slack never confirms it.
    return { name: 'Signing secret', run: () => slackSays.signingSecretFinding(secret) };
  }
  const run = async (): Promise<Finding> => {
    if (appToken === undefined) return says.missing('a valid SLACK_APP_TOKEN or SLACK_SIGNING_SECRET');
    if (apiUrl === undefined) return says.missing('a valid SLACK_API_URL');
    return slackSays.appTokenFinding(
      await checkAppToken({ appToken, apiUrl, timeoutMs: CALL_MS, proxies: toProxies(variables) }),
    );
  };
  return { name: SOCKET_CHECK, run };
}

const MANIFEST = pathInRoot('manifest.yml');

const manifest = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
});

/** Throws where the file is missing or invalid. */
export function readManifestScopes(): readonly string[] {
  return manifest.parse(parse(readFileSync(MANIFEST, 'utf8'))).oauth_config.scopes.bot;
}
