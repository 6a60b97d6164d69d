/** `history [IMAGE]`: the last scans of a target, as far as the bot has seen them. */

import type { NamedTarget } from '../../scan/command.ts';
import { pastScans } from '../../store/scans.ts';
import type { Message } from '../../views/blocks.ts';
import { historyView } from '../../views/history.ts';
import type { Request } from '../bot.ts';

const SCANS_MAX = 10;

export async function showHistory({ bot, asker }: Request, named: NamedTarget): Promise<Message> {
  const { target, isTagAssumed } = named;
  return historyView({
    target,
    scans: await pastScans(bot.database, target, SCANS_MAX),
    consoleUrl: bot.consoleLink(target),
    isTagAssumed,
    isEphemeral: asker.isEphemeral,
    now: bot.now(),
  });
}
