import { expect, it } from 'vitest';
import { type Database, type Row, type Statement } from '../../../../src/store/database.ts';
import { sql } from '../../../../src/store/sql.ts';
import { suite } from '../fixture.ts';
import { type Store, toStore } from '../store.ts';
import { fill, isSqlite } from './fill.ts';
import { work } from './workload.ts';

/** Hold what is open, due or going on, and nothing of what was: they are read from end to end. */
const FEW = [
  'deliveries_open',
  'deliveries_one_update',
  'events_unanswered',
  'reports_due',
  'scans_ongoing',
  'targets_due',
  'targets_look',
  'waits_waiting',
  'watches_active',
];
/** App Home tells of every subscription that a person may see. */
const ALL_SUBSCRIPTIONS = `where s.state <> 'ended' order by s.created_at`;

export const queryPlansSuite = suite('a filled database', (store) => {
  it('is looked through from end to end by no statement', async () => {
    await fill(store);
    const scansOf = (await isSqlite(store)) ? scansOfSqlite : scansOfPostgres;
    const found: string[] = [];
    for (const statement of await record(store)) {
      const sql = statement.text.replace(/\s+/g, ' ').trim();
      const scans = sql.includes(ALL_SUBSCRIPTIONS) ? [] : await scansOf(store, statement);
      const isOfMany = (scan: string): boolean => !FEW.some((index) => scan.endsWith(` ${index}`));
      found.push(...scans.filter(isOfMany).map((scan) => `${scan}: ${sql}`));
    }
    expect(found).toEqual([]);
  });
});

/** Each statement once, with the values that it was first made with. */
async function record(store: Store): Promise<readonly Statement[]> {
  const known = new Map<string, Statement>();
  const note = (statement: Statement): void => {
    if (!known.has(statement.text)) known.set(statement.text, statement);
  };
  const recording: Database = {
    ...store,
    query: (statement) => {
      note(statement);
      return store.query(statement);
    },
    batch: (statements) => {
      statements.forEach(note);
      return store.batch(statements);
    },
  };
  await work(toStore(() => recording));
  return [...known.values()];
}

/** What is no table: the rows of a `values`, a `with`, a parameter or a query in brackets. */
const NO_TABLE =
  /^SCAN (?:\d+ )?(?:CONSTANT ROWS?|\(|due\b|planned\b|p$|ended\b|e$|either\b|quota\b|json_each\b)/;

async function scansOfSqlite(store: Store, { text, values }: Statement): Promise<readonly string[]> {
  const plan = await store.query({ text: `explain query plan ${text}`, values });
  return plan
    .map(({ detail }) => String(detail))
    .filter((line) => line.startsWith('SCAN') && !NO_TABLE.test(line));
}

/** Without sequential scans, one that is left, or an index without a condition, is what no index can take the place of. */
async function scansOfPostgres(store: Store, { text, values }: Statement): Promise<readonly string[]> {
  const results = await store.batch([
    sql`set local enable_seqscan = off`,
    { text: `explain (format json) ${text}`, values },
  ]);
  return toNodes(results?.[1]?.[0]?.['QUERY PLAN'])
    .filter(isScan)
    .map((node) => `SCAN ${textOf(node, 'Relation Name')} ${textOf(node, 'Index Name')}`);
}

/** Of a plan, whatever is below what. */
function toNodes(value: unknown): readonly Row[] {
  if (Array.isArray(value)) return value.flatMap(toNodes);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Row, ...Object.values(value).flatMap(toNodes)];
}

function isScan(node: Row): boolean {
  const type = textOf(node, 'Node Type');
  return type === 'Seq Scan' || (/^Index (Only )?Scan$/.test(type) && node['Index Cond'] === undefined);
}

function textOf(node: Row, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}
