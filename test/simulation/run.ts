/** Plays one seed: trouble for a few minutes, then quiet, then one last scan of whatever is still watched. */

import type { DeliveryKind } from '../../src/scan/delivery.ts';
import { parseTargetId, type Target, targetId } from '../../src/scan/target.ts';
import type { Cast } from './actors/cast.ts';
import type { Violation } from './judge/judge.ts';
import { isSilentWatch } from './judge/ledger.ts';
import { act } from './actors/people.ts';
import { CHANNELS, channelOf, targetsOf } from './actors/places.ts';
import { chooseDigest } from './actors/digests.ts';
import { scenarioOf } from './actors/draws.ts';
import {
  type DigestWish,
  type Person,
  type ScanScript,
  type Trouble,
  TROUBLE_MS,
} from './actors/scenario.ts';
import { createStage, type Stage } from './stage.ts';
import { endDrawing } from './ids.ts';
import { judgeFailures } from './judge/verdict-boards.ts';
import { judgeFresh, judgeMessages, judgeOwed } from './judge/verdict.ts';
import type { SimulatedProcess } from './process.ts';
import { hearOf, speak } from './actors/subscribers.ts';
import { createVisitors } from './actors/visitors.ts';
import type { VisitFacts } from './judge/verdict-visits.ts';
import type { World } from './world.ts';
import { sql } from '../../src/store/sql.ts';

