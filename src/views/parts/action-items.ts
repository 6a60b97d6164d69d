/** What to act on: the severest vulnerabilities that have a fix, as a table, and the same as lines of text. */

import type { KnownBlock, RichTextBlock, TableBlock } from '@slack/types';
import type { ActionItem } from '../../scan/vulnerabilities.ts';
import { section } from '../kit/blocks.ts';
import { cutMiddle } from '../kit/limits.ts';
import { code, escape, link, visibleText } from '../kit/mrkdwn.ts';

const ID_MAX = 30;
const PACKAGE_MAX = 40;
const VERSION_MAX = 30;

export function actionItemBlocks(items: readonly ActionItem[]): (KnownBlock | null)[] {
  if (items.length === 0) return [];
  return [section(['*To act on: these have a fix*']), actionTable(items)];
}

/** Four columns are read on a phone, too: the id, what it is worth, what to update, and to which version. */
function actionTable(items: readonly ActionItem[]): TableBlock {
  const head = ['Vulnerability', 'Severity', 'Package', 'Installed → fixed in'].map(rawCell);
  return {
    type: 'table',
    column_settings: head.map(() => ({ is_wrapped: true })),
    rows: [
      head,
      ...items.map((item) => [
        idCell(item),
        rawCell(severityWords(item)),
        rawCell(shown(item.packageName, PACKAGE_MAX)),
        rawCell(versions(item)),
      ]),
    ],
  };
}

/** The same where Slack takes no table. mrkdwn, a line each. */
export function actionItemLines(items: readonly ActionItem[]): string[] {
  return items.map((item) => {
    const { id, packageName, installed, fixedIn } = item;
    const url = databaseUrl(id);
    const name = url === null ? code(id, ID_MAX) : link(url, id);
    const change = `${code(installed, VERSION_MAX)} → ${code(fixedIn, VERSION_MAX)}`;
    return `${name} ${severityWords(item)} · ${code(packageName, PACKAGE_MAX)} ${change}`;
  });
}

function severityWords({ severity, isNew }: ActionItem): string {
  return isNew === true ? `${severity}, new` : severity;
}

function versions({ installed, fixedIn }: ActionItem): string {
  return `${shown(installed, VERSION_MAX)} → ${shown(fixedIn, VERSION_MAX)}`;
}

function shown(text: string, max: number): string {
  return cutMiddle(escape(text), max) || '?';
}

type Cell = TableBlock['rows'][number][number];

function rawCell(text: string): Cell {
  return { type: 'raw_text', text };
}

/** Rich text is no mrkdwn: nothing in it is a mention or a link but what is built here. */
function idCell({ id }: ActionItem): Cell {
  const text = cutMiddle(visibleText(id), ID_MAX) || '?';
  const url = databaseUrl(id);
  const element = url === null ? ({ type: 'text', text } as const) : ({ type: 'link', url, text } as const);
  const cell: RichTextBlock = {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [element] }],
  };
  return cell;
}

/** The public entry; null for ids that are not of that catalogue, or are none. */
function databaseUrl(id: string): string | null {
  return /^CVE-\d{4}-\d{4,10}$/.test(id) ? `https://nvd.nist.gov/vuln/detail/${id}` : null;
}
