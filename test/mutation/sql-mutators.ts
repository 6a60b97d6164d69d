/** Pure: the text of an `sql` template → the same text without one of its conditions or alternatives, or without an order. */

/** `from` becomes `to` in `text`. */
export interface SqlChange {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

const CONDITION = /\b(?:where|and|or|on|when)\b(?! conflict\b)/g;
const ORDER = /\border by\b/g;
/** What ends a condition where no parenthesis of its own is open. */
const NEXT =
  /^(?:and|or|where|then|else|end|order by|group by|limit|returning|union|on conflict|do update|set|join|left join|from)\b/;

export function changeSql(text: string): readonly SqlChange[] {
  const masked = mask(text);
  const change = (start: number, bodyStart: number, to: string): SqlChange => {
    const end = endOf(masked, bodyStart);
    const changed = `${text.slice(0, start)}${to} ${text.slice(end)}`;
    return { from: text.slice(start, end).trim(), to: to.trim(), text: changed };
  };
  return [
    ...[...masked.matchAll(CONDITION)].flatMap(({ index, 0: word }) => {
      const start = index + word.length;
      // Of two that are alternatives, either may be the one that nothing tests.
      const isAlternative = word === 'or' || masked.startsWith('or ', endOf(masked, start));
      return [' true', ...(isAlternative ? [' false'] : [])].map((to) => change(start, start, to));
    }),
    ...[...masked.matchAll(ORDER)].map(({ index, 0: word }) => change(index, index + word.length, '')),
  ].filter(({ from }) => from !== '' && from !== 'true');
}

/** What stands in quotes and placeholders is no SQL: as many other characters. */
function mask(text: string): string {
  let masked = '';
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (depth > 0 || text.startsWith('${', index - 1)) depth += { '{': 1, '}': -1 }[character] ?? 0;
    else if (character === "'") isQuoted = !isQuoted;
    masked += depth > 0 || isQuoted || character === '}' ? '_' : character;
  }
  return masked;
}

/** The next keyword outside of parentheses, the parenthesis that closes, or the end. */
function endOf(masked: string, start: number): number {
  let depth = 0;
  for (let index = start; index < masked.length; index += 1) {
    if (depth === 0 && !/\w/.test(masked.charAt(index - 1)) && NEXT.test(masked.slice(index))) return index;
    depth += { '(': 1, ')': -1 }[masked.charAt(index)] ?? 0;
    if (depth < 0) return index;
  }
  return masked.length;
}
