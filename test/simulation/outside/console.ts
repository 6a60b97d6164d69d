/**
 * The Console's side of the truth: which scans run, what it would answer, and which ends it has told. The end of an
 * on-demand scan is told once, to whoever reads first; results are told to everybody, a little later.
 */

import type { RegistryProgress, Step } from '../../../src/scan/snapshot.ts';
import { type Target, targetId } from '../../../src/scan/target.ts';
import { done, element, step } from '../../support/observations.ts';
import type { Chance } from '../chance.ts';
import type { Clock } from './clock.ts';
import type { ScanScript } from '../actors/scenario.ts';
import type { Trace } from '../trace.ts';

/** One end of a scan, as it really was; times in ms since the run began. */
export interface TrueEnd {
  /** From 1 on, of all targets together; its result has as many findings, by which it is known again. */
  readonly number: number;
  readonly target: string;
  readonly at: number;
  readonly error: string;
  /** When results begin to show it. */
  readonly shownAt: number;
  /** When an answer that tells it last reached a process of the program. */
  handedAt: number | null;
}

/** What an answer shows, and the end that it tells of. */
export interface Told {
  readonly registries: readonly RegistryProgress[];
  readonly end: TrueEnd | null;
}

interface Scan {
  readonly script: ScanScript;
  readonly showsAt: number;
  /** The counts begin here: at the start, or where the Console started it over. */
  countsFrom: number;
  endsAt: number;
  /** Its counts have stood still for so long altogether, and since when they do; null where they move. */
  stoodMs: number;
  standsSince: number | null;
}

interface Place {
  readonly target: Target;
  readonly id: string;
  scan: Scan | null;
  untold: TrueEnd | null;
  last: TrueEnd | null;
  /** No hiccup before this time. */
  soundUntil: number;
}

export interface SimulatedConsole {
  readonly ends: readonly TrueEnd[];
  begin(target: Target, script: ScanScript): void;
  isScanning(target: Target): boolean;
  /** Reads progress, as anybody: what is told once is told now. */
  read(target: Target): Told;
  /** One empty answer in the middle of a scan; null where there is none. */
  hiccup(target: Target): Told | null;
  /** The latest end that results show by now. */
  result(target: Target): TrueEnd | null;
}

export interface ConsoleWorld {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly trace: Trace;
  readonly resultsLateMs: number;
  readonly onEnd: (end: TrueEnd) => void;
}

/** Two in a row mean that the scan is over, so a sound answer must come in between, whatever becomes of most. */
const HICCUPS_APART_MS = 60_000;

export function createSimulatedConsole(world: ConsoleWorld, targets: readonly Target[]): SimulatedConsole {
  const { clock, trace } = world;
  const places = new Map(targets.map((target) => [targetId(target), createPlace(target)]));
  const ends: TrueEnd[] = [];
  const placeOf = (target: Target): Place => {
    const place = places.get(targetId(target));
    if (place === undefined) throw new Error(`nobody watches ${targetId(target)} here`);
    return place;
  };
  const end = (place: Place, scan: Scan): void => {
    if (place.scan !== scan) return;
    if (clock.elapsed() < scan.endsAt) {
      clock.after(scan.endsAt - clock.elapsed(), () => end(place, scan));
      return;
    }
    place.scan = null;
    const shownAt = clock.elapsed() + world.chance.between(0, world.resultsLateMs);
    const over: TrueEnd = {
      ...{ number: ends.length + 1, target: place.id, at: clock.elapsed() },
      ...{ error: scan.script.error, shownAt, handedAt: null },
    };
    place.untold = over;
    place.last = over;
    ends.push(over);
    trace.say(() => `console: ${place.id} ended`);
    world.onEnd(over);
  };
  return {
    ends,
    begin(target, script) {
      const place = placeOf(target);
      if (place.scan !== null) return;
      const now = clock.elapsed();
      const scan: Scan = {
        script,
        showsAt: now + script.queuedMs,
        countsFrom: now,
        endsAt: now + script.queuedMs + script.lastsMs,
        stoodMs: 0,
        standsSince: null,
      };
      place.scan = scan;
      trace.say(() => `console: ${place.id} begins, for ${String(script.lastsMs)} ms`);
      if (script.restartsAt !== null) planRestart(world, place, scan);
      else planStandstill(world, place, scan);
      end(place, scan);
    },
    isScanning: (target) => placeOf(target).scan !== null,
    read: (target) => read(placeOf(target), clock.elapsed()),
    hiccup(target) {
      const place = placeOf(target);
      const { scan } = place;
      if (scan === null || clock.elapsed() < Math.max(scan.showsAt, place.soundUntil)) return null;
      place.soundUntil = clock.elapsed() + HICCUPS_APART_MS;
      const lull = countsOf(place, scan, clock.elapsed()).map((one) => ({ ...one, isOngoing: false }));
      return { registries: target.kind === 'regular' ? lull : [], end: null };
    },
    result: (target) =>
      ends.findLast((one) => one.target === targetId(target) && one.shownAt <= clock.elapsed()) ?? null,
  };
}

function createPlace(target: Target): Place {
  return { target, id: targetId(target), scan: null, untold: null, last: null, soundUntil: 0 };
}

/** It counts from zero again, and takes as long again as it had taken. */
function planRestart({ clock, trace }: ConsoleWorld, place: Place, scan: Scan): void {
  const { lastsMs, restartsAt, queuedMs } = scan.script;
  const afterMs = lastsMs * (restartsAt ?? 0);
  clock.after(queuedMs + afterMs, () => {
    if (place.scan !== scan) return;
    scan.countsFrom = clock.elapsed();
    scan.endsAt = Math.round(clock.elapsed() + lastsMs);
    trace.say(() => `console: ${place.id} is started over`);
  });
}

/** Nothing moves for a while, and the scan takes so much longer. */
function planStandstill({ clock, trace }: ConsoleWorld, place: Place, scan: Scan): void {
  const { lastsMs, queuedMs, standstill } = scan.script;
  if (standstill === null) return;
  const { share, forMs } = standstill;
  scan.endsAt += forMs;
  clock.after(queuedMs + lastsMs * share, () => {
    scan.standsSince = clock.elapsed();
    trace.say(() => `console: ${place.id} stands still`);
    clock.after(forMs, () => {
      scan.standsSince = null;
      scan.stoodMs = forMs;
      trace.say(() => `console: ${place.id} moves again`);
    });
  });
}

function read(place: Place, now: number): Told {
  const { scan, untold, last } = place;
  if (scan !== null && now >= scan.showsAt) {
    // Whoever has not read the end of the scan before will never read it.
    place.untold = null;
    return { registries: countsOf(place, scan, now), end: null };
  }
  if (place.target.kind === 'regular') return last === null ? NOTHING : { registries: FINISHED, end: last };
  place.untold = null;
  if (untold === null) return NOTHING;
  const words: Partial<Step> = { error: untold.error };
  return { registries: [done(12, 12, { images: step(12, 12, words) })], end: untold };
}

const NOTHING: Told = { registries: [], end: null };
/** A finished regular scan stays visible, without titles. */
const FINISHED = [done(30, 30), done(30, 30)];

function countsOf({ target }: Place, scan: Scan, now: number): RegistryProgress[] {
  const { countsFrom, endsAt, standsSince, stoodMs, script } = scan;
  const movedMs = (standsSince ?? now) - countsFrom - stoodMs;
  const longMs = endsAt - countsFrom - (script.restartsAt === null ? (script.standstill?.forMs ?? 0) : 0);
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
