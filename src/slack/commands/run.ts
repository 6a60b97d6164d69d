/** Runs a parsed command and yields its replies. */

import { readVersion } from '../../root.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { helpView } from '../../views/replies/help.ts';
import type { Remark } from '../../scan/command.ts';
import {
  courtesyView,
  commandErrorView,
  remarksView,
  withRemarks,
} from '../../views/replies/command-error.ts';
import { type CommandReply, respondWith, type Responder, type Request } from '../context.ts';
import type { PointingVerb } from '../grammar/command.ts';
import type { Command, Understood } from '../grammar/parse.ts';
import { beginWatches } from './board.ts';
import { confirmEndAll } from './end-all.ts';
import { showHistory } from './history.ts';
import { listWatches, listWatchesOfThread } from './list.ts';
import { showImages, showNamedInThread } from './named-images.ts';
import { isPrivate, showOperators } from './operators.ts';
import { showProgress } from './progress.ts';
import { beginStartScan, beginStopScan } from './scan.ts';
import { showSettings } from './settings.ts';
import { beginSubscribe, beginUnsubscribe } from './subscribe.ts';
import { beginUnwatch } from './unwatch.ts';

/** Counts commands by outcome: rejected, failed, or replied. */
export async function beginCommand(request: Request, { command, remarks }: Understood): Promise<Responder> {
  const { onCommand } = request.bot;
  const said = request.invocation.kind === 'direct' ? remarks.filter(isNotOfOthers) : remarks;
  const fail = (error: unknown): never => {
    onCommand(command.name, 'failed');
    throw error;
  };
  const finish = await begin(request, command).catch(fail);
  return async function* () {
    try {
      yield* remarked(finish(), said);
    } catch (error) {
      fail(error);
    }
    onCommand(command.name, command.name === 'problem' ? 'not-understood' : 'answered');
  };
}

/** In a direct message there are no others. */
function isNotOfOthers({ kind }: Remark): boolean {
  return kind !== 'for-everybody';
}

/** Only a thread shows which images "these" are. */
export function meantIn({ invocation }: Request, parsed: Understood): Understood {
  const isUnknown = parsed.command.name === 'these' && invocation.conversation.thread === '';
  return isUnknown ? parsed.command.elsewhere : parsed;
}

/** Appends remarks to the first reply; alone where there is none and the person would wonder. */
async function* remarked(
  replies: AsyncIterable<CommandReply>,
  remarks: readonly Remark[],
): AsyncGenerator<CommandReply> {
  let left = remarks;
  for await (const reply of replies) {
    yield withRemarks(reply, left);
    left = [];
  }
  // A synonym was understood: where the effect is visible, it needs no remark.
  const surprising = left.filter(({ kind }) => kind !== 'synonym');
  if (surprising.length > 0) yield remarksView(surprising);
}

async function begin(request: Request, command: Command): Promise<Responder> {
  // In a channel such a command means the registry scan.
  if (isOfThread(command) && request.invocation.conversation.thread !== '') {
    return respondWith(() => showNamedInThread(request));
  }
  switch (command.name) {
    case 'progress':
      return respondWith(() => showProgress(request, command.target));
    case 'watch':
      return beginWatches(request, command.targets);
    case 'unwatch':
      return beginUnwatch(request, command.targets);
    case 'subscribe':
      return beginSubscribe(request, command.targets);
    case 'unsubscribe':
      return beginUnsubscribe(request, command.targets);
    case 'images':
      return respondWith(() =>
        showImages(
          request,
          command.targets.map(({ target }) => target),
        ),
      );
    case 'unwatch-all':
    case 'unsubscribe-all':
      return respondWith(() => confirmEndAll(request, command.name));
    case 'courtesy':
      return beginCourtesy(request);
    case 'list':
      return respondWith(() => listWatches(request));
    case 'these':
      return respondWith(() => showThese(request, command.verb));
    case 'operators':
      return respondWith(() => showOperators(request));
    case 'scan':
      return beginStartScan(request, command.target);
    case 'stop':
      return beginStopScan(request);
    case 'history':
      return respondWith(() => showHistory(request, command.target));
    case 'settings':
      return respondWith(() => showSettings(request));
    case 'help':
      return respondWith(() => helpView(isPrivate(request.invocation) ? readVersion() : null));
    case 'problem':
      return respondWith(() => commandErrorView({ problem: command.problem }));
  }
}

/** What is ended has a button in its list. Subscriptions are the channel's, so all are shown. */
function showThese(request: Request, verb: PointingVerb | null): Promise<Message> {
  if (verb === 'unwatch') return listWatchesOfThread(request);
  return verb === 'unsubscribe' ? listWatches(request) : showNamedInThread(request, verb);
}

/** In a thread "is it done?" is about the images named there. */
function isOfThread(command: Command): boolean {
  return 'isImplicit' in command && command.isImplicit;
}

/** The bot reacts to thanks with an emoji; a command gets a reply, because Slack shows nothing else. */
function beginCourtesy({ bot, invocation }: Request): Responder {
  if (invocation.isEphemeral) return respondWith(courtesyView);
  const { messageTs: ts, conversation } = invocation;
  return async function* () {
    if (ts !== undefined) await bot.calls.react({ channel: conversation.channel, ts }, NOD);
    yield* NO_WORDS;
  };
}

const NOD = '+1';
const NO_WORDS: readonly CommandReply[] = [];
