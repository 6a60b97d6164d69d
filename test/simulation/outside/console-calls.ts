/**
 * What one process gets from the Console: through its rate limiter, over a network that loses, delays and damages
 * responses.
 */

import { createConsoleRateLimiter } from '../../../src/app/console.ts';
import type { Alarm } from '../../../src/loop.ts';
import type { ImageReportOptions } from '../../../src/jobs/reports/image-reports.ts';
import type { ObserverOptions } from '../../../src/jobs/observe.ts';
import type { RateLimiter } from '../../../src/prisma-cloud/http/rate-limiter.ts';
import type { Priority } from '../../../src/prisma-cloud/http/permits.ts';
import { type ImageReference, printReference } from '../../../src/image/reference.ts';
import type { Diagnosis, RegularReport } from '../../../src/scan/results/report.ts';
import type { NewestResults, ResultsObservation, ScanResult } from '../../../src/scan/results/result.ts';
import type { Failure } from '../../../src/scan/snapshot.ts';
import { type Target, targetId } from '../../../src/scan/target.ts';
import type { ResultDetails } from '../../../src/scan/results/vulnerabilities.ts';
import type { Database } from '../../../src/store/database.ts';
import type { Response, TrueEnd } from './console.ts';
import { CALL_MS, drawFate, failureOf } from './console-fate.ts';
import type { Gate } from './gate.ts';
import { targetsOf } from '../actors/places.ts';
import type { World } from '../world.ts';

export interface ConsoleCalls {
  readonly fetchProgress: ObserverOptions['fetchProgress'];
  readonly fetchResults: (targets: readonly Target[]) => Promise<readonly ResultsObservation[]>;
  readonly fetchNewest: () => Promise<Answer<NewestResults>>;
  readonly fetchRegularReport: () => Promise<Answer<RegularReport>>;
  readonly fetchDiagnosis: (target: Target) => Promise<Answer<Diagnosis>>;
  readonly fetchDetails: ImageReportOptions['fetchDetails'];
  /** A tick begins. */
  readonly tick: () => void;
}

/** What came of a request. */
type Answer<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'failed'; readonly failure: Failure };

/** What a request for a report tells, where it tells anything. */
type Plain<T> = { readonly name: string; readonly value: T };

