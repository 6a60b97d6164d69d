/** What to act on: the severest vulnerabilities that have a fix, as a table, and the same as lines of text. */

import type { KnownBlock, RichTextBlock, TableBlock } from '@slack/types';
import { printReference } from '../../image/reference.ts';
import type { Target } from '../../scan/target.ts';
import type { Report } from '../../scan/results/report.ts';
import type { ActionItem } from '../../scan/results/vulnerabilities.ts';
import { section } from '../kit/blocks.ts';
import { cutMiddle } from '../kit/limits.ts';
import { code, escape, link, visibleText } from '../kit/mrkdwn.ts';

const ID_MAX = 30;
const PACKAGE_MAX = 40;
const VERSION_MAX = 30;
const IMAGE_MAX = 40;

/** `image`: named where a message is about several. */
export type ShownActionItem = ActionItem & { readonly image?: Target };

/** Empty where the image could not be scanned, or these are not known. */
export function actionItemsIn(report: Report | null): readonly ActionItem[] {
  return report?.kind === 'image' && report.error === '' ? (report.toActOn ?? []) : [];
}

const TITLE = '*To act on: these have a fix*';

/** The first `most` as lines, for a reply. mrkdwn. */
export function actionSectionLines(items: readonly ActionItem[], most: number): string[] {
  if (items.length === 0) return [];
  const left = items.length - most;
  return [TITLE, ...actionItemLines(items.slice(0, most)), ...(left > 0 ? [`and ${left} more`] : [])];
}

export function actionItemBlocks(items: readonly ShownActionItem[]): (KnownBlock | null)[] {
  if (items.length === 0) return [];
  return [section([TITLE]), actionTable(items)];
}

/** Three columns fit a phone: the id, its severity, and what to update to which version. */
function actionTable(items: readonly ShownActionItem[]): TableBlock {
  const isOfSeveral = items.some(({ image }) => image !== undefined);
  const last = `${isOfSeveral ? 'Image: installed' : 'Installed'} → fixed in`;
  const head = ['Vulnerability', 'Severity', last].map(rawCell);
  return {
    type: 'table',
    column_settings: head.map(() => ({ is_wrapped: true })),
    rows: [head, ...items.map((item) => [idCell(item), rawCell(severityWords(item)), rawCell(update(item))])],
  };
}

/** The same where Slack takes no table. mrkdwn, a line each. */
export function actionItemLines(items: readonly ShownActionItem[]): string[] {
  return items.map((item) => {
    const { id, packageName, installed, fixedIn, image } = item;
    const where = image === undefined ? '' : `${code(lastPart(image), IMAGE_MAX)}: `;
    const url = databaseUrl(id);
    const name = url === null ? code(id, ID_MAX) : link(url, id);
    const change = `${code(installed, VERSION_MAX)} → ${code(fixedIn, VERSION_MAX)}`;
    return `${name} ${severityWords(item)} · ${where}${code(packageName, PACKAGE_MAX)} ${change}`;
  });
}

function severityWords({ severity, isNew }: ActionItem): string {
  return isNew === true ? `${severity}, new` : severity;
}

function update({ packageName, installed, fixedIn, image }: ShownActionItem): string {
  const where = image === undefined ? '' : `${shown(lastPart(image), IMAGE_MAX)}: `;
  return `${where}${shown(packageName, PACKAGE_MAX)} ${shown(installed, VERSION_MAX)} → ${shown(fixedIn, VERSION_MAX)}`;
}

/** The message names it in full above, and columns are narrow on a phone. */
function lastPart(image: Target): string {
  return image.kind === 'regular' ? '' : printReference(image.reference).replace(/^.*\//, '');
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
