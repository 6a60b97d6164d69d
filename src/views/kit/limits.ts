/**
 * Slack's limits in one table, and functions that truncate to them. Lengths are `.length` after escaping: never less
 * than what Slack counts, be it code units, code points or unescaped characters.
 */

export const BLOCK_KIT_LIMITS = {
  // https://docs.slack.dev/reference/block-kit/blocks
  blocks: 50,
  headerText: 150,
  sectionText: 3_000,
  contextElements: 10,
  actionsElements: 25,
  // https://docs.slack.dev/reference/block-kit/composition-objects/text-object
  textObject: 3_000,
  // https://docs.slack.dev/reference/block-kit/block-elements/button-element
  actionId: 255,
  buttonText: 75,
  buttonValue: 2_000,
  buttonLabel: 75,
  url: 3_000,
  // https://docs.slack.dev/reference/block-kit/blocks/table-block: no cell may be empty
  tableRows: 100,
  // https://docs.slack.dev/reference/views: a Home or a modal
  viewBlocks: 100,
  viewTitle: 24,
  viewButton: 24,
  privateMetadata: 3_000,
  // https://docs.slack.dev/reference/methods/chat.update: `msg_too_long` beyond it
  messageText: 4_000,
} as const;

const ELLIPSIS = '…';

/** Keeps the beginning. `&amp;`, `&lt;`, `&gt;` in `escaped` are kept whole or dropped. */
export function cutEnd(escaped: string, max: number): string {
  if (escaped.length <= max) return escaped;
  return takeWhole(unitsOf(escaped), max - ELLIPSIS.length).join('') + ELLIPSIS;
}

/** Keeps the beginning and the end, because an image's name ends with its tag. */
export function cutMiddle(escaped: string, max: number): string {
  if (escaped.length <= max) return escaped;
  const units = unitsOf(escaped);
  const room = max - ELLIPSIS.length;
  const tail = takeWhole(units.toReversed(), Math.floor(room / 2)).toReversed();
  const head = takeWhole(units, Math.ceil(room / 2));
  return [...head, ELLIPSIS, ...tail].join('');
}

/**
 * An image's name: the last part of its repository and its tag say which one it is, so what is before them is shortened.
 * Beginning and end of these two where they alone are too long.
 */
export function cutReference(escaped: string, max: number): string {
  if (escaped.length <= max) return escaped;
  const own = escaped.slice(escaped.lastIndexOf('/') + 1);
  if (own.length === escaped.length) return cutMiddle(own, max);
  const start = `${ELLIPSIS}/`;
  const room = max - start.length - own.length;
  if (room >= 0) return takeWhole(unitsOf(escaped), room).join('') + start + own;
  if (max <= start.length + ELLIPSIS.length) return cutEnd(own + ELLIPSIS, max);
  return start + cutMiddle(own, max - start.length);
}

/** Whole lines that fit: a cut within a line could leave a code span or a mention open. */
export function takeLines(lines: readonly string[], max: number): string {
  return takeWhole(
    lines.map((line, index) => (index === 0 ? line : `\n${line}`)),
    max,
  ).join('');
}

/** Indivisible units: an escape, or a code point of one or two code units. */
function unitsOf(escaped: string): string[] {
  return escaped.match(/&(?:amp|lt|gt);|./gsu) ?? [];
}

function takeWhole(units: readonly string[], max: number): string[] {
  const taken: string[] = [];
  let length = 0;
  for (const unit of units) {
    length += unit.length;
    if (length > max) break;
    taken.push(unit);
  }
  return taken;
}
