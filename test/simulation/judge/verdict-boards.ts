/**
 * What must hold of boards: one message and one post for all that is on it, once the last of its images has ended; what
 * is true of a watch's own message is true of its line; and a message that moved onto a board says nothing more.
 */

import { targetId } from '../../../src/scan/target.ts';
import type { WatchRecord } from './ledger.ts';
import type { BoardRecord } from './ledger-boards.ts';
import { lineMessages } from '../lines.ts';
import type { Message, Shown } from '../outside/messages.ts';
import { isConsoleAloneFaulty } from '../actors/scenario.ts';
import { judgeCount, judgeHeld, judgeReport, judgeTruth, judgeWaiting } from './verdict-completions.ts';
import { judgeLiveMessages, judgeShown } from './verdict-live.ts';
import { judgeNotices, QUEUE_MS } from './verdict-notices.ts';
import { judgeQuiet, mayBoardBeQuiet } from './verdict-quiet.ts';
import type { World } from '../world.ts';

/** `own` are the messages that it had before it moved onto the board. */
export function judgeMember(world: World, watch: WatchRecord, own: readonly Message[]): void {
  judgeFolded(world, watch, own);
  const lines = lineMessages(world, watch);
  for (const line of lines.filter(({ kind }) => kind === 'live')) judgeShown(world, watch, line);
  judgeNotices(world, watch, lines);
  judgeFailure(world, watch, lines);
  if (watch.state !== 'scan-ended') return;
  judgeWaiting(world, watch, { at: watch.endedAt ?? Infinity });
  const shown = lines.filter(({ about }) => about === null).flatMap((line) => line.shown);
  const first = shown.find(({ content }) => content.end !== null);
  if (first !== undefined) judgeTruth(world, watch, first);
  const completion = lines.find(({ kind }) => kind === 'completion')?.shown[0];
  if (completion !== undefined) judgeReport(world, watch, completion);
}

/** Its own message says where it goes on, and nothing after that; the board tells its end. */
function judgeFolded(world: World, watch: WatchRecord, own: readonly Message[]): void {
  const { judge, names } = world;
  const name = names.of(watch.id);
  if (own.some(({ kind }) => kind === 'completion'))
    judge.accuse('I1', `${name} has a completion of its own although a board shows it`);
  const live = own.filter(({ kind }) => kind === 'live');
  judgeLiveMessages(world, watch, live);
  for (const message of live) {
    judgeShown(world, { ...watch, state: 'folded' }, message);
    const ends = message.shown.flatMap(({ content }) => content.end ?? []);
    if (ends.some((end) => end !== 'folded'))
      judge.accuse('I2', `${name} moved onto a board and its own message says ${ends.join(', ')}`);
  }
}

/** Below the board, once and not twice; what the end of the board came before may be left out. */
function judgeFailure(world: World, { id, board, failedAt }: WatchRecord, lines: readonly Message[]): void {
  const { judge, names, scenario } = world;
  const reported = lines.filter(isFailure).length;
  if (reported > 1 && !scenario.isHistoryHidden)
    judge.accuse('I1', `the failure of ${names.of(id)} is told ${String(reported)} times`);
  if (reported > 0 && failedAt === null)
    judge.accuse('I1', `${names.of(id)} is said to have failed, and has not`);
  const endedAt = judge.ledger.boards.get(board ?? '')?.endedAt ?? Infinity;
  const isLong = failedAt !== null && endedAt - failedAt > QUEUE_MS;
  const isOutOfReach = lines.some(({ isDeleted }) => isDeleted);
  if (reported === 0 && isLong && isConsoleAloneFaulty(scenario) && !isOutOfReach)
    judge.accuse('I1', `the failure of ${names.of(id)} is not told below its board`);
}

function isFailure({ kind, shown }: Message): boolean {
  return kind === 'notice' && shown[0]?.content.notice === 'failed';
}

