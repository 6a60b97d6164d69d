/** What a board shows of one of its images, as if each were a message of that image's own. */

import { targetId } from '../../src/scan/target.ts';
import type { WatchRecord } from './judge/ledger.ts';
import type { Message, Shown } from './outside/messages.ts';
import type { World } from './world.ts';

export function lineMessages({ slack }: World, { board, target }: WatchRecord): readonly Message[] {
  if (board === null) return [];
  const messages = slack.messages.filter(({ messageId }) => messageId === board);
  return messages.flatMap((message) => {
    if (message.about !== null) return message.about === target ? [message] : [];
    return [{ ...message, shown: message.shown.flatMap((shown) => lineOf(shown, target)) }];
  });
}

function lineOf(shown: Shown, target: string): Shown[] {
  const line = shown.lines.find((one) => targetId(one.target) === target);
  return line === undefined ? [] : [{ ...shown, content: line.content, report: line.report, lines: [] }];
}
