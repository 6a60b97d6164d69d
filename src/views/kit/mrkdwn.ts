/**
 * The pieces that a line of a message is made of. Everything that a Console or a person wrote passes `escape`,
 * and stands in a `code` span wherever Slack formats text, because mrkdwn has no way to escape `*`, `_`, `~` or
 * `:smile:`. Only what is built here may hold `<…>`.
 */

import { cutMiddle, LIMITS } from './limits.ts';

const CODE_MAX = 300;
/** Slack links inside text may be as long as those of buttons; longer ones help nobody. */
const LINK_MAX = 1_000;

/** Text from outside as one line of visible characters that mentions nobody, links nowhere and closes no code span. */
export function escape(text: string): string {
  return disarm(toVisibleLine(text)).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text from outside in a code span. A long one keeps its end: in a name that is the tag. */
export function code(text: string, max = CODE_MAX): string {
  return `\`${cutMiddle(escape(text), max) || '?'}\``;
}

/** `''` for what is no Slack user ID. */
export function mention(userId: string): string {
  return isUserId(userId) ? `<@${userId}>` : '';
}

/** "@alice, @bob and 3 more"; `''` where nobody is left to mention. */
export function mentions(userIds: readonly string[], max: number): string {
  const known = [...new Set(userIds)].filter(isUserId);
  const named = known.slice(0, max).map(mention).join(', ');
  return known.length > max ? `${named} and ${known.length - max} more` : named;
}

/** A labelled link, or the bare label where the address is none that a browser should open. */
export function link(url: string | null, label: string): string {
  const address = url === null ? null : parseWebAddress(url);
  if (address === null || address.length > LINK_MAX) return label;
  return `<${address.replaceAll('&', '&amp;').replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E')}|${label}>`;
}

/** The normalised address without credentials, or null if it is not http(s) or too long for a button. */
export function parseWebAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  url.username = '';
  url.password = '';
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.href.length <= LIMITS.url ? url.href : null;
}

/** A time of day in the reader's own time zone; UTC where a client cannot tell it. `at` is epoch ms. */
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

/** The same where Slack reads no markup, as in rich text: what is left is drawn as it is. */
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

/** Parts what Slack expands even in plain text, `@channel` and `:smile:`, with a character that is not drawn. */
function disarm(text: string): string {
  return text.replace(/@(?=channel|here|everyone|group)/giu, '@\u2060').replace(EMOJI_START, ':\u2060');
}

/** Hexadecimal words are left alone: `10:30:00` is a time and `[fe80:1::2]` a host. */
const EMOJI_START = /:(?=[\w+'-]{0,50}[g-z_+'-][\w+'-]{0,50}:)/giu;
