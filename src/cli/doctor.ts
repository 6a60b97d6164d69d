/**
 * `npm run doctor`: what a start would meet, a line each; green, or what to do. It changes nothing, takes no payload
 * and no report of an end away from a bot that runs, and comes to its end whatever is broken.
 */

import { readPartly } from '../config/config.ts';
import { readSmallFile } from '../config/secret-files.ts';
import { runCheck } from '../doctor/check.ts';
import { allChecks } from '../doctor/checks.ts';
import { createScrubber } from '../errors.ts';
import { printFinding, printSummary, dedupe, type Verdict } from '../views/doctor-lines.ts';

/** Of one check; all run at once. */
const LIMIT_MS = 20_000;

process.exit(await main());

async function main(): Promise<number> {
  const config = readPartly(process.env, readSmallFile);
  const scrub = createScrubber(config.secrets);
  const isColoured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const running = allChecks(config).map((check) => ({ ...check, finding: runCheck(check, LIMIT_MS) }));
  const verdicts: Verdict[] = [];
  const told = new Set<string>();
  for (const { name, finding } of running) {
    const found = dedupe(await finding, told);
    verdicts.push(found.verdict);
    process.stdout.write(printFinding(name, { ...found, text: scrub(found.text) }, isColoured));
  }
  process.stdout.write(printSummary(verdicts));
  return verdicts.includes('wrong') ? 1 : 0;
}