export interface Played {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
  readonly facts: {
    readonly watches: number;
    readonly subscriptions: number;
    readonly boards: number;
    readonly completions: number;
    readonly notices: number;
    readonly digests: number;
    readonly processes: number;
    readonly mostRequests: number;
  } & VisitFacts;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Waits of the program end within this time once nothing is wrong any more. */
const QUIET_WITHIN_MS = 15 * MINUTE;
/** No call from the time of trouble gets a later response. */
const LATE_ANSWER_MS = 16 * SECOND;
/** An edit that was lost may land so much later. */
const AFTERMATH_MS = 45 * SECOND;
/** Long enough to be seen at the slowest poll interval; it ends earlier, once it was seen. */
const LAST_SCAN: ScanScript = {
  target: 0,
  gapMs: 0,
  lastsMs: 70 * SECOND,
  queuedMs: 0,
  total: 200,
  restartsAt: null,
  error: '',
  foreignReadMs: null,
  stall: null,
  isMild: false,
};

/** It progressed, and progressed again. */
const LAST_SCAN_STEPS = 2;

export async function play(seed: number, { isTraced = false } = {}): Promise<Played> {
  const stage = await createStage(scenarioOf(seed), isTraced);
  try {
    return await playOn(stage);
  } finally {
    stage.cast.end();
    endDrawing();
  }
}

async function playOn({ world, cast, calmDown }: Stage): Promise<Played> {
  const { scenario } = world;
  const { clock, trace } = world;
  trace.say(() => `the scenario: ${JSON.stringify(scenario)}`);
  cast.begin();
  planScans(world);
  for (const person of scenario.people) planPerson(world, cast, person);
  for (const wish of scenario.digests) planDigest(world, cast, wish);
  const visitors = createVisitors(world, cast.noteWatches);
  for (const visit of scenario.visits) clock.after(visit.atMs, () => void visitors.come(visit));
  for (const trouble of scenario.troubles) planTrouble(world, cast, trouble);
  await clock.runUntil(TROUBLE_MS);
  calmDown();
  clock.after(LATE_ANSWER_MS, () => speakEverywhere(world, cast));
  await runUntilQuiet(world, { ofOwed: true });
  judgeOwed(world);
  await judgeFresh(world);
  judgeFailures(world);
  playLastScans(world);
  await runUntilQuiet(world, { ofOwed: false });
  await clock.runUntil(clock.monotonicNow() + AFTERMATH_MS);
  await judgeMessages(world);
  return toPlayed(world, { processes: cast.count(), ...visitors.facts() });
}

/** Where Slack refused a message in the very instant in which its channel came back, this brings it back. */
function speakEverywhere(world: World, cast: Cast): void {
  const process = cast.current();
  if (process === null) return;
  for (const channel of CHANNELS) void speak(world, process, channel).catch(() => undefined);
}

function toPlayed(
  { scenario, judge, trace, slack }: World,
  counted: VisitFacts & { readonly processes: number },
): Played {
  const count = (of: DeliveryKind) => slack.messages.filter(({ kind }) => kind === of).length;
  const facts = {
    watches: judge.ledger.watches.size,
    subscriptions: judge.ledger.subscriptions.size,
    boards: judge.ledger.boards.size,
    completions: count('completion'),
    notices: count('notice'),
    digests: count('digest'),
    ...counted,
    mostRequests: judge.console.mostTogether(),
  };
  return { seed: scenario.seed, violations: judge.violations, trace: trace.lines, facts };
}

/** Each end is followed by the gap, and then by the next scan of the target, as long as there is trouble. */
function planScans({ scenario, clock, console, trace }: World): void {
  const targets = targetsOf(scenario);
  for (const [index, target] of targets.entries()) {
    const scripts = scenario.scans.filter((script) => script.target === index);
    const next = (): void => {
      const script = scripts.shift();
      if (script === undefined) return;
      clock.after(script.gapMs, () => {
        if (clock.monotonicNow() > TROUBLE_MS) return;
        console.begin(target, script);
        whenOver(next, script);
      });
    };
    const whenOver = (run: () => void, script: ScanScript): void => {
      if (console.isScanning(target)) {
        clock.after(500, () => whenOver(run, script));
        return;
      }
      if (script.foreignReadMs !== null) {
        clock.after(script.foreignReadMs, () => {
          const { end } = console.read(target);
          trace.say(
            () => `somebody else reads ${targetId(target)}: ${end === null ? 'nothing new' : 'its end'}`,
          );
        });
      }
      run();
    };
    next();
  }
}

function planPerson(world: World, cast: Cast, person: Person): void {
  const { clock } = world;
  if (person.kind === 'archive') planArchive(world, cast, person);
  else clock.after(person.atMs, () => come(world, cast, (process) => act(world, process, person)));
}

/** No process responds: they retry for a while. */
function come(world: World, cast: Cast, run: (process: SimulatedProcess) => Promise<void>): void {
  const { clock } = world;
  const process = cast.current();
  if (process?.gate.isRunning() === true) void run(process).catch(() => undefined);
  else if (clock.monotonicNow() < TROUBLE_MS) clock.after(SECOND, () => come(world, cast, run));
}

function planArchive(
  world: World,
  cast: Cast,
  { atMs, backAfterMs, ...person }: Person & { kind: 'archive' },
): void {
  const { clock, slack, trace } = world;
  const channel = channelOf(person.channel);
  const hear = (isBack: boolean) =>
    come(world, cast, (process) => hearOf(world, process, { channel, isBack }));
  clock.after(atMs, () => {
    trace.say(() => `somebody archives ${channel}`);
    slack.archive(channel);
    if (person.isHeard) hear(false);
    if (backAfterMs === null) return;
    clock.after(backAfterMs, () => {
      trace.say(() => `somebody brings ${channel} back`);
      slack.unarchive(channel);
      hear(true);
    });
  });
}

function planDigest(world: World, cast: Cast, { channel, atMs, dueMs, offMs }: DigestWish): void {
  const choose = (at: number | null) => () =>
    come(world, cast, (process) => chooseDigest(world, process, { channel, dueMs: at }));
  world.clock.after(atMs, choose(dueMs));
  if (offMs !== null) world.clock.after(offMs, choose(null));
}

function planTrouble({ clock, trace }: World, cast: Cast, trouble: Trouble): void {
  clock.after(trouble.atMs, () => {
    trace.say(() => `trouble: ${JSON.stringify(trouble)}`);
    switch (trouble.kind) {
      case 'kill':
        cast.kill(trouble);
        return;
      case 'freeze':
        cast.freeze(trouble);
        return;
      case 'clock':
        clock.set(trouble.byMs);
        return;
      case 'console-down':
      case 'token-revoked':
      case 'disk-full':
    }
  });
}

/** Runs until nothing is left to be posted, or for too long. */
async function runUntilQuiet(world: World, { ofOwed }: { ofOwed: boolean }): Promise<void> {
  const { clock } = world;
  const until = clock.monotonicNow() + QUIET_WITHIN_MS;
  do await clock.runUntil(clock.monotonicNow() + 5 * SECOND);
  while (clock.monotonicNow() < until && !(await isQuiet(world, ofOwed)));
}

async function isQuiet({ names, judge, console, scenario }: World, ofOwed: boolean): Promise<boolean> {
  if (targetsOf(scenario).some((target) => console.isScanning(target))) return false;
  const watches = [...judge.ledger.watches.values()].filter(({ state }) => state === 'active');
  if (watches.some((watch) => watch.owed.length > 0 || (!ofOwed && !isSilentWatch(watch)))) return false;
  const open = await names.database.query(
    sql`select 1 from deliveries where state not in ('sent', 'given-up', 'withheld') limit 1`,
  );
  return open.length === 0;
}

/** What is still watched waits for a scan: so one comes, and its end ends the watch. */
function playLastScans({ judge, clock, console, trace }: World): void {
  const active = [...judge.ledger.watches.values()].filter(({ state }) => state === 'active');
  const targets = [...new Set(active.map(({ target }) => target))].map(parseTargetId);
  if (targets.length === 0) return;
  trace.say(() => 'the last scans');
  const endOnceSeen = (target: Target): void => {
    if (!console.endOnceSeen(target, LAST_SCAN_STEPS)) clock.after(SECOND, () => endOnceSeen(target));
  };
  for (const target of targets.filter((one): one is Target => one !== null)) {
    console.begin(target, LAST_SCAN);
    endOnceSeen(target);
  }
}
