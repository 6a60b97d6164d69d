/** `help`: the version stands only in replies for one person. */

import { readVersion } from '../../root.ts';
import type { Message } from '../../views/kit/blocks.ts';
import { helpView } from '../../views/replies/help.ts';
import type { Request } from '../context.ts';
import { isPrivate } from './operators.ts';

export function showHelp({ invocation }: Pick<Request, 'invocation'>): Message {
  return helpView(isPrivate(invocation) ? readVersion() : null);
}
