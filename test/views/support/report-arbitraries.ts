/** Any report, past scan, channel's settings and Home that a view may be given. */

import fc from 'fast-check';
import type { ChannelSettings } from '../../../src/scan/channel-settings.ts';
import { type Findings, SEVERITIES } from '../../../src/scan/results/findings.ts';
import type { ControlOutcome } from '../../../src/scan/control.ts';
import type {
  Cause,
  EndedScan,
  ImageReport,
  RegularReport,
  Report,
} from '../../../src/scan/results/report.ts';
import { THRESHOLDS } from '../../../src/scan/threshold.ts';
import { WEEKDAYS } from '../../../src/scan/weekly-digest.ts';
import { followers, now, snapshot, target, text, url } from './arbitraries.ts';

const count = fc.oneof(fc.nat(50), fc.nat(), fc.double(), fc.constantFrom(-1, NaN, Infinity, 1e300));
const user = fc.oneof(fc.stringMatching(/^[UW][A-Z0-9]{8,10}$/), text);
const channel = fc.oneof(fc.stringMatching(/^[CDG][A-Z0-9]{8,10}$/), text);
/** Slack's own, as in a modal. */
export const channelId = fc.stringMatching(/^[CDG][A-Z0-9]{8,10}$/);

export const findings: fc.Arbitrary<Findings> = fc.record({
  critical: count,
  high: count,
  medium: count,
  low: count,
  compliance: count,
});

const severity = fc.constantFrom(...SEVERITIES);
const bySeverity = fc.record({ critical: count, high: count, medium: count, low: count });

const actionItem = fc.record({
  id: fc.oneof(text, fc.constant('CVE-2025-12345')),
  severity,
  packageName: text,
  installed: text,
  fixedIn: text,
  isNew: fc.option(fc.boolean()),
});

const policy = fc.record({
  blockedVulnerabilities: fc.nat(9),
  blockedIssues: fc.nat(9),
  inGrace: fc.nat(9),
  graceDays: fc.option(count),
  riskFactors: fc.array(text, { maxLength: 20 }),
});

export const imageReport: fc.Arbitrary<ImageReport> = fc.record(
  {
    kind: fc.constant('image' as const),
    findings: fc.option(findings),
    before: fc.option(findings),
    error: text,
    difference: fc.record({ added: bySeverity, gone: bySeverity, unchanged: bySeverity }),
    toActOn: fc.array(actionItem, { maxLength: 10 }),
    policy,
  },
  { requiredKeys: ['kind', 'findings', 'before', 'error'] },
);

export const regularReport: fc.Arbitrary<RegularReport> = fc.record({
  kind: fc.constant('regular' as const),
  errors: fc.array(text, { maxLength: 15 }),
  failed: fc.array(fc.record({ name: text, error: text }), { maxLength: 30 }),
  specifications: fc.option(fc.nat(100)),
  worst: fc.array(fc.record({ name: text, findings }), { maxLength: 120 }),
});

export const report: fc.Arbitrary<Report> = fc.oneof(imageReport, regularReport);

export const endedScan: fc.Arbitrary<EndedScan> = fc.record({
  state: snapshot.map(({ state }) => state),
  hasErrors: fc.boolean(),
  endedAt: now,
  findings: fc.option(findings),
});

const pastScan = fc.record({
  number: fc.nat(),
  startedAt: now,
  isStartKnown: fc.boolean(),
  hasErrors: fc.boolean(),
  endedAt: fc.option(now),
  seenAt: fc.option(now),
  state: snapshot.map(({ state }) => state),
  images: fc.record({ scanned: count, total: count }),
  findings: fc.option(findings),
  requestedBy: fc.option(user),
});

export const history = fc.record({
  target,
  scans: fc.array(pastScan, { maxLength: 15 }),
  consoleUrl: url,
  isTagAssumed: fc.boolean(),
  isEphemeral: fc.boolean(),
  now,
});

