/** The scopes that the bot needs: manifest.yml is the one list, for Slack, for the doctor and for people. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const MANIFEST = new URL('../../manifest.yml', import.meta.url);

const manifest = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
});

/** Throws where the file is missing, or is none of its kind. */
export function readManifestScopes(): readonly string[] {
  return manifest.parse(parse(readFileSync(MANIFEST, 'utf8'))).oauth_config.scopes.bot;
}
