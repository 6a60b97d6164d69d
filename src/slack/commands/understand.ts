/** Parses a text as a command: bare words are images where this bot has seen them. */

import { knownNames } from '../../store/known-names.ts';
import { knownTargets } from '../../store/targets.ts';
import type { CommandContext } from '../context.ts';
import { bareNames, parseCommand, type Understood } from '../grammar/parse.ts';

/** Docker's tag for a name without one, as `bareNames` returns it. */
const TAG = ':latest';

/** The database is read only where a word could be an image. */
export async function understand(
  { database }: Pick<CommandContext, 'database'>,
  text: string,
): Promise<Understood> {
  const ids = bareNames(text);
  if (ids.length === 0) return parseCommand(text);
  const [targets, shown] = await Promise.all([
    knownTargets(database, ids),
    knownNames(
      database,
      ids.map((id) => id.slice(0, -TAG.length)),
    ),
  ]);
  return parseCommand(text, new Set([...targets, ...shown.map((name) => name + TAG)]));
}
