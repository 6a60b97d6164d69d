/** Reading and checking the arguments of a Web API call, with Slack's error codes. */

export type Arguments = Readonly<Record<string, unknown>>;

/** `{ok: false, error}`; `needed` for a missing scope. */
export class Refused extends Error {
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.name = 'Refused';
    this.code = code;
    this.facts = facts;
  }
}

export function toText(args: Arguments, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : '';
}

export function toFlag(args: Arguments, name: string): boolean {
  return ['true', '1', true, 1].includes(args[name] as string);
}

/** A thread is named by a text with six digits behind the point; a number would have lost some of them. */
export function toThread(args: Arguments): string {
  const value = args['thread_ts'];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string' || !/^\d{10}\.\d{6}$/.test(value)) throw new Refused('invalid_thread_ts');
  return value;
}

/** JSON within a form's text, or as it is within a JSON body. */
export function toJson(args: Arguments, name: string, code: string): unknown {
  const value = args[name];
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Refused(code);
  }
}

export interface Content {
  readonly text: string;
  readonly blocks: readonly unknown[];
}

export function toContent(args: Arguments, longestText: number): Content {
  const text = toText(args, 'text');
  const blocks = toBlocks(toJson(args, 'blocks', 'invalid_blocks_format'));
  if (text === '' && blocks.length === 0) throw new Refused('no_text');
  if (text.length > longestText) throw new Refused('msg_too_long');
  return { text, blocks };
}

/** undefined = the call says nothing about metadata. */
export function toMetadata(args: Arguments): unknown {
  const value = toJson(args, 'metadata', 'invalid_metadata_format');
  if (value === undefined || value === null) return undefined;
  if (!isRecord(value)) throw new Refused('invalid_metadata_format');
  if (Object.keys(value).length === 0) return null;
  if (typeof value['event_type'] !== 'string' || !isRecord(value['event_payload'])) {
    throw new Refused('invalid_metadata_schema');
  }
  if (JSON.stringify(value).length >= 1024) throw new Refused('metadata_too_large');
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toBlocks(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Refused('invalid_blocks_format');
  const problem = findProblem(value);
  if (problem !== null) {
    throw new Refused('invalid_blocks', { response_metadata: { messages: [`[ERROR] ${problem}`] } });
  }
  return value;
}

function findProblem(blocks: readonly unknown[]): string | null {
  if (blocks.length > 50) return 'no more than 50 items allowed [json-pointer:/blocks]';
  for (const [index, block] of blocks.entries()) {
    const problem =
      isRecord(block) && typeof block['type'] === 'string' ? tooLong(block) : 'must have a type';
    if (problem !== null) return `${problem} [json-pointer:/blocks/${index}]`;
  }
  const ids = blocks.flatMap((block) => (isRecord(block) && 'block_id' in block ? [block['block_id']] : []));
  return new Set(ids).size === ids.length ? null : 'block_id already exists [json-pointer:/blocks]';
}

const LONGEST_ID = 255;
const LONGEST_BY_TYPE: Readonly<Record<string, number>> = { header: 150, section: 3_000, button: 75 };
const MOST_BY_TYPE: Readonly<Record<string, number>> = { actions: 25, context: 10, section: 10 };

function tooLong(element: Record<string, unknown>): string | null {
  const type = String(element['type']);
  const text = isRecord(element['text']) ? element['text']['text'] : undefined;
  if (typeof text === 'string' && text === '') return `${type}: text must not be empty`;
  if (lengthOf(text) > (LONGEST_BY_TYPE[type] ?? Infinity)) return `${type}: text is too long`;
  if (lengthOf(element['value']) > 2_000) return `${type}: value is too long`;
  if (lengthOf(element['action_id']) > LONGEST_ID) return `${type}: action_id is too long`;
  if (lengthOf(element['block_id']) > LONGEST_ID) return `${type}: block_id is too long`;
  const inner = [element['elements'], element['fields']].find(Array.isArray) ?? [];
  if (inner.length > (MOST_BY_TYPE[type] ?? Infinity)) return `${type}: too many items`;
  return (
    [...inner, element['accessory']]
      .filter(isRecord)
      .map(tooLong)
      .find((one) => one !== null) ?? null
  );
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : 0;
}
