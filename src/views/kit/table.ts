/**
 * Slack's table block. A message may have one table, which some clients show below all other blocks: the text above
 * must say what it shows.
 */

import type { KnownBlock, TableBlock } from '@slack/types';
import { section } from './blocks.ts';
import { cutReference, BLOCK_KIT_LIMITS } from './limits.ts';
import { code, link } from './mrkdwn.ts';

const CELL_MAX = 80;

/** The first column is escaped text; the others are numbers, right-aligned. null without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): TableBlock | null {
  if (rows.length === 0) return null;
  return {
    type: 'table',
    column_settings: head.map((_, index) => ({ align: index === 0 ? 'left' : 'right' })),
    rows: [head, ...rows].slice(0, BLOCK_KIT_LIMITS.tableRows).map((cells) => cells.map(toCell)),
  };
}

/** Slack rejects an empty cell. */
function toCell(text: string): { type: 'raw_text'; text: string } {
  return { type: 'raw_text', text: cutReference(text, CELL_MAX).trim() || '?' };
}

export function hasTable(blocks: readonly KnownBlock[]): boolean {
  return blocks.some(({ type }) => type === 'table');
}

/** The same message for a Slack that rejects tables: a line for each row. */
export function withoutTables(blocks: readonly KnownBlock[]): KnownBlock[] {
  return blocks.flatMap((block) =>
    block.type === 'table'
      ? (section(block.rows.map((cells) => cells.map(toMrkdwn).join(' · '))) ?? [])
      : [block],
  );
}

/** Of cells as this program builds them: escaped text, or one text or link. */
function toMrkdwn(cell: TableBlock['rows'][number][number]): string {
  if (cell.type === 'raw_text') return `\`${cell.text}\``;
  const [part] = cell.type === 'rich_text' ? cell.elements : [];
  const [only] = part?.type === 'rich_text_section' ? part.elements : [];
  if (only?.type === 'link') return link(only.url, only.text ?? only.url);
  return only?.type === 'text' ? code(only.text) : '';
}
