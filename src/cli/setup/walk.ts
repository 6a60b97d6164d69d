/**
 * Walks through the prompts. An input is kept once the doctor's checks accept it, or the user insists. What a check
 * finds out is not prompted for: the API version and a single project are taken from its finding.
 */

import { readPartly } from '../../config/config.ts';
import { errorsOf } from '../../config/cross-field.ts';
import type { Environment, ReadFile } from '../../config/secret-files.ts';
import type { MayPost } from '../../slack/web-api/web-api.ts';
import {
  type Finding,
  fine,
  type NamedFinding,
  printFinding,
  unknown,
  warning,
} from '../../views/doctor-lines.ts';
import * as questions from './questions.ts';
import type { SetupQuestion } from './questions.ts';
import type { Terminal } from './terminal.ts';

export interface WalkOptions {
  readonly terminal: Terminal;
  /** Current values: defaults for empty input. */
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** Runs the doctor's checks of these names, in their order; what `earlier` reports is not repeated. Never rejects. */
  readonly check: (
    env: Environment,
    names: readonly string[],
    earlier: readonly NamedFinding[],
  ) => Promise<readonly NamedFinding[]>;
  /** null where Slack does not say. */
  readonly mayPost: (env: Environment, channel: string) => Promise<MayPost | null>;
}

export interface Walked {
  /** The variables to write. */
  readonly entered: Environment;
  /** What is wrong with them nevertheless, as the last check of each name found. */
  readonly wrong: readonly NamedFinding[];
}

/** Rejects with a BrokenOffError where the user cancels. */
export async function walk(options: WalkOptions): Promise<Walked> {
  const latest = new Map<string, NamedFinding>();
  const check: Check = async (env, names) => {
    const earlier = [...latest.values()].filter(({ name }) => !names.includes(name));
    const findings = await options.check(env, names, earlier);
    for (const finding of findings) latest.set(finding.name, finding);
    return findings;
  };
  const entered = await promptAll({ ...options, check });
  return { entered, wrong: [...latest.values()].filter(({ verdict }) => verdict === 'wrong') };
}

type Check = (env: Environment, names: readonly string[]) => Promise<readonly NamedFinding[]>;
type Walk = Omit<WalkOptions, 'check'> & { readonly check: Check };

async function promptAll(options: Walk): Promise<Environment> {
  const { terminal, check, env } = options;
  let entered = await settle(options, questions.BOT_TOKEN, {});
  entered = await settle(options, questions.APP_TOKEN, entered);
  entered = await settle(options, questions.CONSOLE, entered);
  const [certificate] = await check({ ...env, ...entered }, ['Certificate']);
  if (certificate?.verdict === 'wrong') entered = await settle(options, questions.AUTHORITY, entered);
  entered = await settle(options, questions.USER, entered);
  terminal.say('\n');
  await showFirstChannel(options, entered);
  return entered;
}

/** Repeats the prompt until the input is valid, or the user keeps it. */
async function settle(options: Walk, question: SetupQuestion, entered: Environment): Promise<Environment> {
  const { terminal } = options;
  terminal.say(`\n${question.intro}`);
  let rejected: Environment | null = null;
  for (;;) {
    const typed = await promptFields(options, question, rejected !== null);
    if (typed === null && rejected !== null) return rejected;
    if (typed === null) return entered;
    const judged = await judge(options, question, { ...entered, ...typed });
    if (judged.isGood) return judged.entered;
    if (judged.isUsable) rejected = judged.entered;
    const kept = judged.isUsable ? 'it as it is' : 'the one before';
    terminal.say(rejected === null ? '\n' : `  Type it again, or press Enter to keep ${kept}.\n`);
  }
}

/** null where the user skips the prompt. */
async function promptFields(
  { terminal, env }: WalkOptions,
  { fields, isOptional = false }: SetupQuestion,
  mayGoOn: boolean,
): Promise<Environment | null> {
  let typed: Environment = {};
  for (const [index, { variable, prompt, isSecret, toVariables }] of fields.entries()) {
    // After a rejected input, Enter keeps that input instead.
    const known = mayGoOn ? undefined : env[variable];
    const hint = known === undefined ? prompt : prompt.replace(/:$/, ` (Enter: as ${variable} has it):`);
    let text = '';
    while (text.trim() === '') {
      text = await terminal.prompt(`  ${hint}`, { isSecret });
      if (text.trim() !== '') break;
      if (known !== undefined) text = known;
      // Only the first field can be skipped: the others belong to it.
      else if (index === 0 && (mayGoOn || isOptional)) return null;
      else terminal.say(`  ${variable} is needed.\n`);
    }
    typed = { ...typed, ...toVariables(text) };
  }
  return typed;
}

