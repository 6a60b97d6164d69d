/** What a test does to a store, as if it were one object: a database, and every function of the program that takes it. */

import type { Database } from '../../../src/store/database.ts';
import { boardTargets, unboardedTargets } from '../../../src/store/start.ts';
import {
  expireFutureLeases,
  leaseDeliveries,
  recoverExpired,
  renewDeliveries,
  rescheduleAllAfterClockChange,
  rescheduleDeliveriesAfterClockChange,
} from '../../../src/store/outbox/lease.ts';
import { claimEvent, finishEvent, claimUnfinished, extendClaims } from '../../../src/store/inbox.ts';
import { knownNames, rememberNames } from '../../../src/store/known-names.ts';
import {
  claimInterval,
  findPause,
  nextCallAt,
  rescheduleLimits,
  savePause,
  takeCall,
} from '../../../src/store/limits/rate-limits.ts';
import { consoleHealth, runningScans } from '../../../src/store/overview.ts';
import { recordPlan } from '../../../src/store/record-plan.ts';
import {
  giveUpReport,
  nextReportAt,
  saveReport,
  claimDueReports,
  putOffReport,
  findReport,
} from '../../../src/store/reports.ts';
import { recountRequests, releaseRequest, takeRequests } from '../../../src/store/limits/requests.ts';
import { forgetBefore, forgetHistory } from '../../../src/store/maintenance/prune.ts';
import { findRequests, recordRequest, settleRequest } from '../../../src/store/scans/scan-requests.ts';
import {
  settleAmbiguous,
  settleEditWindowClosed,
  settleEdited,
  settleFailed,
  settleLater,
  settleMessageNotFound,
  settleChannelUnavailable,
  settleSimplified,
  settlePosted,
} from '../../../src/store/outbox/settle.ts';
import { noticeSilentStarts } from '../../../src/store/scans/silent-starts.ts';
import {
  subscribe,
  subscriptionsInChannel,
  unsubscribe,
  resumeSubscriptions,
  pauseSubscriptions,
  findSubscription,
} from '../../../src/store/subscriptions.ts';
import {
  findTarget,
  leaseDueTargets,
  leaseTarget,
  rescheduleAfterClockChange,
  renewLease,
  releaseTarget,
  claimDueResultChecks,
  renewTargets,
} from '../../../src/store/targets.ts';
import { readReplyContext } from '../../../src/store/scans/reply-context.ts';
import { readStats } from '../../../src/store/maintenance/stats.ts';
import {
  findActiveWatch,
  findWatch,
  watchesInChannel,
  watchesOfTarget,
  watchesOfPerson,
} from '../../../src/store/watches.ts';
import { saveSettings, findSettings } from '../../../src/store/channel-settings.ts';
import { findLiveOutcome } from '../../../src/store/outbox/live-outcome.ts';
import { readLines } from '../../../src/store/outbox/messages.ts';
import { latestEndedScan, pastScans } from '../../../src/store/scans/scans.ts';
import { activeOwners, findOwner } from '../../../src/store/owners.ts';
import {
  currentId,
  findConversation,
  saveConversation,
  sendPostponed,
} from '../../../src/store/conversations.ts';
import { forgetConversation, forgetPerson } from '../../../src/store/maintenance/forget.ts';
import { renameConversation } from '../../../src/store/maintenance/rename-conversation.ts';
import {
  leaseAll,
  leaseOf,
  outbox,
  outboxLines,
  planFor,
  readNow,
  rowOf,
  watching,
  watchingLive,
  stopping,
} from '../../support/store.ts';
import { stopMessage } from '../../../src/store/stop.ts';
import { startWatch } from '../../support/start.ts';
import * as steps from './steps.ts';

