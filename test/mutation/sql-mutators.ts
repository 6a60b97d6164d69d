/** Pure: the text of an `sql` template → the same text without one of its conditions or its order. */

/** A change within a template: `from` is what a reader sees change. */
export interface SqlChange {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

const START = /\b(?:where|and|or|on|when)\b/g;
/** What ends a condition where no parenthesis of its own is open. */
const NEXT =
  /^(?:and|or|where|then|else|end|order by|group by|limit|returning|union|on conflict|do update|set|join|left join|from)\b/;
const ORDER = /\border by\b/g;

export function changeSql(text: string): readonly SqlChange[] {
  const conditions = [...text.matchAll(START)].flatMap((match) => {
    const start = match.index + match[0].length;
    return cut({ text, start, end: endOf(text, start), to: ' true' });
  });
  const orders = [...text.matchAll(ORDER)].flatMap(({ index }) =>
    cut({ text, start: index, end: endOf(text, index + 'order by'.length), to: '' }),
  );
  return [...conditions, ...orders];
}

interface Cut {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly to: string;
}

function cut({ text, start, end, to }: Cut): SqlChange[] {
  const from = text.slice(start, end).trim();
  // `on conflict`, `is distinct on (…)` and JavaScript inside a placeholder are no conditions.
  if (from === '' || from === 'true' || /^(?:conflict|delete)\b/.test(from) || isInPlaceholder(text, start))
    return [];
  const rest = text.slice(end);
  return [
    { from, to: to.trim(), text: `${text.slice(0, start)}${to}${/^[\w$]/.test(rest) ? ' ' : ''}${rest}` },
  ];
}

function isInPlaceholder(text: string, at: number): boolean {
  let depth = 0;
  for (let index = 0; index < at; index += 1) {
    if (depth > 0 || text.startsWith('${', index)) depth += { '{': 1, '}': -1 }[text.charAt(index)] ?? 0;
  }
  return depth > 0;
}

/** The next keyword outside of parentheses, placeholders and quotes, the parenthesis that closes, or the end. */
function endOf(text: string, start: number): number {
  let depth = 0;
  let isQuoted = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === "'") isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (depth === 0 && !/\w/.test(text.charAt(index - 1)) && NEXT.test(text.slice(index))) return index;
    if (character === '(' || character === '{') depth += 1;
    else if (character === ')' || character === '}') depth -= 1;
    if (depth < 0) return index;
  }
  return text.length;
}
