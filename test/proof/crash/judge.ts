/** What must hold after any number of kills: a list of everything that does not, in words. */

import type { Message, MessageState } from '../../support/fake-slack/fake-slack-workspace.ts';
import type { CrashWorld } from './world.ts';

/** One conversation that watches one image, whose scan ended once after that. */
export interface Owed {
  readonly channel: string;
  /** '' outside a thread. */
  readonly thread: string;
  /** `app-1:1` */
  readonly image: string;
  /** The person got a confirmation; if not, nothing or one of everything is right. */
  readonly isAcknowledged: boolean;
}

export interface Verdict {
  readonly wrongs: readonly string[];
  readonly reported: number;
}

const PROGRESS = /^(\S+) · ([a-z ]+) · tags (\d+)\/\d+ · images (\d+)\/\d+/;
const OVER = new Set(['completed', 'failed', 'stopped']);

export async function judge(world: CrashWorld, owed: readonly Owed[]): Promise<Verdict> {
  const found = owed.map((one) => judgeOne(world, one));
  const wrongs = [
    ...found.flatMap((one) => one.wrongs),
    ...world.slack.messages().filter(isLive).flatMap(judgeStates),
    ...judgeBudget(world.countedAt()),
    ...judgeIds(world.slack.messages()),
    ...judgeOpen(world),
    ...(await judgeSecrets(world)),
  ];
  return { wrongs, reported: found.filter(({ shouldNotify }) => shouldNotify).length };
}

function judgeOne({ slack }: CrashWorld, { channel, thread, image, isAcknowledged }: Owed) {
  const mine = slack.messages(channel).filter(({ text }) => PROGRESS.exec(text)?.[1] === image);
  const lives = mine.filter((message) => isLive(message) && message.thread === thread);
  const places = thread === '' ? ['', ...lives.map(({ ts }) => ts)] : [thread];
  const ends = mine.filter((message) => !isLive(message) && places.includes(message.thread));
  const least = isAcknowledged ? 1 : 0;
  const isRight = (count: number) => count >= least && count <= 1;
  const name = `${image} in ${channel}${thread === '' ? '' : ' (thread)'}`;
  const wrongs = [
    ...(isRight(ends.length) ? [] : [`${name}: ${ends.length} completions`]),
    ...(isRight(lives.length) ? [] : [`${name}: ${lives.length} live messages`]),
    ...lives.filter(({ text }) => !OVER.has(stateOf(text))).map(({ text }) => `${name}: left as "${text}"`),
  ];
  return { wrongs, shouldNotify: ends.length === 1 };
}

/** Only the live message ever had a button to stop it, or was edited. */
function isLive({ states, text, metadata }: Message): boolean {
  if (metadata === null || !PROGRESS.test(text)) return false;
  return states.length > 1 || states.some(({ blocks }) => JSON.stringify(blocks).includes('"stop-watching"'));
}

function stateOf(text: string): string {
  return PROGRESS.exec(text)?.[2] ?? '';
}

function judgeStates({ states }: Message): string[] {
  const texts = states.map(({ text }) => text);
  const over = states.findIndex(isFinal);
  const after = over < 0 ? [] : texts.slice(over + 1).filter((text) => text !== texts[over]);
  const backwards = [3, 4].flatMap((part) =>
    texts.filter((text, index) => countIn(text, part) < countIn(texts[index - 1] ?? '', part)),
  );
  return [
    ...after.map((text) => `after its final state "${texts[over]}": "${text}"`),
    ...backwards.map((text) => `went backwards to "${text}": ${texts.join(' | ')}`),
  ];
}

function isFinal({ text }: MessageState): boolean {
  return OVER.has(stateOf(text));
}

function countIn(text: string, part: number): number {
  return Number(PROGRESS.exec(text)?.[part] ?? 0);
}

const WINDOW_MS = 30_000;
const LIMIT = 30;

function judgeBudget(countedAt: readonly number[]): string[] {
  const crowded = countedAt.filter((at, index) => at - (countedAt[index - LIMIT] ?? -Infinity) < WINDOW_MS);
  return crowded.length === 0 ? [] : [`${crowded.length} requests to the Console beyond 30 in 30 s`];
}

function judgeIds(messages: readonly Message[]): string[] {
  const ids = messages.flatMap(({ metadata }) => (metadata === null ? [] : [JSON.stringify(metadata)]));
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `posted twice: ${id}`);
}

function judgeOpen({ query }: CrashWorld): string[] {
  const open = query(`select kind, state, error from deliveries where state not in ('sent', 'given-up')`);
  const givenUp = query(
    `select kind, state, error from deliveries where state = 'given-up' and kind = 'completion'`,
  );
  return [...open, ...givenUp].map((row) => `not delivered: ${JSON.stringify(row)}`);
}

async function judgeSecrets({ slack, printed, bytes }: CrashWorld): Promise<string[]> {
  const secrets = [slack.botToken, slack.appToken, 'demo:demo', Buffer.from('demo:demo').toString('base64')];
  const [log, database] = [printed(), await bytes()];
  return secrets
    .filter((secret) => log.includes(secret) || database.includes(secret))
    .map((secret) => `a secret was written down: ${secret.slice(0, 6)}…`);
}
