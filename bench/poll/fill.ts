/** Targets and their watches, begun as people do. */

import { NEW_TARGET, toWatchedSnapshot } from '../../src/scan/state/target-state.ts';
import type { Database } from '../../src/store/database.ts';
import type { Sizes } from './measure.ts';
import { sql } from '../../src/store/sql.ts';
import { startWatch } from '../../test/support/start.ts';

/** As if Slack had taken all live messages. */
export async function fill(database: Database, { targets, watches }: Sizes): Promise<void> {
  const now = Date.now();
  const content = { snapshot: toWatchedSnapshot(NEW_TARGET.snapshot), end: null, stoppedBy: null };
  for (let index = 0; index < targets * watches; index += 1) {
    const reference = {
      registry: 'registry.example.com',
      repository: `team/app${index % targets}`,
      tag: '1.0',
      digest: '',
    };
    await startWatch(database, {
      ...{ target: { kind: 'image', reference }, userId: `U${index}`, now, content, liveDelayMs: 0 },
      conversation: { channel: `C${String(index).padStart(9, '0')}`, thread: '' },
    });
  }
  await database.query(sql`update messages set ts = '1700000000.000001', last_rendered_at = ${now}`);
  await database.query(
    sql`update deliveries set state = 'sent', ts = '1700000000.000001', settled_at = ${now}, content = '{}'`,
  );
}
