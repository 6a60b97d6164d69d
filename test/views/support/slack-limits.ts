/**
 * What Slack would refuse or misread in a message, from its published reference (docs.slack.dev/reference/block-kit,
 * /reference/methods/chat.update, /messaging/formatting-message-text). Written apart from src/views/kit/limits.ts, so
 * that a slip there does not excuse itself.
 */

type Json = Record<string, unknown>;

/** Empty for a message that Slack takes and that says only what it seems to say. */
export function faultsOf(message: { text: string; blocks: readonly object[] }): string[] {
  const blocks = message.blocks as readonly Json[];
  return [
    ...check(message.text.trim() !== '', 'the text is empty'),
    ...check(message.text.length <= 4_000, 'the text is over 4,000'),
    ...mrkdwnFaults(message.text),
    ...check(blocks.length > 0, 'there are no blocks'),
    ...check(blocks.length <= 50, 'over 50 blocks'),
    ...check(blocks.filter(({ type }) => type === 'table').length <= 1, 'over one table'),
    ...blocks.flatMap(blockFaults),
  ];
}

/** The same for a Home or a dialog. */
export function viewFaultsOf(view: object): string[] {
  const { type, blocks, ...words } = view as Json;
  const { private_metadata: metadata = '', callback_id: callback = '' } = view as Record<string, string>;
  const list = blocks as Json[];
  const ids = list.flatMap((block) => (block['block_id'] ?? []) as string);
  const titles = ['title', 'submit', 'close'].flatMap((name) => words[name] ?? []) as Json[];
  return [
    ...check(type === 'home' || (type === 'modal' && titles.length === 3), 'neither home nor a whole dialog'),
    ...check(list.length >= 1 && list.length <= 100, 'no or over 100 blocks'),
    ...check(new Set(ids).size === ids.length, `a block_id twice: ${ids.join()}`),
    ...check(metadata.length <= 3_000, 'metadata over 3,000'),
    ...check(callback.length <= 255, 'a callback_id over 255'),
    ...titles.flatMap((title) => textFaults(title, { type: 'plain_text', max: 24 })),
    ...list.flatMap(blockFaults),
  ];
}

/** Characters of all text objects together: chat.update refuses messages that are too long as a whole. */
export function drawnLength(message: { blocks: readonly object[] }): number {
  const lengthOf = (value: unknown): number => {
    if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + lengthOf(item), 0);
    if (typeof value !== 'object' || value === null) return 0;
    const own = 'text' in value && typeof value.text === 'string' ? value.text.length : 0;
    return own + Object.values(value).reduce<number>((sum, item) => sum + lengthOf(item), 0);
  };
  return lengthOf(message.blocks);
}

function blockFaults(block: Json): string[] {
  switch (block['type']) {
    case 'header':
      return textFaults(block['text'] as Json, { type: 'plain_text', max: 150 });
    case 'section':
      return [
        ...textFaults(block['text'] as Json, { type: 'mrkdwn', max: 3_000 }),
        ...(block['accessory'] === undefined ? [] : buttonFaults(block['accessory'] as Json)),
      ];
    case 'context': {
      const elements = block['elements'] as Json[];
      return [
        ...check(elements.length >= 1 && elements.length <= 10, 'a context of no or over 10 elements'),
        ...elements.flatMap((element) => textFaults(element, { type: 'mrkdwn', max: 3_000 })),
      ];
    }
    case 'actions': {
      const elements = block['elements'] as Json[];
      const ids = elements.map((element) => element['action_id']);
      return [
        ...check(elements.length >= 1 && elements.length <= 25, 'actions of no or over 25 elements'),
        ...check(new Set(ids).size === ids.length, `an action_id twice: ${ids.join()}`),
        ...elements.flatMap(buttonFaults),
      ];
    }
    case 'table':
      return tableFaults(block);
    case 'input':
      return inputFaults(block);
    default:
      return [`an unexpected block: ${String(block['type'])}`];
  }
}

function tableFaults(block: Json): string[] {
  const rows = block['rows'] as Json[][];
  const columns = rows[0]?.length ?? 0;
  return [
    ...check(rows.length >= 1 && rows.length <= 100, 'a table of no or over 100 rows'),
    ...check(columns >= 1 && columns <= 20, 'a table of no or over 20 columns'),
    ...check(
      rows.every((cells) => cells.length === columns),
      'rows of several lengths',
    ),
    ...check((block['column_settings'] as Json[]).length <= 20, 'over 20 column settings'),
    ...rows.flat().flatMap(cellFaults),
  ];
}

