import { describe, expect, it } from 'vitest';
import { helpView } from '../../src/views/help.ts';
import { spokenView } from '../../src/views/spoken.ts';

describe('an answer to a mention', () => {
  it('tells to mention the bot, where a slash command cannot be typed', () => {
    const spoken = JSON.stringify(spokenView(helpView()).blocks);
    expect(spoken).toContain('`@scanprogress watch ghcr.io/acme/api:1.4`');
    expect(spoken).not.toContain('`/scanprogress');
  });

  it('leaves names alone that look like the command', () => {
    const message = { text: 'x', blocks: [{ type: 'divider' as const, block_id: 'ghcr.io/scanprogress:1' }] };
    expect(spokenView(message)).toEqual(message);
  });
});