const minute = fc.integer({ min: 0, max: 1_439 });

export const timeZone = fc.constantFrom(
  'Europe/Berlin',
  'Asia/Kolkata',
  'America/Argentina/Ushuaia',
  'UTC',
  'Etc/GMT+12',
);

const quietHoursIn = (zone: string) =>
  fc.record({ from: minute, until: minute, timeZone: fc.constant(zone) });

export const digestTime = fc.record({ weekday: fc.constantFrom(...WEEKDAYS), minute, timeZone });

export const digest = fc.record({
  ...{ from: now, until: now, ended: count, failed: count, stopped: count, stalled: count },
  worst: fc.array(fc.record({ target, newCritical: count }), { maxLength: 5 }),
  neverScanned: fc.array(target, { maxLength: 40 }),
});

/** As the modal allows: it has one time zone. */
export const settings: fc.Arbitrary<ChannelSettings> = timeZone.chain((zone) =>
  fc.record({
    threshold: fc.constantFrom(...THRESHOLDS),
    areRegistryEndsPosted: fc.boolean(),
    showLiveMessages: fc.boolean(),
    completionIn: fc.constantFrom('thread', 'channel'),
    areMentionsOn: fc.boolean(),
    quietHours: fc.option(quietHoursIn(zone).filter(({ from, until }) => from !== until)),
    digest: fc.option(
      fc.record({ weekday: fc.constantFrom(...WEEKDAYS), minute, timeZone: fc.constant(zone) }),
    ),
  }),
);

export const shownSettings = fc.record({
  settings: fc.oneof(
    settings,
    fc
      .tuple(settings, text)
      .map(([value, zone]) => ({ ...value, quietHours: { from: 0, until: 1, timeZone: zone } })),
  ),
  channel,
});

const health = fc.record({
  isReachable: fc.option(fc.boolean()),
  answeredAt: fc.option(now),
  failure: snapshot.map(({ failure }) => failure),
});
const watch = fc.record({ watchId: text, target, snapshot, channel, liveMessageUrl: url });
const subscription = fc.record({
  subscriptionId: text,
  target,
  channel,
  isPaused: fc.boolean(),
  createdBy: followers.map(([first = '']) => first),
});

export const home = fc.record({
  watches: fc.array(watch, { maxLength: 60 }),
  subscriptions: fc.array(subscription, { maxLength: 90 }),
  settings: fc.array(fc.record({ channel: channelId, settings }), { maxLength: 9 }),
  running: fc.array(fc.record({ target, snapshot }), { maxLength: 30 }),
  console: health,
  totals: fc.record({ watches: fc.nat(1_000), subscriptions: fc.nat(1_000), running: fc.nat(1_000) }),
  now,
});

const cause: fc.Arbitrary<Cause> = fc.oneof(
  fc.constantFrom({ kind: 'no-defender' as const }, { kind: 'out-of-scope' as const }),
  fc.record({ kind: fc.constant('specification-failed' as const), name: text, error: text }),
  fc.record({ kind: fc.constant('console-error' as const), error: text }),
);

export const diagnosis = fc.record({ causes: fc.array(cause, { maxLength: 12 }), isHidden: fc.boolean() });

export const requests = fc.record({
  startedBy: fc.option(user),
  stoppedBy: fc.option(user),
  requestedBy: fc.option(fc.record({ userId: user, isAmbiguous: fc.boolean() })),
});

const failure = snapshot.map(
  (shown) => shown.failure ?? { cause: 'timeout' as const, detail: '', retryAfterMs: null },
);

export const outcome: fc.Arbitrary<ControlOutcome> = fc.oneof(
  fc.constantFrom(
    { kind: 'done' as const },
    { kind: 'already-running' as const },
    { kind: 'forbidden' as const },
  ),
  fc.record({ kind: fc.constantFrom('unclear' as const, 'failed' as const), failure }),
);
