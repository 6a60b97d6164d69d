/** Validates every kind of message with Slack, one after the other because of its rate limits. No user sees them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type PartialConfig, toProxies } from '../config/config.ts';
import { createWebApi, type WebApi } from '../slack/web-api/web-api.ts';
import { missing } from '../views/doctor.ts';
import { sampleFinding, sampleNotChecked } from '../views/doctor-slack.ts';
import type { Finding, NamedFinding } from '../views/doctor-lines.ts';
import { wrongProxy } from './check.ts';
import { allSamples, type Sample } from './samples/messages.ts';

/** Of one call, ms. */
const CALL_MS = 8_000;
/** Per sample: after as many 429 responses the rest is not checked. */
const MOST_PAUSES = 3;

/** Never rejects. Stops after a rejected token. */
export async function* checkSamples(config: PartialConfig): AsyncGenerator<NamedFinding> {
  const { variables } = config;
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = variables;
  const proxy = wrongProxy(config);
  if (token === undefined || apiUrl === undefined || proxy !== null) {
    yield { name: 'Samples', ...missing(`a valid ${proxy ?? 'SLACK_BOT_TOKEN'}`) };
    return;
  }
  const webApi = createWebApi({ token, apiUrl, proxies: toProxies(variables), timeoutMs: CALL_MS });
  try {
    for (const sample of allSamples()) {
      const found = await checkSample(webApi, sample);
      yield { name: sample.name, ...found };
      if (found.isLast === true) return;
    }
  } finally {
    await webApi.close();
  }
}

/** `isLast`: Slack validated nothing, such as for a rejected token, and the next would get the same. */
async function checkSample(
  { validate }: Pick<WebApi, 'validate'>,
  { content }: Sample,
): Promise<Finding & { readonly isLast?: boolean }> {
  for (let pauses = 0; ; pauses += 1) {
    const found = await validate(content);
    if (found.kind === 'valid') return sampleFinding(null);
    if (found.kind === 'invalid') return sampleFinding(found.errors);
    if (found.kind !== 'rate-limited' || pauses === MOST_PAUSES)
      return { ...sampleNotChecked(found), isLast: true };
    await sleep(found.retryAfterMs);
  }
}
