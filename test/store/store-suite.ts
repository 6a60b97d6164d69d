/** Everything that must hold for the store, whatever database is below it. */

import { describe } from 'vitest';
import type { OpenDatabase } from './suite/fixture.ts';
import { abandonedSuite } from './suite/scans/abandoned.ts';
import { boardsSuite } from './suite/people/boards.ts';
import { bystandersSuite } from './suite/people/bystanders.ts';
import { conversationsSuite } from './suite/people/conversations.ts';
import { crowdsSuite } from './suite/people/crowds.ts';
import { databaseSuite } from './suite/database.ts';
import { deliveriesSuite } from './suite/outbox/deliveries.ts';
import { foldsSuite } from './suite/people/folds.ts';
import { givenUpSuite } from './suite/scans/given-up.ts';
import { limitsSuite } from './suite/limits.ts';
import { looksSuite } from './suite/scans/looks.ts';
import { migrateSuite } from './suite/migrate.ts';
import { noticesSuite } from './suite/scans/notices.ts';
import { overviewSuite } from './suite/people/overview.ts';
import { plansSuite } from './suite/scans/plans.ts';
import { postsSuite } from './suite/outbox/posts.ts';
import { racesSuite } from './suite/scans/races.ts';
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
import { targetsSuite } from './suite/scans/targets.ts';
import { updatesSuite } from './suite/outbox/updates.ts';
import { upgradeSuite } from './suite/upgrade.ts';
import { vitalsSuite } from './suite/vitals.ts';
import { waitsSuite } from './suite/scans/waits.ts';
import { watchesSuite } from './suite/people/watches.ts';
import { withheldSuite } from './suite/outbox/withheld.ts';

/** `openDatabase` opens an empty database of its own for each test. */
export function storeSuite(name: string, openDatabase: OpenDatabase): void {
  describe(name, () => {
    databaseSuite(openDatabase);
    migrateSuite(openDatabase);
    targetsSuite(openDatabase);
    looksSuite(openDatabase);
    watchesSuite(openDatabase);
    waitsSuite(openDatabase);
    withheldSuite(openDatabase);
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