/** Nothing is left to be sent: failures on an active board were posted. */
export function judgeFailures(world: World): void {
  const { judge, names, slack } = world;
  for (const watch of judge.ledger.watches.values()) {
    const board = judge.ledger.boards.get(watch.board ?? '');
    if (board?.state !== 'active' || watch.failedAt === null) continue;
    const lines = lineMessages(world, watch);
    const isOutOfReach = slack.wasArchived(watch.channel, 0) || lines.some(({ isDeleted }) => isDeleted);
    if (!lines.some(isFailure) && !isOutOfReach)
      judge.accuse('I1', `the failure of ${names.of(watch.id)} was never told below its board`);
  }
}

export function judgeBoard(world: World, board: BoardRecord): void {
  const { judge, slack } = world;
  const messages = slack.messages.filter(({ messageId, about }) => messageId === board.id && about === null);
  const members = [...judge.ledger.watches.values()].filter((watch) => watch.board === board.id);
  judgeBoardEnd(world, board, members);
  const completions = messages.filter(({ kind }) => kind === 'completion');
  judgeCount(world, board, { completions, mayBeQuiet: mayBoardBeQuiet(world, board.id) });
  const shown = completions[0]?.shown[0];
  if (shown !== undefined) {
    judgeHeld(world, board, shown);
    judgeQuiet(world, board, shown);
    if (shown.at < (board.endedAt ?? Infinity))
      judge.accuse('I1', `the completion of ${world.names.of(board.id)} came before its end`);
    judgeLines(world, members, shown);
  }
  const live = messages.filter(({ kind }) => kind === 'live');
  judgeLiveMessages(world, board, live);
  for (const message of live) {
    judgeShown(world, board, message);
    judgeFinal(world, members, message);
  }
}

/** Stopped where people stopped all of it, together or one by one; otherwise its ends are posted. */
function judgeBoardEnd(world: World, board: BoardRecord, members: readonly WatchRecord[]): void {
  const { judge, names, slack } = world;
  const { id, state, channel, bornAt, isStopRequested } = board;
  const name = names.of(id);
  const hasEnded = members.some((one) => one.state === 'scan-ended' || one.state === 'expired');
  if (state === 'active') judge.accuse('I15', `the board ${name} goes on for ever`);
  if (state === 'stopped' && hasEnded && !isStopRequested)
    judge.accuse('I1', `the board ${name} was stopped by nobody, and tells no end`);
  if (state === 'scan-ended' && !hasEnded) judge.accuse('I12', `the board ${name} ended without an end`);
  if (state === 'undeliverable' && !slack.wasArchived(channel, bornAt - LATE_EVENT_MS))
    judge.accuse('I15', `the board ${name} is ${state}`);
}

const LATE_EVENT_MS = 60_000;

/** The last state shows how each ended, and later states equal the first final one. */
function judgeFinal(world: World, members: readonly WatchRecord[], { shown }: Message): void {
  const final = shown.filter(({ content, isLate }) => content.end !== null && !isLate);
  const [first] = final;
  if (first === undefined) return;
  for (const one of final) judgeLines(world, members, one);
  if (final.some((one) => wordsOf(one) !== wordsOf(first)))
    world.judge.accuse('I2', 'a board says something else after its final state');
}

/** What scans found may come later. */
function wordsOf({ lines }: Shown): string {
  return JSON.stringify(lines.map(({ content }) => content));
}

function judgeLines({ judge, names }: World, members: readonly WatchRecord[], { lines }: Shown): void {
  for (const { id, target, state } of members) {
    const end = lines.find((line) => targetId(line.target) === target)?.content.end;
    if (end !== state && state !== 'undeliverable')
      judge.accuse('I1', `${names.of(id)} is ${state}, and its board says ${String(end)}`);
  }
  if (lines.length !== members.length)
    judge.accuse('I1', `a board shows ${String(lines.length)} of ${String(members.length)} images`);
}
