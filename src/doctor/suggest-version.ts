/** Which path of the API a Console knows that does not know the configured one. */

import type { ConsoleClient } from '../prisma-cloud/client.ts';

interface Options {
  /** A client of another version. */
  readonly at: (changes: { readonly apiVersion: string }) => ConsoleClient;
  /** It may ask for the version itself; else only whether a path is there. */
  readonly isSignedIn: boolean;
}

/** The vendor's alias of the newest path, where a Console has it. */
const ALIAS = 'v1';
/** Newest first. A Console knows the paths of two majors back, so that few of each have to be tried: 30 in 30 s are granted. */
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

/** null where none of them answers. Never rejects. */
export async function suggestVersion(
  configured: string,
  { at, isSignedIn }: Options,
): Promise<string | null> {
  if (isSignedIn) {
    const answer = await at({ apiVersion: ALIAS }).fetchVersion();
    const path = answer.kind === 'answered' ? toPath(answer.value) : null;
    if (path !== null && path !== configured) return path;
  }
  const others = KNOWN.filter((version) => version !== configured);
  const answers = await Promise.all(others.map((apiVersion) => at({ apiVersion }).ping()));
  return others.find((_, index) => answers[index]?.kind === 'answered') ?? null;
}

/** `v34.01` of `34.01.132`. */
function toPath(version: string): string | null {
  const [, path] = /^v?(\d+\.\d+)(?:\.|$)/.exec(version) ?? [];
  return path === undefined ? null : `v${path}`;
}