interface Judged {
  readonly entered: Environment;
  readonly isGood: boolean;
  /** Well-formed, whatever the checks found. */
  readonly isUsable: boolean;
}

/** The most that one input may need: a version and a project. */
const MOST_REMEDIES = 3;

async function judge(options: Walk, { fields, checks }: SetupQuestion, typed: Environment): Promise<Judged> {
  const { terminal, env, check } = options;
  // The prompt for the app-level token takes the signing secret as well.
  const names = [...fields.map(({ variable }) => variable), 'SLACK_SIGNING_SECRET'];
  const { errors } = readPartly({ ...env, ...typed }, options.readFile);
  // Variables of later prompts are still missing: their errors do not count.
  const own = errorsOf(
    errors,
    names.filter((name) => typed[name] !== undefined),
  );
  if (own.length > 0) {
    own.forEach((text) => terminal.say(printFinding('', { verdict: 'wrong', text }, terminal.style)));
    return { entered: typed, isGood: false, isUsable: false };
  }
  let entered = typed;
  for (let tries = 0; ; tries += 1) {
    const findings = await check({ ...env, ...entered }, checks);
    // A single possible value needs no prompt: the checks run again with it.
    const remedy = findings.find(
      ({ verdict, remedy }) => verdict === 'wrong' && remedy?.values.length === 1,
    )?.remedy;
    if (remedy !== undefined && tries < MOST_REMEDIES) {
      entered = { ...entered, [remedy.name]: remedy.values[0] };
      continue;
    }
    findings.forEach((finding) => terminal.say(printFinding(finding.name, finding, terminal.style)));
    const isGood = findings.every(({ verdict }) => verdict !== 'wrong');
    return { entered: isGood ? await choose(options, findings, entered) : entered, isGood, isUsable: true };
  }
}

/** A choice that a check leaves open. */
async function choose(
  { terminal }: WalkOptions,
  findings: readonly NamedFinding[],
  entered: Environment,
): Promise<Environment> {
  let chosen = entered;
  for (const { remedy, name } of findings.filter(({ remedy }) => remedy !== undefined)) {
    if (remedy === undefined) continue;
    for (let isSettled = false; !isSettled;) {
      const typed = (
        await terminal.prompt(`  ${name} (${remedy.values.join(', ')}; Enter for none):`)
      ).trim();
      isSettled = typed === '' || remedy.values.includes(typed);
      if (isSettled && typed !== '') chosen = { ...chosen, [remedy.name]: typed };
      if (!isSettled) terminal.say(`  It is none of ${remedy.values.join(', ')}.\n`);
    }
  }
  return chosen;
}

async function showFirstChannel(
  { terminal, env, mayPost }: WalkOptions,
  entered: Environment,
): Promise<void> {
  terminal.say(`4 of 4  The first channel
  In Slack, click the channel’s name, and copy its link (or its ID, at the end
  of About).
`);
  for (;;) {
    const typed = await terminal.prompt('  Link of the channel, or Enter to choose it later:');
    if (typed.trim() === '') return;
    const channel = toChannel(typed);
    if (channel === null) {
      terminal.say('  That is no link of a channel, and a name is not enough.\n');
      continue;
    }
    const finding = channelFinding(await mayPost({ ...env, ...entered }, channel));
    terminal.say(printFinding('Channel', finding, terminal.style));
    return;
  }
}

const toChannel = questions.toChannelId;

function channelFinding(state: MayPost | null): Finding {
  switch (state) {
    case 'yes':
      return fine('the bot may post there');
    case 'not-a-member':
      return warning('it is private, or hidden from the bot: type /invite @scanprogress in it');
    case 'archived':
      return warning('it is archived: choose another one');
    case null:
      return unknown('Slack does not say; if it is private, type /invite @scanprogress in it');
  }
}
