/**
 * Slack's table block. A message may have one table, which some clients show below all other blocks: the text above
 * must say what it shows.
 */

import type { TableBlock } from '@slack/types';
import { cutMiddle, BLOCK_KIT_LIMITS } from './limits.ts';

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
  return { type: 'raw_text', text: cutMiddle(text, CELL_MAX).trim() || '?' };
}
