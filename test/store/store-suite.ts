/** Everything that must hold for the store, whatever database is below it. */

import { describe } from 'vitest';
import type { OpenDatabase } from './suite/fixture.ts';
import { abandonedSuite } from './suite/abandoned.ts';
import { boardsSuite } from './suite/boards.ts';
import { bystandersSuite } from './suite/bystanders.ts';
import { conversationsSuite } from './suite/conversations.ts';
import { crowdsSuite } from './suite/crowds.ts';
import { databaseSuite } from './suite/database.ts';
import { deliveriesSuite } from './suite/deliveries.ts';
import { foldsSuite } from './suite/folds.ts';
import { givenUpSuite } from './suite/given-up.ts';
import { limitsSuite } from './suite/limits.ts';
import { looksSuite } from './suite/looks.ts';
import { migrateSuite } from './suite/migrate.ts';
import { noticesSuite } from './suite/notices.ts';
import { overviewSuite } from './suite/overview.ts';
import { plansSuite } from './suite/plans.ts';
import { postsSuite } from './suite/posts.ts';
import { racesSuite } from './suite/races.ts';
import { readsSuite } from './suite/reads.ts';
import { replicasSuite } from './suite/replicas.ts';
import { reportsSuite } from './suite/reports.ts';
import { requestsSuite } from './suite/requests.ts';
import { retentionSuite } from './suite/retention.ts';
import { scanRequestsSuite } from './suite/scan-requests.ts';
import { settlementsSuite } from './suite/settlements.ts';
import { silentStartsSuite } from './suite/silent-starts.ts';
import { stopSuite } from './suite/stop.ts';
import { subscriptionsSuite } from './suite/subscriptions.ts';
import { targetsSuite } from './suite/targets.ts';
import { updatesSuite } from './suite/updates.ts';
import { upgradeSuite } from './suite/upgrade.ts';
import { vitalsSuite } from './suite/vitals.ts';
import { watchesSuite } from './suite/watches.ts';

/** `openDatabase` opens an empty database of its own for each test. */
export function storeSuite(name: string, openDatabase: OpenDatabase): void {
  describe(name, () => {
    databaseSuite(openDatabase);
    migrateSuite(openDatabase);
    targetsSuite(openDatabase);
    looksSuite(openDatabase);
    watchesSuite(openDatabase);
    stopSuite(openDatabase);
    boardsSuite(openDatabase);
    foldsSuite(openDatabase);
    subscriptionsSuite(openDatabase);
    plansSuite(openDatabase);
    updatesSuite(openDatabase);
    conversationsSuite(openDatabase);
    crowdsSuite(openDatabase);
    noticesSuite(openDatabase);
    deliveriesSuite(openDatabase);
    postsSuite(openDatabase);
    abandonedSuite(openDatabase);
    settlementsSuite(openDatabase);
    givenUpSuite(openDatabase);
    reportsSuite(openDatabase);
    silentStartsSuite(openDatabase);
    limitsSuite(openDatabase);
    replicasSuite(openDatabase);
    racesSuite(openDatabase);
    requestsSuite(openDatabase);
    scanRequestsSuite(openDatabase);
    retentionSuite(openDatabase);
    vitalsSuite(openDatabase);
    overviewSuite(openDatabase);
    readsSuite(openDatabase);
    bystandersSuite(openDatabase);
    upgradeSuite(openDatabase);
  });
}
