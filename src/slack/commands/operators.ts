/** "Who can start scans?", and who is not allowed to. */

import type { Message } from '../../views/kit/blocks.ts';
import {
  notForGuestsView,
  notOperatorView,
  operatorsView,
  type OperatorStatus,
} from '../../views/replies/start-stop.ts';
import type { RequestKind } from '../../scan/scan-request.ts';
import type { Invocation, Request } from '../context.ts';

export async function showOperators(request: Request): Promise<Message> {
  const { bot, invocation } = request;
  const status = await operatorStatusOf(request);
  return operatorsView({ ids: bot.operators.ids, isPrivate: isPrivate(invocation), status });
}

/** null for an operator. */
export async function whyDenied(request: Request, kind: RequestKind): Promise<Message | null> {
  const { bot, invocation } = request;
  const status = await operatorStatusOf(request);
  if (status === 'operator') return null;
  if (status === 'guest') return notForGuestsView();
  const { ids } = bot.operators;
  return notOperatorView({ ids, isPrivate: isPrivate(invocation), status, isStop: kind === 'stop' });
}

/** Only the person sees the reply. */
export function isPrivate({ isEphemeral, kind }: Invocation): boolean {
  return isEphemeral || kind === 'direct';
}

async function operatorStatusOf({
  bot: { operators, access, groupTeam },
  invocation: { userId, teamId },
}: Request): Promise<OperatorStatus> {
  const listed = await operators.check({ userId, teamId: groupTeam(teamId) });
  if (listed !== 'yes') return listed;
  // Guests and people of other organisations start nothing, even if listed.
  const membership = await access.membership(userId);
  if (membership === null) return 'unknown';
  return membership === 'member' ? 'operator' : 'guest';
}
