/** The part of the bot's responses that the commands use. */

import * as z from 'zod';

const findings = z.object({ critical: z.number(), high: z.number() });

const scan = z.object({
  outcome: z.enum(['completed', 'failed', 'stopped', 'nothing-scanned']).nullable(),
  findings: findings.nullable(),
  text: z.string(),
  hints: z.array(z.string()),
});

const problem = z.object({ error: z.string() });

/** Other fields of a newer bot's response are ignored. */
export type BotScan = z.infer<typeof scan>;

/** null for anything else. */
export function parseScan(body: unknown): BotScan | null {
  return scan.safeParse(body).data ?? null;
}

/** null where it is not the bot's error, such as a page of a proxy. */
export function parseError(body: unknown): string | null {
  const text = problem.safeParse(body).data?.error;
  return text === undefined ? null : toLine(text);
}

const LINE_MAX = 1_000;

/** For a terminal and a CI log: one line without control characters or CI commands. */
export function toLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, LINE_MAX)
    .toWellFormed();
}
