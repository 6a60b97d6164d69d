/**
 * Parts of a line. All text of a Console or a person passes `escape`, and is set in a `code` span wherever Slack
 * formats text, because mrkdwn cannot escape `*`, `_`, `~` or `:smile:`. Only text built here may contain `<…>`.
 */

import { cutMiddle, BLOCK_KIT_LIMITS } from './limits.ts';

const CODE_MAX = 300;
/** Links in text may be as long as those of buttons; longer ones are useless. */
const LINK_MAX = 1_000;

/** Text from outside as one line of visible characters, without mentions, links or backticks. */
export function escape(text: string): string {
  // `&` comes first: later, it would escape the other escapes again.
  return disarm(toVisibleLine(text)).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text from outside in a code span. A long one keeps its end, which is an image's tag. */
export function code(text: string, max = CODE_MAX): string {
  return `\`${cutMiddle(escape(text), max) || '?'}\``;
}

/** `''` for an invalid Slack user ID. */
export function mention(userId: string): string {
  return isUserId(userId) ? `<@${userId}>` : '';
}

/** "@alice, @bob and 3 more"; `''` for an empty list. */
export function mentions(userIds: readonly string[], max: number): string {
  const known = [...new Set(userIds)].filter(isUserId);
  const named = known.slice(0, max).map(mention).join(', ');
  return known.length > max ? `${named} and ${known.length - max} more` : named;
}

/** A labelled link, or the label alone where the URL is not http(s). */
export function link(url: string | null, label: string): string {
  const address = url === null ? null : parseWebAddress(url);
  if (address === null || address.length > LINK_MAX) return label;
  return `<${address.replaceAll('&', '&amp;').replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E')}|${label}>`;
}

/** The normalised URL without credentials; null if it is not http(s) or too long for a button. */
export function parseWebAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  url.username = '';
  url.password = '';
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.href.length <= BLOCK_KIT_LIMITS.url ? url.href : null;
}

/** Time of day in the reader's time zone; UTC where the client does not support it. `at`: epoch ms. */
export function clock(
  at: number,
  format: '{time_secs}' | '{time}' | '{date_short_pretty} {time}' = '{time_secs}',
): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return 'an unknown time';
  const utc = `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return `<!date^${Math.floor(at / 1000)}^${format}|${utc}>`;
}

function isUserId(text: string): boolean {
  return /^[UW][A-Z0-9]{1,30}$/.test(text);
}

/** Same where Slack parses no markup, as in rich text: the text is shown as it is. */
export function visibleText(text: string): string {
  return disarm(toVisibleLine(text));
}

function toVisibleLine(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\s+/gu, ' ')
      // Control and format characters: NUL, bidi overrides and isolates, zero-width characters.
      .replace(/[\p{Cc}\p{Cf}]/gu, '')
      .replaceAll('`', "'")
      .trim()
  );
}

/** Inserts an invisible character into what Slack expands even in plain text: `@channel` and `:smile:`. */
function disarm(text: string): string {
  return text.replace(/@(?=channel|here|everyone|group)/giu, '@\u2060').replace(EMOJI_START, ':\u2060');
}

/** Hexadecimal words stay: `10:30:00` is a time and `[fe80:1::2]` a host. */
const EMOJI_START = /:(?=[\w+'-]{0,50}[g-z_+'-][\w+'-]{0,50}:)/giu;