/** Rich text: words, and links to the public catalogue. */
function cellFaults(cell: Json): string[] {
  if (cell['type'] !== 'rich_text') return textFaults(cell, { type: 'raw_text', max: 2_000 });
  const elements = (cell['elements'] as Json[]).flatMap((part) => part['elements'] as Json[]);
  return elements.flatMap(({ type, text, url = 'https://nvd.nist.gov/' }) => [
    ...check(type === 'text' || type === 'link', `rich text of ${String(type)}`),
    ...check(String(text).trim() !== '', 'rich text without a character'),
    ...check(String(url).startsWith('https://nvd.nist.gov/'), `a link to ${String(url)}`),
  ]);
}

function inputFaults(block: Json): string[] {
  const element = block['element'] as Json;
  const options = (element['options'] ?? []) as Json[];
  const { initial_option: option, max_length: max } = element;
  const { initial_time: time, initial_value: value } = element as Record<string, string | undefined>;
  const values = options.map((each) => String(each['value']));
  return [
    ...textFaults(block['label'] as Json, { type: 'plain_text', max: 2_000 }),
    ...(block['hint'] === undefined
      ? []
      : textFaults(block['hint'] as Json, { type: 'plain_text', max: 2_000 })),
    ...check(String(block['block_id']).length <= 255, 'a block_id over 255'),
    ...check(String(element['action_id']).length <= 255, 'an action_id over 255'),
    ...check(
      element['type'] !== 'radio_buttons' || (options.length >= 1 && options.length <= 10),
      'no or over 10 options',
    ),
    ...options.flatMap((each) => textFaults(each['text'] as Json, { type: 'plain_text', max: 75 })),
    ...check(
      values.every((each) => each.length >= 1 && each.length <= 150),
      'an option without a value, or over 150',
    ),
    ...check(new Set(values).size === values.length, 'two options of one value'),
    ...check(
      option === undefined || options.some((each) => JSON.stringify(each) === JSON.stringify(option)),
      'an initial option that is none',
    ),
    ...check(time === undefined || /^([01]\d|2[0-3]):[0-5]\d$/.test(time), `no time: ${time ?? ''}`),
    ...check(
      value === undefined || (value !== '' && value.length <= Number(max ?? 3_000)),
      'a bad initial value',
    ),
  ];
}

function buttonFaults(button: Json): string[] {
  const { value, url, accessibility_label: label } = button as { [key: string]: string | undefined };
  return [
    ...check(button['type'] === 'button', 'not a button'),
    ...check(String(button['action_id']).length <= 255, 'an action_id over 255'),
    ...textFaults(button['text'] as Json, { type: 'plain_text', max: 75 }),
    ...check(
      value === undefined || (value.length > 0 && value.length <= 2_000),
      'a value empty or over 2,000',
    ),
    ...check(url === undefined || (url.length > 0 && url.length <= 3_000), 'a url empty or over 3,000'),
    ...check(url === undefined || /^https?:\/\/[^\s/]/.test(url), `no web address: ${String(url)}`),
    ...check(label === undefined || label.length <= 75, 'an accessibility_label over 75'),
  ];
}

function textFaults(object: Json, { type, max }: { type: string; max: number }): string[] {
  const text = String(object['text']);
  return [
    ...check(object['type'] === type, `${String(object['type'])} instead of ${type}`),
    ...check(text.trim() !== '', 'an empty text'),
    ...check(text.length <= max, `a text over ${max}`),
    ...check(type !== 'mrkdwn' || object['verbatim'] === true, 'mrkdwn that Slack may link by itself'),
    ...mrkdwnFaults(text),
  ];
}

/** The only things in angle brackets: a person, a channel, a time, and a link to the web. */
const TOKENS =
  /<@[UW][A-Z0-9]+>|<#[CG][A-Z0-9]+>|<!date\^-?\d+\^[^|<>^]+\|[^|<>]+>|<https?:\/\/[^|<>\s]+\|[\w -]+>/g;

function mrkdwnFaults(text: string): string[] {
  const rest = text.replace(TOKENS, '');
  return [
    ...check(!/[<>]/.test(rest), `a bracket of unknown meaning: ${rest}`),
    ...check(!/&(?!(?:amp|lt|gt);)/.test(rest), `a bare or cut escape: ${rest}`),
    ...check(!/@(?:channel|here|everyone)/i.test(rest), `a group mention: ${rest}`),
    ...check(
      text.split('\n').every((line) => line.split('`').length % 2 === 1),
      `an open code span: ${text}`,
    ),
    ...check(!/``/.test(text), `an empty code span: ${text}`),
    // eslint-disable-next-line no-control-regex -- exactly these are looked for
    ...check(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text), 'a control character'),
    ...check(!/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/.test(text), 'a bidi control'),
    ...check(text.isWellFormed(), 'half a character'),
  ];
}

function check(holds: boolean, fault: string): string[] {
  return holds ? [] : [fault];
}
