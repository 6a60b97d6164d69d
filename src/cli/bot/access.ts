/** The bot's URL and token, from the environment of a pipeline. */

import { type Parsed, readApiToken, readApiUrl, readProxy } from '../../config/parse.ts';
import {
  type Environment,
  loadSecret,
  type ReadFile,
  withoutEmpty,
  withProxies,
} from '../../config/secret-files.ts';
import type { Proxies } from '../../proxy.ts';

export interface BotAccess {
  /** With a slash at the end. */
  readonly url: string;
  readonly token: string;
  readonly proxies: Proxies;
}

const URL_MISSING =
  'SCANPROGRESS_URL is missing: set it to where the bot listens, such as http://scanprogress:3000';
const TOKEN_MISSING =
  'API_TOKEN is missing: set it, or API_TOKEN_FILE, to the token that the bot was started with';

/** All errors, a sentence each, without values. */
export function readAccess(
  env: Environment,
  readFile: ReadFile,
): BotAccess | { readonly errors: readonly string[] } {
  const values = withProxies(withoutEmpty(env));
  const errors: string[] = [];
  // null where the variable is not set or invalid; only the latter is an error here.
  const read = <T>(name: string, text: string | undefined, parse: (text: string) => Parsed<T>): T | null => {
    if (text === undefined) return null;
    const parsed = parse(text.trim());
    if ('value' in parsed) return parsed.value;
    errors.push(`${name} ${parsed.error}`);
    return null;
  };
  const { value: secret, error } = loadSecret('API_TOKEN', values, readFile);
  const url = read('SCANPROGRESS_URL', values['SCANPROGRESS_URL'], readApiUrl);
  const token = read('API_TOKEN', secret, readApiToken);
  const https = read('HTTPS_PROXY', values['HTTPS_PROXY'], readProxy);
  const http = read('HTTP_PROXY', values['HTTP_PROXY'], readProxy);
  if (values['SCANPROGRESS_URL'] === undefined) errors.unshift(URL_MISSING);
  if (error !== null) errors.push(error);
  else if (secret === undefined) errors.push(TOKEN_MISSING);
  if (url === null || token === null || errors.length > 0) return { errors };
  return { url, token, proxies: { https, http, except: values['NO_PROXY'] ?? '' } };
}
