/** `/scanprogress [IMAGE]`: how far the scan is. */

import type { NamedTarget } from '../../scan/command.ts';
import type { Target } from '../../scan/target.ts';
import { findActiveWatch } from '../../store/watches.ts';
import { answerView } from '../../views/answer.ts';
import type { Message } from '../../views/blocks.ts';
import { stillAskingView } from '../../views/watching.ts';
import type { Request } from '../bot.ts';
import { liveMessageUrl } from '../links.ts';
import { PATIENCE_MS, readSnapshot } from '../reading.ts';

export function showProgress(request: Request, named: NamedTarget): Promise<Message> {
  return show(request, named, { isEphemeral: request.asker.isEphemeral, sharedBy: null });
}

/** The same for everybody in the conversation, with the name of who shared it. */
export function showShared(request: Request, target: Target): Promise<Message> {
  const shared = { isEphemeral: false, sharedBy: request.asker.userId };
  return show(request, { target, isTagAssumed: false }, shared);
}

interface Audience {
  readonly isEphemeral: boolean;
  readonly sharedBy: string | null;
}

async function show({ bot, asker }: Request, named: NamedTarget, audience: Audience): Promise<Message> {
  const { target, isTagAssumed } = named;
  const snapshot = await readSnapshot(bot, target);
  if (snapshot === null) return stillAskingView({ target, waitedMs: PATIENCE_MS });
  const watch = await findActiveWatch(bot.database, target, asker.place);
  return answerView({
    target,
    snapshot,
    isTagAssumed,
    ...audience,
    isWatchedHere: watch !== null,
    liveMessageUrl: watch === null ? null : liveMessageUrl(bot, watch),
    consoleUrl: bot.consoleLink(target),
    now: bot.now(),
  });
}
