/**
 * Block Kit builders within Slack's limits. They take safe text, made by mrkdwn.ts. A builder returns null where there
 * is nothing to show; `message` drops nulls.
 */

import type { ActionsBlock, Button, ContextBlock, HeaderBlock, KnownBlock, SectionBlock } from '@slack/types';
import { cutEnd, BLOCK_KIT_LIMITS, takeLines } from './limits.ts';

export interface Message {
  /** For notifications and screen readers, and the fallback if Slack rejects the blocks. */
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Truncates the text, and drops blocks beyond the limit from the end. */
export function message(text: string, blocks: readonly (KnownBlock | null)[]): Message {
  return {
    text: cutEnd(text, BLOCK_KIT_LIMITS.messageText),
    blocks: blocks.filter((block) => block !== null).slice(0, BLOCK_KIT_LIMITS.blocks),
  };
}

/** A small message: its first line is also its notification. */
export function note(line: string, more: readonly (string | null)[] = []): Message {
  return message(line, [section([line, ...more])]);
}

/** `text` may contain our own `:emoji:`; names in it were disarmed by `escape`. */
export function header(text: string): HeaderBlock {
  return {
    type: 'header',
    text: { type: 'plain_text', text: cutEnd(text, BLOCK_KIT_LIMITS.headerText), emoji: true },
  };
}

/** Drops whole lines that do not fit: put the important ones first. */
export function section(
  lines: readonly (string | null)[],
  accessory: Button | null = null,
): SectionBlock | null {
  const text = takeLines(present(lines), BLOCK_KIT_LIMITS.sectionText);
  if (text === '') return null;
  return { type: 'section', text: mrkdwn(text), ...(accessory !== null && { accessory }) };
}

/** Small grey text. */
export function context(lines: readonly (string | null)[]): ContextBlock | null {
  const text = takeLines(present(lines), BLOCK_KIT_LIMITS.textObject);
  return text === '' ? null : { type: 'context', elements: [mrkdwn(text)] };
}

export function actions(buttons: readonly (Button | null)[]): ActionsBlock | null {
  const elements = buttons.filter((button) => button !== null).slice(0, BLOCK_KIT_LIMITS.actionsElements);
  return elements.length === 0 ? null : { type: 'actions', elements };
}

function present(lines: readonly (string | null)[]): string[] {
  return lines.filter((line) => line !== null).filter((line) => line !== '');
}

/** `verbatim`: otherwise Slack turns names and URLs in the text into mentions and links. */
function mrkdwn(text: string): { type: 'mrkdwn'; text: string; verbatim: true } {
  return { type: 'mrkdwn', text, verbatim: true };
}
