/** What every part of the suite stands on: an empty database of its own per test, whatever it is made of. */

import { beforeEach, describe } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { boardTargets, unboardedTargets } from '../../../src/store/start.ts';
import {
  expireFutureLeases,
  leaseDeliveries,
  leaseAmbiguous,
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
} from '../../support/store.ts';
import { stopWatch, stopMessage } from '../../../src/store/stop.ts';
import { startBoard, startWatch } from '../../support/start.ts';
import * as steps from './steps.ts';

export interface OpenedDatabase {
  readonly database: Database;
  /** Another connection to the same database; the same one where there can be but one. */
  connect(): Promise<Database>;
  /** Closes every connection and leaves nothing behind. */
  remove(): Promise<void>;
}

/** `bare` has no table, `migrated` those of the program without a row. */
export type Shape = 'bare' | 'migrated';
export type OpenDatabase = (shape: Shape) => Promise<OpenedDatabase>;

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
  leaseAmbiguous,
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
  startBoard,
  startWatch,
  stopMessage,
  stopWatch,
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

export type Suite = (openDatabase: OpenDatabase) => void;

/** Tests with an empty database of its own each, by default with the tables of the program. */
export function suite(name: string, tests: (store: Store) => void, shape: Shape = 'migrated'): Suite {
  return (openDatabase) => describe(name, () => tests(useStore(openDatabase, shape)));
}

export function suites(...parts: readonly Suite[]): Suite {
  return (openDatabase) => parts.forEach((part) => part(openDatabase));
}

/** To be used within a test only: each has its own. */
function useStore(openDatabase: OpenDatabase, shape: Shape): Store {
  let opened: OpenedDatabase | null = null;
  const current = (): OpenedDatabase => {
    if (opened === null) throw new Error('a database is there within a test only');
    return opened;
  };
  beforeEach(async () => {
    opened = await openDatabase(shape);
    return async () => {
      await opened?.remove();
      opened = null;
    };
  });
  return createStore(
    () => current().database,
    () => current().connect(),
  );
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

function createStore(database: () => Database, connect: () => Promise<Database>): Store {
  const calls = Object.entries(CALLS).map(([name, call]) => [
    name,
    (...rest: never[]) =>
      whole(database(), name, (counted) =>
        (call as (database: Database, ...rest: never[]) => unknown)(counted, ...rest),
      ),
  ]);
  return {
    ...(Object.fromEntries(calls) as Calls),
    query: (statement) => database().query(statement),
    batch: (statements) => database().batch(statements),
    close: () => database().close(),
    connect: () => connect().then((other) => createStore(() => other, connect)),
  };
}