export function createConsoleCalls(world: World, gate: Gate, database: Database): ConsoleCalls {
  const { clock } = world;
  const rateLimiter = createLimiter(world, gate, database);
  let ticks = 0;
  /** Consumes nothing, and tells always the same. */
  const fetchPlain = <T>({ name, value }: Plain<T>): Promise<Answer<T>> =>
    inAnyTurn(rateLimiter, () => {
      const onLeave = () => world.judge.console.onRequest(gate);
      const isLost = world.random.hits(world.faults().lostReport);
      return request(world, gate, { name, read: () => value, onLeave, onOver: () => undefined, isLost });
    });
  return {
    fetchRegularReport: () => fetchPlain({ name: 'a report', value: REGULAR_REPORT }),
    fetchDiagnosis: () => fetchPlain({ name: 'a diagnosis', value: DIAGNOSIS }),
    async fetchDetails(results, leaseSignal) {
      const turn = { priority: 'high', isOurs: () => !leaseSignal.aborted, leaseSignal } as const;
      const answer = await inTurn(rateLimiter, turn, () =>
        request(world, gate, {
          name: 'details',
          read: () => results.map(({ reference }) => world.console.result({ kind: 'image', reference })),
          onLeave: () => world.judge.console.onRequest(gate),
          onOver: () => undefined,
          isLost: world.random.hits(world.faults().lostReport),
        }),
      );
      if (answer === null) return { kind: 'failed', failure: failureOf('timeout') };
      if (answer.kind === 'failed') return answer;
      const isSame = (end: TrueEnd | null, index: number): end is TrueEnd =>
        toResult(world, end)?.scannedAt === results[index]?.scannedAt && end !== null;
      return {
        kind: 'answered',
        value: answer.value.map((end, index) => (isSame(end, index) ? toDetails(end) : null)),
      };
    },
    tick: () => void (ticks += 1),
    async fetchProgress(target, { priority, mayStart, leaseSignal, personSignal }) {
      const id = targetId(target);
      const isOurs = () => !leaseSignal.aborted && mayStart();
      // That of the tick which began it: its turn may come in the next one.
      const tick = priority === 'background' ? ticks : null;
      const answer = await inTurn(rateLimiter, { priority, isOurs, leaseSignal, personSignal }, () => {
        const { judge } = world;
        return request(world, gate, {
          name: id,
          read: () => respondProgress(world, target),
          onLeave: () => judge.console.onProgress({ gate, target: id, tick }),
          onOver: () => judge.console.onProgressOver({ gate, target: id }),
        });
      });
      if (answer === null) return null;
      const at = clock.now();
      if (answer.kind === 'failed') {
        return { ...answer, at, unparsed: answer.failure.cause === 'garbled' ? '[{"imageSc' : null };
      }
      const when = { at, consoleAt: consoleTime(world) };
      const { registries, end } = answer.value;
      if (end !== null) end.handedAt = clock.monotonicNow();
      return registries.length === 0
        ? { kind: 'absent', ...when }
        : { kind: 'progress', ...when, registries };
    },
    async fetchNewest() {
      const images = targetsOf(world.scenario).flatMap((target) =>
        target.kind === 'image' ? [target.reference] : [],
      );
      const answer = await inAnyTurn(rateLimiter, () =>
        request(world, gate, {
          name: 'the newest results',
          read: () => images.map((reference) => world.console.result({ kind: 'image', reference })),
          onLeave: () => world.judge.console.onRequest(gate),
          onOver: () => undefined,
        }),
      );
      if (answer.kind === 'failed') return answer;
      const when = { at: clock.now(), consoleAt: consoleTime(world) };
      const resultOf = (reference: ImageReference) => {
        const index = images.findIndex((one) => printReference(one) === printReference(reference));
        return toResult(world, answer.value[index] ?? null);
      };
      return { kind: 'answered', value: { ...when, isInOrder: true, images, resultOf } };
    },
    async fetchResults(targets) {
      const answer = await inAnyTurn(rateLimiter, () =>
        request(world, gate, {
          name: 'results',
          read: () => targets.map((target) => world.console.result(target)),
          onLeave: () => world.judge.console.onRequest(gate),
          onOver: () => undefined,
        }),
      );
      const at = clock.now();
      return targets.map((target, index): ResultsObservation => {
        if (answer.kind === 'failed') return { kind: 'failed', at, failure: answer.failure };
        const result = toResult(world, answer.value[index] ?? null);
        const isOngoing = target.kind === 'regular' && world.console.isScanning(target);
        return { kind: 'answered', at, consoleAt: consoleTime(world), result, isOngoing };
      });
    },
  };
}

function toResult({ scenario, start }: World, end: TrueEnd | null): ScanResult | null {
  if (end === null) return null;
  const { number, at, error, isMild } = end;
  const critical = isMild ? 0 : 1;
  const findings = error === '' ? { critical, high: 0, medium: 0, low: number, compliance: 0 } : null;
  return { scannedAt: start + at + scenario.skewMs, error, findings };
}

/** What is critical is the same in each scan of a target. */
function toDetails({ number, target, isMild }: TrueEnd): ResultDetails {
  const low = Array.from({ length: number }, (_, index) => `CVE-2000-${String(index)} zlib`);
  const critical = isMild ? [] : [`CVE-1999-1 ${target}`];
  return { vulnerabilities: { critical, high: [], medium: [], low }, fixable: [], policy: null };
}

const REGULAR_REPORT: RegularReport = {
  kind: 'regular',
  errors: [],
  failed: [],
  specifications: 2,
  worst: [],
};
const DIAGNOSIS: Diagnosis = { causes: [{ kind: 'no-defender' }], isHidden: false };

/** In whole seconds, as a `Date` header has them. */
function consoleTime({ clock, scenario, start }: World): number {
  return Math.floor((start + clock.monotonicNow() + scenario.skewMs) / 1_000) * 1_000;
}

/** The program's own limiter, by the clock of the run. */
function createLimiter({ clock, random }: World, gate: Gate, database: Database) {
  const { next } = random.fork();
  const { monotonicNow, now } = clock;
  const alarm: Alarm = (ms, run) => {
    const timer = clock.after(ms, () => gate.pass(run));
    return () => (timer.run = null);
  };
  const create = (): Promise<RateLimiter> =>
    createConsoleRateLimiter(database, {
      ...{ onError: () => undefined, now, monotonicNow, random: next, alarm },
      // A start that cannot read its database is tried again until it can.
    }).catch(async () => {
      await gate.ask('a pause', (over) => clock.after(START_AGAIN_MS, () => over(null)));
      return create();
    });
  return { rateLimiter: create(), clock, gate };
}

