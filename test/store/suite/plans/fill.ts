/** A store as a busy workspace fills it in a year: on an empty one, every plan is a good plan. */

import { NEW_TARGET } from '../../../../src/scan/state/target-state.ts';
import { HOUR, NOON } from '../../../support/observations.ts';
import { saying } from '../../../support/store.ts';
import type { Store } from '../fixture.ts';
import { raw, sql } from '../../../../src/store/sql.ts';

const MANY = 10_000;
/** Boards, subscriptions and other things that there are fewer of. */
const SOME = 1_000;

/** Each fills one table, from the numbers `i` of `n` and what is `given` to all. */
const ROWS: readonly (readonly [table: string, count: number, columns: string, values: string])[] = [
  [
    'targets',
    SOME,
    'id, number, reference, state, created_at, last_requested_at, next_poll_at, results_check_at',
    `'t' || i || ':1', i, '{"registry":"","repository":"t' || i || '","tag":"1","digest":""}', given.content, given.at, given.at,
      given.at + 1000 * (i % 600), case when i % 10 = 0 then given.at + 1000 * i end`,
  ],
  [
    'scans',
    MANY,
    'target_id, number, started_at, ended_at, snapshot',
    `${target()}, i / ${SOME} + 1, given.at, given.at, given.content`,
  ],
  [
    'subscriptions',
    SOME,
    'id, target_id, channel, state, created_by, created_at',
    `'s' || i, ${target()}, 'C' || i, case when i % 50 = 0 then 'paused' else 'active' end, 'U' || i, given.at`,
  ],
  // A board each, and then what is on them, alone, and over.
  ['messages', SOME, 'id, channel, thread, state, is_board', `'b' || i, 'B' || i, '', 'active', 1`],
  [
    'messages',
    MANY,
    'id, channel, thread, state, ended_at',
    `'w' || i, 'C' || i, '', case when i % 2 = 0 then 'active' else 'scan-ended' end, case when i % 2 = 1 then given.at end`,
  ],
  [
    'watches',
    MANY,
    'id, target_number, channel, thread, state, created_at, ended_at, subscription_id, message_id, content, report_id',
    `'w' || i, 1 + i % ${SOME}, 'C' || i, '', case when i % 2 = 0 then 'active' else 'scan-ended' end, given.at, case when i % 2 = 1 then given.at end,
      case when i % 10 = 0 then 's' || (1 + i % ${SOME}) end, case when i % 5 = 0 then 'b' || (1 + i % ${SOME}) else 'w' || i end, given.content,
      case when i % 2 = 1 then 'r' || i end`,
  ],
  ['followers', MANY, 'watch_id, user_id, followed_at', `'w' || i, 'U' || (i % ${SOME}), given.at`],
  [
    'deliveries',
    MANY,
    'id, message_id, kind, content, state, priority, due_at, created_at, settled_at, attempted_at, report_id',
    `'d' || i, 'w' || i, 'live', given.content, 'sent', 2, given.at, given.at, given.at, given.at - 1000 * i, case when i % 7 = 0 then 'r' || i end`,
  ],
  ['events', MANY, 'id, at, body, claimed_at', `'e' || i, given.at, null, given.at`],
  [
    'reports',
    MANY,
    'id, target_id, scan, topic, basis, give_up_at, created_at, body',
    `'r' || i, ${target()}, i / ${SOME} + 1, 'end', '{}', given.at, given.at, given.content`,
  ],
  [
    'scan_requests',
    MANY,
    'id, target_id, kind, user_id, channel, scans, outcome, at',
    `'q' || i, ${target()}, case when i % 2 = 0 then 'start' else 'stop' end, 'U1', 'C1', 1, 'done', given.at - 1000 * i`,
  ],
  [
    'unparsed_responses',
    SOME,
    'id, target_id, at, body, number',
    `'u' || i, ${target()}, given.at, given.content, i`,
  ],
  [
    'waits',
    MANY,
    'id, target_id, state, scan, created_at, give_up_at, ended_at',
    `'p' || i, ${target()}, case when i % 20 = 0 then 'waiting' else 'scan-ended' end, 1, given.at, given.at,
      case when i % 20 > 0 then given.at end`,
  ],
  ['conversations', SOME, 'id, is_shared, checked_at', `'C' || i, 0, given.at`],
  ['channel_settings', SOME, 'channel, settings, changed_by, changed_at', `'C' || i, '{}', 'U1', given.at`],
];

function target(): string {
  return `'t' || (1 + i % ${SOME}) || ':1'`;
}

export async function fill(store: Store): Promise<void> {
  const at = NOON - 24 * HOUR;
  await store.batch(
    ROWS.map(([table, count, columns, values]) => {
      const text = table === 'targets' ? NEW_TARGET : table === 'scans' ? NEW_TARGET.snapshot : saying(1);
      return sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count}),
          given (content, at) as (select ${JSON.stringify(text)}, cast(${at} as bigint))
        insert into ${raw(table)} (${raw(columns)}) select ${raw(values)} from n, given`;
    }),
  );
  // What PostgreSQL plans by; SQLite plans by its schema alone, as in the program.
  if (!(await isSqlite(store))) await store.query(sql`analyze`);
}

export async function isSqlite(store: Store): Promise<boolean> {
  return store.query(sql`select sqlite_version()`).then(
    () => true,
    () => false,
  );
}
