/** What is over and old leaves the database; scans stay, they are the history. */

import type { Database } from './database.ts';

/** Deletes ended watches (with followers and deliveries), answered events, unread answers and idle targets from before `at`, epoch ms. */
export async function forgetBefore(database: Database, at: number): Promise<number> {
  const results = await database.batch([
    {
      // Those on a board go with it.
      sql: `delete from watches where state <> 'active' and ended_at < $1 and board_id is null
        and not exists (select 1 from deliveries d where d.watch_id = watches.id and d.state in ('pending', 'sending', 'ambiguous'))
        returning id`,
      params: [at],
    },
    {
      sql: `delete from subscriptions where state = 'ended' and ended_at < $1
        and not exists (select 1 from watches w where w.subscription_id = subscriptions.id) returning id`,
      params: [at],
    },
    { sql: 'delete from events where at < $1 returning id', params: [at] },
    { sql: 'delete from unread_answers where at < $1 returning id', params: [at] },
    {
      sql: `delete from targets where touched_at < $1 and next_poll_at is null
        and not exists (select 1 from watches w where w.target_id = targets.id)
        and not exists (select 1 from subscriptions s where s.target_id = targets.id)
        and not exists (select 1 from scans s where s.target_id = targets.id) returning id`,
      params: [at],
    },
  ]);
  return (results ?? []).reduce((sum, rows) => sum + rows.length, 0);
}