const START_AGAIN_MS = 1_000;

type Limiter = ReturnType<typeof createLimiter>;

interface Turn {
  readonly priority: Priority;
  readonly isOurs: () => boolean;
  readonly leaseSignal?: AbortSignal;
  readonly personSignal?: AbortSignal;
}

/** null where its lease was lost before it could leave. */
async function inTurn<T>(
  { rateLimiter: given, clock, gate }: Limiter,
  { priority, isOurs, leaseSignal, personSignal }: Turn,
  send: () => Promise<Answer<T>>,
): Promise<Answer<T> | null> {
  const rateLimiter = await given;
  const limit = new AbortController();
  const giveUp = (): void => limit.abort();
  leaseSignal?.addEventListener('abort', giveUp, { once: true });
  if (leaseSignal?.aborted === true) giveUp();
  // A person's limit covers the waiting.
  const alarm = priority === 'interactive' ? clock.after(CALL_MS, () => gate.pass(giveUp)) : null;
  const slot = await rateLimiter.take(priority, { signal: limit.signal, pauseMs: CALL_MS, personSignal });
  if (alarm !== null) alarm.run = null;
  leaseSignal?.removeEventListener('abort', giveUp);
  if (leaseSignal?.aborted === true || !isOurs()) {
    slot?.leave();
    return null;
  }
  if (slot === null) return { kind: 'failed', failure: failureOf('rate-limited', rateLimiter.pauseLeftMs()) };
  const answer = await send();
  noteRate(rateLimiter, answer);
  slot.end();
  return answer;
}

/** What waits for no lease. */
async function inAnyTurn<T>(lent: Limiter, send: () => Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await inTurn(lent, { priority: 'high', isOurs: () => true }, send);
  return answer ?? { kind: 'failed', failure: failureOf('timeout') };
}

function noteRate(rateLimiter: RateLimiter, answer: Answer<unknown>): void {
  if (answer.kind === 'failed' && answer.failure.cause === 'rate-limited')
    rateLimiter.pause(answer.failure.retryAfterMs);
  else rateLimiter.recover();
}

function respondProgress({ console, faults, random, trace }: World, target: Target): Response {
  const hiccup = random.hits(faults().hiccup) ? console.hiccup(target) : null;
  const reported = hiccup ?? console.read(target);
  trace.say(() => `console: ${targetId(target)} is read: ${describe(reported)}`);
  return reported;
}

function describe({ registries, end }: Response): string {
  const counts = registries.map(
    ({ images, isOngoing }) => `${String(images.scanned)}/${String(images.total)}${isOngoing ? '' : ' over'}`,
  );
  return `[${counts.join(', ')}]${end === null ? '' : ` the end of t=${(end.at / 1_000).toFixed(3)}s`}`;
}

interface Question<T> {
  readonly name: string;
  /** What the Console does when the request reaches it. */
  readonly read: () => T;
  readonly onLeave: () => void;
  /** The request is over, whether or not anybody hears of it. */
  readonly onOver: () => void;
  /** It comes to nothing whatever else happens. */
  readonly isLost?: boolean;
}

function request<T>(
  world: World,
  gate: Gate,
  { name, read, onLeave, onOver, isLost = false }: Question<T>,
): Promise<Answer<T>> {
  const { clock, trace } = world;
  const fate = drawFate(world, isLost);
  return gate.ask(`GET ${name}`, (answer) => {
    onLeave();
    let value: Answer<T> = { kind: 'failed', failure: fate.failure };
    const reach = (): void => {
      if (!fate.isReached) return;
      const reported = read();
      if (fate.isHeard) value = { kind: 'answered', value: reported };
    };
    clock.after(fate.reachMs, reach);
    clock.after(fate.answerMs, () => {
      onOver();
      if (value.kind === 'failed')
        trace.say(() => `${gate.name} gets no answer about ${name}: ${fate.failure.cause}`);
      answer(value);
    });
  });
}
