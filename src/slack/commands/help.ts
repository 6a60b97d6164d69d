/** The exact version helps an attacker: only members see it, in a reply for them alone. */

import { readVersion } from '../../root.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { helpView } from '../../views/replies/help.ts';
import type { Request } from '../context.ts';
import { isPrivate } from './operators.ts';

export async function showHelp({ bot: { access }, invocation }: Request): Promise<Message> {
  const maySee = isPrivate(invocation) && (await access.membership(invocation.userId)) === 'member';
  return helpView(maySee ? readVersion() : null);
}
