/** What a text was understood as, in a line: `watch alpine:3 nginx:latest?`, with a question mark where the tag is assumed. */

import type { NamedTarget } from '../../../src/scan/command.ts';
import { targetId } from '../../../src/scan/target.ts';
import type { Understood } from '../../../src/slack/grammar/parse.ts';

export function summary({ command, remarks }: Understood): string {
  const said = remarks.map((remark) =>
    remark.kind === 'unknown-words'
      ? `unknown ${remark.words.join(' ')}${remark.meant === null ? '' : ` → ${remark.meant}`}`
      : remark.kind,
  );
  const noted = said.length === 0 ? '' : ` (${said.join(', ')})`;
  if (command.name === 'problem') {
    const { problem } = command;
    const isOffered = 'meant' in problem && problem.meant !== null && problem.kind !== 'addressee';
    const meant = isOffered ? ` → ${problem.meant}` : '';
    const nearest = problem.kind === 'unknown-word' ? ` → ${problem.nearest}` : '';
    const words = problem.kind === 'not-understood' ? ` ${problem.words.join(' ')}` : '';
    return `${problem.kind}${words}${meant}${nearest}`;
  }
  if (command.name === 'these') return `these ${command.verb ?? 'shown'}, else ${summary(command.elsewhere)}`;
  const targets = 'targets' in command ? command.targets : 'target' in command ? [command.target] : [];
  const implicit = 'isImplicit' in command && command.isImplicit ? ' here' : '';
  return `${[command.name, ...targets.map(idOf)].join(' ')}${implicit}${noted}`;
}

function idOf({ target, isTagAssumed }: NamedTarget): string {
  return targetId(target) + (isTagAssumed ? '?' : '');
}