/** To be called as `store.stopWatch(request)`, which is `stopWatch(database, request)`. */
const CALLS = {
  activeOwners,
  boardTargets,
  claimEvent,
  claimInterval,
  consoleHealth,
  currentId,
  expireFutureLeases,
  findActiveWatch,
  findConversation,
  findLiveOutcome,
  findOwner,
  findPause,
  findReport,
  findRequests,
  findSettings,
  findSubscription,
  findTarget,
  findWatch,
  finishEvent,
  forgetBefore,
  forgetConversation,
  forgetHistory,
  forgetPerson,
  giveUpReport,
  knownNames,
  rememberNames,
  extendClaims,
  leaseAll,
  leaseDeliveries,
  leaseDueTargets,
  leaseOf,
  leaseTarget,
  unboardedTargets,
  nextReportAt,
  noticeSilentStarts,
  nextCallAt,
  outbox,
  outboxLines,
  latestEndedScan,
  pastScans,
  planFor,
  rescheduleAfterClockChange,
  putOffReport,
  readLines,
  readNow,
  readReplyContext,
  readStats,
  recountRequests,
  releaseRequest,
  recordPlan,
  recordRequest,
  recoverExpired,
  renewLease,
  releaseTarget,
  renameConversation,
  renewDeliveries,
  renewTargets,
  pauseSubscriptions,
  rowOf,
  runningScans,
  rescheduleAllAfterClockChange,
  rescheduleDeliveriesAfterClockChange,
  rescheduleLimits,
  saveConversation,
  savePause,
  saveReport,
  saveSettings,
  sendPostponed,
  settleAmbiguous,
  settleEditWindowClosed,
  settleEdited,
  settleFailed,
  settleLater,
  settleMessageNotFound,
  settleChannelUnavailable,
  settleSimplified,
  settlePosted,
  settleRequest,
  startWatch,
  stopMessage,
  subscribe,
  subscriptionsInChannel,
  takeCall,
  claimDueResultChecks,
  claimDueReports,
  takeRequests,
  claimUnfinished,
  unsubscribe,
  resumeSubscriptions,
  watchesInChannel,
  watchesOfPerson,
  watchesOfTarget,
  watching,
  watchingLive,
  stopping,
  ...steps,
};

type Calls = {
  readonly [Name in keyof typeof CALLS]: (typeof CALLS)[Name] extends (
    database: Database,
    ...rest: infer Rest
  ) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

/** The database of the test that runs, and what a test does to it. */
export interface Store extends Database, Calls {
  /** By another connection. */
  connect(): Promise<Store>;
}

/** A call is over when its last statement is: one that is not awaited may fail unseen, or come after what follows. */
async function whole<T>(
  database: Database,
  name: string,
  call: (database: Database) => T,
): Promise<Awaited<T>> {
  let running = 0;
  const counted = async <R>(run: () => Promise<R>): Promise<R> => {
    running += 1;
    try {
      const rows = await run();
      // Longer than it takes a call to return.
      for (let turn = 0; turn < 9; turn += 1) await Promise.resolve();
      return rows;
    } finally {
      running -= 1;
    }
  };
  const result = await call({
    query: (statement) => counted(() => database.query(statement)),
    batch: (statements) => counted(() => database.batch(statements)),
    close: () => database.close(),
  });
  if (running > 0) throw new Error(`${name} was over before its last statement was`);
  return result;
}

/** `connect` opens another connection to the same database; by default there can be but one. */
export function toStore(
  database: () => Database,
  connect: () => Promise<Database> = () => Promise.resolve(database()),
): Store {
  const entries = Object.entries(CALLS) as [string, (database: Database, ...rest: never[]) => unknown][];
  const calls = entries.map(([name, call]) => [
    name,
    (...rest: never[]) => whole(database(), name, (counted) => call(counted, ...rest)),
  ]);
  return {
    ...(Object.fromEntries(calls) as Calls),
    query: (statement) => database().query(statement),
    batch: (statements) => database().batch(statements),
    close: () => database().close(),
    connect: () => connect().then((other) => toStore(() => other, connect)),
  };
}
