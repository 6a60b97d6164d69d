/** Everything that must hold for the store, whatever database is below it. */

import { describe } from 'vitest';
import { type OpenDatabase, suites } from './suite/fixture.ts';
import { abandonedSuite } from './suite/scans/abandoned.ts';
import { boardsSuite } from './suite/people/boards.ts';
import { addressesSuite } from './suite/outbox/addresses.ts';
import { bystandersSuite } from './suite/people/bystanders.ts';
import { conversationsSuite } from './suite/people/conversations.ts';
import { forgettingSuite } from './suite/people/forgetting.ts';
import { crowdsSuite } from './suite/people/crowds.ts';
import { conditionsSuite } from './suite/conditions.ts';
import { databaseSuite } from './suite/database.ts';
import { deliveriesSuite } from './suite/outbox/deliveries.ts';
import { durabilitySuite } from './suite/durability.ts';
import { unreadableSuite } from './suite/outbox/unreadable.ts';
import { foldsSuite } from './suite/people/folds.ts';
import { givenUpSuite } from './suite/scans/given-up.ts';
import { knownNamesSuite } from './suite/scans/known-names.ts';
import { limitsSuite } from './suite/limits.ts';
import { looksSuite } from './suite/scans/looks.ts';
import { migrateSuite } from './suite/migrate.ts';
import { noticesSuite } from './suite/scans/notices.ts';
import { overviewSuite } from './suite/people/overview.ts';
import { plansSuite } from './suite/scans/plans.ts';
import { postsSuite } from './suite/outbox/posts.ts';
import { racesSuite } from './suite/scans/races.ts';
import { queryPlansSuite } from './suite/plans/query-plans.ts';
import { readsSuite } from './suite/reads.ts';
import { replicasSuite } from './suite/scans/replicas.ts';
import { reportsSuite } from './suite/outbox/reports.ts';
import { requestsSuite } from './suite/requests.ts';
import { retentionSuite } from './suite/retention.ts';
import { scanRequestsSuite } from './suite/scans/scan-requests.ts';
import { settlementsSuite } from './suite/outbox/settlements.ts';
import { silentStartsSuite } from './suite/scans/silent-starts.ts';
import { stopSuite } from './suite/people/stop.ts';
import { subscriptionsSuite } from './suite/people/subscriptions.ts';
import { targetConditionsSuite } from './suite/scans/target-conditions.ts';
import { targetsSuite } from './suite/scans/targets.ts';
import { updatesSuite } from './suite/outbox/updates.ts';
import { upgradeSuite } from './suite/upgrade.ts';
import { statsSuite } from './suite/stats.ts';
import { waitsSuite } from './suite/scans/waits.ts';
import { watchesSuite } from './suite/people/watches.ts';
import { digestsSuite } from './suite/outbox/digests.ts';
import { withheldSuite } from './suite/outbox/withheld.ts';

const allSuites = suites(
  databaseSuite,
  conditionsSuite,
  migrateSuite,
  targetsSuite,
  targetConditionsSuite,
  looksSuite,
  knownNamesSuite,
  watchesSuite,
  waitsSuite,
  withheldSuite,
  digestsSuite,
  stopSuite,
  boardsSuite,
  foldsSuite,
  subscriptionsSuite,
  plansSuite,
  updatesSuite,
  conversationsSuite,
  forgettingSuite,
  crowdsSuite,
  noticesSuite,
  deliveriesSuite,
  durabilitySuite,
  unreadableSuite,
  addressesSuite,
  postsSuite,
  abandonedSuite,
  settlementsSuite,
  givenUpSuite,
  reportsSuite,
  silentStartsSuite,
  limitsSuite,
  replicasSuite,
  racesSuite,
  requestsSuite,
  scanRequestsSuite,
  retentionSuite,
  statsSuite,
  overviewSuite,
  readsSuite,
  queryPlansSuite,
  bystandersSuite,
  upgradeSuite,
);

/** `openDatabase` opens an empty database of its own for each test. */
export function storeSuite(name: string, openDatabase: OpenDatabase): void {
  describe(name, () => allSuites(openDatabase));
}
