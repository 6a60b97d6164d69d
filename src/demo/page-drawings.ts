/**
 * Makes local-slack's page show what the bot sends: dates, code, tables, selected options, times, conversations, and
 * ephemeral messages to their reader alone. The page contains its program: each hook finds one position in it, and
 * inserts a call of a function in SCRIPT. A hook that matches nothing, in another version, leaves the page unchanged.
 */

import { CHANNELS } from './workspace.ts';

interface Hook {
  readonly what: string;
  readonly find: RegExp;
  readonly put: string;
}

/** Names in a minified program change with each version, so they are captured. */
export const HOOKS: readonly Hook[] = [
  {
    what: 'text, once it is escaped',
    find: /let (\w+)=(\w+\(\w+\(\w+\)\));return \1=\1\.replace\(/,
    put: 'let $1=slackDraws.text($2);return $1=$1.replace(',
  },
  {
    what: 'blocks that the page does not know',
    find: /default:return (\w+)\.jsxs\("div",\{className:"bk-unknown",children:\["\[",(\w+)\.type,/,
    put: 'case"table":return slackDraws.table($1.jsx,$2);$&',
  },
  {
    what: 'what a dialog holds when it opens',
    find: /(\w+)\(\{\}\)\},\[(\w+)==null\?void 0:\2\.id/,
    put: '$1(slackDraws.choices($2))},[$2==null?void 0:$2.id',
  },
  {
    what: 'fields that the page does not know',
    find: /if\(\w+&&(\w+)\.input\)\{const (\w+)=\1\.input;switch\((\w+)\.type\)\{(?=.{0,200}?\2\.get\((\w+),(\w+)\).{0,100}?return (\w+)\.jsx\()/,
    put: '$&case"timepicker":case"conversations_select":return slackDraws.field($6.jsx,$3,$2.get($4,$5),(state)=>$2.set($4,$5,state));',
  },
  {
    what: 'messages, which the page shows to whomever one acts as',
    find: /\{message:(\w+),users:\w+,actingUser:(\w+),[^]{0,2000}?"data-ts":\1\.ts(?=,)/,
    put: '$&,hidden:slackDraws.isOfAnother($1,$2)',
  },
  {
    what: 'the command that the composer suggests',
    find: /try \/echo hi/,
    put: 'try /scanprogress help',
  },
];

export function withDrawings(html: string): string {
  const hooked = HOOKS.reduce((page, { find, put }) => page.replace(find, put), html);
  // A function, because SCRIPT contains `$&`.
  return hooked.replace(/<head[^>]*>/, (head) => `${head}<style>${STYLE}</style><script>${SCRIPT}</script>`);
}

const STYLE = `
  .mrkdwn pre { margin: 4px 0; padding: 8px; border: 1px solid #ddd; border-radius: 4px; background: #f8f8f8; overflow-x: auto; }
  .msg[hidden] { display: none; }
  .bk-table { display: block; overflow-x: auto; border-collapse: collapse; margin: 4px 0; font-size: 13px; }
  .bk-table td, .bk-table th { padding: 3px 6px; border: 1px solid #ddd; font-weight: normal; overflow-wrap: break-word; }
  .bk-table tr:not(:first-child) td { overflow-wrap: anywhere; }
  .bk-table tr:first-child { background: #f8f8f8; font-weight: bold; }
`;

/** Runs in the page, before its program. */
const SCRIPT = `
  const slackDraws = (() => {
    const channels = ${JSON.stringify(Object.values(CHANNELS))};

    /** As it is: nothing in it is set off, linked, or quoted any more. */
    const verbatim = (html) => html.replace(/&gt;/g, '&#62;').replace(/[*_~:\`]/g, (sign) => '&#' + sign.charCodeAt(0) + ';');

    /** In the reader's time zone. */
    const date = (seconds, format) => {
      const at = new Date(seconds * 1000);
      return format
        .replace('{time_secs}', at.toLocaleTimeString())
        .replace('{time}', at.toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' }))
        .replace('{date_short_pretty}', at.toLocaleDateString([], { day: 'numeric', month: 'short' }));
    };

    return {
      text: (html) =>
        html
          .replace(/\`\`\`\\n?([^]*?)\\n?\`\`\`\\n?/g, (_, code) => '<pre>' + verbatim(code) + '</pre>')
          .replace(/\`([^\`\\n]+)\`/g, (_, code) => '<code>' + verbatim(code) + '</code>')
          .replace(/&lt;!date\\^(\\d+)\\^([^|&]*)\\|.*?&gt;/g, (_, seconds, format) => verbatim(date(seconds, format))),

      table: (jsx, { rows, column_settings: columns = [] }) => {
        /** Rich text of one word or link, as the bot sends it. */
        const rich = ({ text, url }) => (url === undefined ? text : jsx('a', { href: url, target: '_blank', rel: 'noreferrer', children: text }));
        const cell = ({ text, elements }, index) =>
          jsx('td', { style: { textAlign: columns[index]?.align }, children: text ?? rich(elements[0].elements[0]) }, index);
        const row = (cells, index) => jsx('tr', { children: cells.map(cell) }, index);
        return jsx('table', { className: 'bk-table', children: jsx('tbody', { children: rows.map(row) }) });
      },

      /** What Slack shows to one person. */
      isOfAnother: ({ subtype, ephemeral_to: reader }, person) => subtype === 'ephemeral' && reader !== undefined && reader !== person,

      /** By block and field, as the page keeps them, and sends them. */
      choices: (view) => {
        const chosen = {};
        for (const { block_id, element } of view?.blocks ?? []) {
          if (element === undefined) continue;
          const { type, action_id, initial_option, initial_time, initial_value } = element;
          const state =
            initial_option !== undefined ? { type, selected_option: initial_option }
            : initial_time !== undefined ? { type, selected_time: initial_time }
            : initial_value !== undefined ? { type, value: initial_value }
            : null;
          if (state !== null) chosen[block_id] = { [action_id]: state };
        }
        return chosen;
      },

      field: (jsx, { type }, state, set) => {
        if (type === 'timepicker') {
          const onChange = ({ target }) => set({ type, selected_time: target.value || null });
          return jsx('input', { className: 'bk-plain-input', type: 'time', value: state?.selected_time ?? '', onChange });
        }
        const onChange = ({ target }) => set({ type, selected_conversation: target.value || null });
        const options = [{ id: '', name: 'Select a conversation' }, ...channels];
        const children = options.map(({ id, name }) => jsx('option', { value: id, children: id === '' ? name : '#' + name }, id));
        return jsx('select', { className: 'bk-select', value: state?.selected_conversation ?? '', onChange, children });
      },
    };
  })();
`;
