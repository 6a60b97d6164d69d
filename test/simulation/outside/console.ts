/**
 * The Console's true state: ongoing scans, its responses, and which ends were consumed. The end of an on-demand scan is
 * reported once, to the first client; results are visible to all, a little later.
 */

import type { RegistryProgress, StepProgress } from '../../../src/scan/snapshot.ts';
import { type Target, targetId } from '../../../src/scan/target.ts';
import { done, element, step } from '../../support/observations.ts';
import type { Random } from '../random.ts';
import type { Clock } from './clock.ts';
import type { ScanScript } from '../actors/scenario.ts';
import type { Trace } from '../trace.ts';

/** One end of a scan, as it really was; times in ms since the run began. */
export interface TrueEnd {
  /** From 1 on, of all targets together; its result has as many low findings, by which it is known again. */
  readonly number: number;
  readonly target: string;
  readonly at: number;
  readonly error: string;
  /** It found nothing critical. */
  readonly isMild: boolean;
  /** When results begin to show it. */
  readonly shownAt: number;
  /** When a response with it last reached a process of the program. */
  handedAt: number | null;
}

/** A response, and the end that it reports. */
export interface Response {
  readonly registries: readonly RegistryProgress[];
  readonly end: TrueEnd | null;
}

interface Scan {
  readonly script: ScanScript;
  /** How often a response showed more than the one before, and what the last one showed. */
  steps: number;
  lastRead: number;
  readonly showsAt: number;
  /** The counts begin here: at the start, or where the Console started it over. */
  countsFrom: number;
  endsAt: number;
  /** Total time of its stalls, and since when it stalls now; null where it progresses. */
  stoodMs: number;
  standsSince: number | null;
}

interface Place {
  readonly target: Target;
  readonly id: string;
  scan: Scan | null;
  unreported: TrueEnd | null;
  last: TrueEnd | null;
  /** No hiccup before this time. */
  soundUntil: number;
}

export interface SimulatedConsole {
  readonly ends: readonly TrueEnd[];
  begin(target: Target, script: ScanScript): void;
  isScanning(target: Target): boolean;
  /** Ends its scan, where responses showed this number of steps; false where it goes on. */
  endOnceSeen(target: Target, steps: number): boolean;
  /** Reads progress, like any client: consumes what is reported once. */
  read(target: Target): Response;
  /** One empty response during a scan; null for none. */
  hiccup(target: Target): Response | null;
  /** The latest end that results show by now. */
  result(target: Target): TrueEnd | null;
}

export interface ConsoleWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  readonly resultsLateMs: number;
  readonly onEnd: (end: TrueEnd) => void;
}

/** Two in a row mean that the scan is over, so a valid response must come in between, despite faults. */
const HICCUPS_APART_MS = 60_000;

export function createSimulatedConsole(world: ConsoleWorld, targets: readonly Target[]): SimulatedConsole {
  const { clock, trace } = world;
  const places = new Map(targets.map((target) => [targetId(target), createPlace(target)]));
  const ends: TrueEnd[] = [];
  const placeOf = (target: Target): Place => {
    const conversation = places.get(targetId(target));
    if (conversation === undefined) throw new Error(`nobody watches ${targetId(target)} here`);
    return conversation;
  };
  const end = (conversation: Place, scan: Scan): void => {
    if (conversation.scan !== scan) return;
    if (clock.monotonicNow() < scan.endsAt) {
      clock.after(scan.endsAt - clock.monotonicNow(), () => end(conversation, scan));
      return;
    }
    conversation.scan = null;
    const shownAt = clock.monotonicNow() + world.random.between(0, world.resultsLateMs);
    const over: TrueEnd = {
      ...{ number: ends.length + 1, target: conversation.id, at: clock.monotonicNow() },
      ...{ error: scan.script.error, isMild: scan.script.isMild, shownAt, handedAt: null },
    };
    conversation.unreported = over;
    conversation.last = over;
    ends.push(over);
    trace.say(() => `console: ${conversation.id} ended`);
    world.onEnd(over);
  };
  return {
    ends,
    begin(target, script) {
      const conversation = placeOf(target);
      if (conversation.scan !== null) return;
      const now = clock.monotonicNow();
      const scan: Scan = {
        script,
        steps: 0,
        lastRead: 0,
        showsAt: now + script.queuedMs,
        countsFrom: now,
        endsAt: now + script.queuedMs + script.lastsMs,
        stoodMs: 0,
        standsSince: null,
      };
      conversation.scan = scan;
      trace.say(() => `console: ${conversation.id} begins, for ${String(script.lastsMs)} ms`);
      if (script.restartsAt !== null) planRestart(world, conversation, scan);
      else planStall(world, conversation, scan);
      end(conversation, scan);
    },
    isScanning: (target) => placeOf(target).scan !== null,
    endOnceSeen(target, steps) {
      const conversation = placeOf(target);
      const { scan } = conversation;
      if (scan === null) return true;
      if (scan.steps < steps) return false;
      scan.endsAt = clock.monotonicNow();
      end(conversation, scan);
      return true;
    },
    read: (target) => read(placeOf(target), clock.monotonicNow()),
    hiccup(target) {
      const conversation = placeOf(target);
      const { scan } = conversation;
      if (scan === null || clock.monotonicNow() < Math.max(scan.showsAt, conversation.soundUntil))
        return null;
      conversation.soundUntil = clock.monotonicNow() + HICCUPS_APART_MS;
      const lull = countsOf(conversation, scan, clock.monotonicNow()).map((one) => ({
        ...one,
        isOngoing: false,
      }));
      return { registries: target.kind === 'regular' ? lull : [], end: null };
    },
    result: (target) =>
      ends.findLast((one) => one.target === targetId(target) && one.shownAt <= clock.monotonicNow()) ?? null,
  };
}

