/** Parses a text as a command: bare words are images where this bot has seen them. */

import { knownTargets } from '../../store/targets.ts';
import type { CommandContext } from '../context.ts';
import { bareNames, parseCommand, type Understood } from '../grammar/parse.ts';

export async function understand(
  { database }: Pick<CommandContext, 'database'>,
  text: string,
): Promise<Understood> {
  const names = bareNames(text);
  const known = names.length === 0 ? [] : await knownTargets(database, names);
  return parseCommand(text, new Set(known));
}
