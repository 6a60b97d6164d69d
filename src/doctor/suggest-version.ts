/** Finds an API version that the Console knows, where the configured one is unknown. */

import type { ConsoleClient } from '../prisma-cloud/client.ts';

interface Options {
  /** A client of another version. */
  readonly at: (changes: { readonly apiVersion: string }) => ConsoleClient;
  /** Signed in: may request the version directly; otherwise only probes paths. */
  readonly isSignedIn: boolean;
}

/** The vendor's alias of the latest version, on Consoles that have it. */
const ALIAS = 'v1';
/**
 * Newest first. A Console supports two major versions back, at most a few of each are tried: its limit is 30 requests in 30 s.
 */
const KNOWN = [
  'v34.04',
  'v34.00',
  'v33.03',
  'v33.00',
  'v32.07',
  'v32.00',
  'v31.03',
  'v31.00',
  'v30.03',
  'v30.02',
];

/** null where none exists. Never rejects. */
export async function suggestVersion(
  configured: string,
  { at, isSignedIn }: Options,
): Promise<string | null> {
  if (isSignedIn) {
    const response = await at({ apiVersion: ALIAS }).fetchVersion();
    const path = response.kind === 'answered' ? toPath(response.value) : null;
    if (path !== null && path !== configured) return path;
  }
  const others = KNOWN.filter((version) => version !== configured);
  const responses = await Promise.all(others.map((apiVersion) => at({ apiVersion }).ping()));
  return others.find((_, index) => responses[index]?.kind === 'answered') ?? null;
}

/** `v34.01` of `34.01.132`. */
function toPath(version: string): string | null {
  const [, path] = /^v?(\d+\.\d+)(?:\.|$)/.exec(version) ?? [];
  return path === undefined ? null : `v${path}`;
}
