/**
 * Slack's table block. A message takes one table at most, and by some accounts Slack draws it below all other blocks:
 * what stands above it says what it shows.
 */

import type { TableBlock } from '@slack/types';
import { cutMiddle, LIMITS } from './limits.ts';

const CELL_MAX = 80;

/** The first column is text, already escaped; the others hold numbers and stand to the right. null without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): TableBlock | null {
  if (rows.length === 0) return null;
  return {
    type: 'table',
    column_settings: head.map((_, index) => ({ align: index === 0 ? 'left' : 'right' })),
    rows: [head, ...rows].slice(0, LIMITS.tableRows).map((cells) => cells.map(toCell)),
  };
}

/** Slack refuses a cell without a character. */
function toCell(text: string): { type: 'raw_text'; text: string } {
  return { type: 'raw_text', text: cutMiddle(text, CELL_MAX).trim() || '?' };
}