function createPlace(target: Target): Place {
  return { target, id: targetId(target), scan: null, unreported: null, last: null, soundUntil: 0 };
}

/** It counts from zero again, and takes as long again as it had taken. */
function planRestart({ clock, trace }: ConsoleWorld, conversation: Place, scan: Scan): void {
  const { lastsMs, restartsAt, queuedMs } = scan.script;
  const afterMs = lastsMs * (restartsAt ?? 0);
  clock.after(queuedMs + afterMs, () => {
    if (conversation.scan !== scan) return;
    scan.countsFrom = clock.monotonicNow();
    scan.endsAt = Math.round(clock.monotonicNow() + lastsMs);
    trace.say(() => `console: ${conversation.id} is started over`);
  });
}

/** Nothing moves for a while, and the scan takes so much longer. */
function planStall({ clock, trace }: ConsoleWorld, conversation: Place, scan: Scan): void {
  const { lastsMs, queuedMs, stall } = scan.script;
  if (stall === null) return;
  const { share, forMs } = stall;
  scan.endsAt += forMs;
  clock.after(queuedMs + lastsMs * share, () => {
    scan.standsSince = clock.monotonicNow();
    trace.say(() => `console: ${conversation.id} stands still`);
    clock.after(forMs, () => {
      scan.standsSince = null;
      scan.stoodMs = forMs;
      trace.say(() => `console: ${conversation.id} moves again`);
    });
  });
}

function read(conversation: Place, now: number): Response {
  const { scan, unreported, last } = conversation;
  if (scan !== null && now >= scan.showsAt) {
    // An unread end of the previous scan is lost.
    conversation.unreported = null;
    const registries = countsOf(conversation, scan, now);
    const scanned = registries.reduce((sum, { images }) => sum + images.scanned, 0);
    if (scanned > scan.lastRead) scan.steps += 1;
    scan.lastRead = scanned;
    return { registries, end: null };
  }
  if (conversation.target.kind === 'regular')
    return last === null ? NOTHING : { registries: FINISHED, end: last };
  conversation.unreported = null;
  if (unreported === null) return NOTHING;
  const words: Partial<StepProgress> = { error: unreported.error };
  return { registries: [done(12, 12, { images: step(12, 12, words) })], end: unreported };
}

const NOTHING: Response = { registries: [], end: null };
/** A finished registry scan stays visible, without titles. */
const FINISHED = [done(30, 30), done(30, 30)];

function countsOf({ target }: Place, scan: Scan, now: number): RegistryProgress[] {
  const { countsFrom, endsAt, standsSince, stoodMs, script } = scan;
  const movedMs = (standsSince ?? now) - countsFrom - stoodMs;
  const longMs = endsAt - countsFrom - (script.restartsAt === null ? (script.stall?.forMs ?? 0) : 0);
  const share = Math.min(0.999, movedMs / Math.max(1, longMs));
  if (target.kind === 'image') return [registry('', share, scan.script.total)];
  const first = registry('a.example.com', Math.min(1, 1.5 * share), scan.script.total);
  return [first, registry('b.example.com', share, 2 * scan.script.total)];
}

/** A sixth of the time discovers tags, the rest scans images. */
function registry(host: string, share: number, total: number): RegistryProgress {
  const isDiscovered = share >= 1 / 6;
  const scanned = isDiscovered ? Math.floor(((share - 1 / 6) / (5 / 6)) * total) : 0;
  const discovery = step(isDiscovered ? 1 : 0, 1);
  return element(Math.min(total, scanned), total, { host, discovery, isOngoing: share < 1 });
}
