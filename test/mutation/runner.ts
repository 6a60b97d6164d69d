/**
 * Runner of vitest in a worker: one warm process tries one mutant after another. Each try is one more file in vitest's
 * own list; a mutant is switched on by its number, so that nothing is transformed again and nothing is written.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { configureGlobal } from 'fast-check';
import { join, relative } from 'node:path';
import {
  TestRunner,
  type RunnerTask,
  type RunnerTestFile,
  type RunnerTestSuite,
  type SerializedConfig,
} from 'vitest';
import { readJob, ROOT, writeLine, type Try } from './job.ts';

interface Step {
  readonly file: string;
  readonly testIds?: readonly string[];
  readonly tried?: Try;
}

interface LoadedModule {
  readonly importers: Set<string>;
}

/** What vitest keeps to itself: its list of files, and the modules that it holds. */
interface Internals {
  readonly workerState: {
    readonly ctx: { readonly files: { filepath: string; testIds?: readonly string[] }[] };
  };
  readonly moduleRunner: { readonly evaluatedModules: { readonly idToModuleMap: Map<string, LoadedModule> } };
}

/** Far more than any test needs: only an endless loop reaches it. */
const PASSES_MAX = 20_000_000;
const SETUP = /\/test\/support\/(fence|time-lapse)\.ts$/;
const job = readJob();
/** Which of several concurrent tests a line runs for. */
const current = new AsyncLocalStorage<string>();

export default class MutationRunner extends TestRunner {
  readonly #steps = steps();
  readonly #internals = this as unknown as Internals;
  #step: Step | undefined;
  #isStale = true;
  #active = -1;
  #passes = 0;
  /** Several at a time where they are concurrent; none while a file is imported. */
  readonly #running = new Set<string>();
  #killedBy: string | null = null;
  #hits = new Map<number, Set<string>>();

  constructor(config: SerializedConfig) {
    super(config);
    this.#internals.workerState.ctx.files.length = 0;
    // By chance, a property would kill today what it spares tomorrow.
    configureGlobal({ seed: 1 });
    this.#advance();
    const isDry = job.tries.length === 0;
    const isActive = (id: number): boolean => id === this.#active;
    const note = (id: number): boolean => {
      const tests = this.#hits.get(id) ?? new Set<string>();
      const test = current.getStore();
      if (this.#running.size === 0) tests.add('');
      for (const one of test !== undefined && this.#running.has(test) ? [test] : this.#running)
        tests.add(one);
      this.#hits.set(id, tests);
      return false;
    };
    const bounded = (id: number): boolean => {
      if ((this.#passes += 1) > PASSES_MAX) throw new Error('This mutant loops without end');
      return isActive(id);
    };
    Object.assign(globalThis, { __mutant: isDry ? note : bounded });
    for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
      process.on(event, () => (this.#killedBy ??= `${this.#step?.file ?? ''}: ${event}`));
    }
  }

  #advance(): void {
    this.#step = this.#steps.next(this.#killedBy).value;
    if (this.#step === undefined) return;
    const { file, testIds, tried } = this.#step;
    if (tried === undefined || tried.id !== this.#active) this.#begin(tried);
    // Vitest walks this list while it grows.
    this.#internals.workerState.ctx.files.push({ filepath: join(ROOT, file), ...(testIds && { testIds }) });
  }

  #begin(tried: Try | undefined): void {
    this.#killedBy = null;
    this.#passes = 0;
    this.#isStale ||= tried === undefined || tried.isStatic;
    this.#active = tried?.id ?? -1;
  }

  override importFile(filepath: string, source: 'collect' | 'setup'): unknown {
    if (source === 'collect') {
      this.#forget(filepath);
      this.#isStale = this.#step?.tried?.isStatic ?? true;
    }
    return super.importFile(filepath, source);
  }

  /** The test's own module always, the program's where a mutant is part of what its modules hold. */
  #forget(filepath: string): void {
    for (const [id, module] of this.#internals.moduleRunner.evaluatedModules.idToModuleMap) {
      const isOurs = id.startsWith(`${ROOT}/src/`) || id.startsWith(`${ROOT}/test/`);
      if (!isOurs || SETUP.test(id) || (!this.#isStale && id !== filepath)) continue;
      Object.assign(module, { promise: undefined, exports: undefined, evaluated: false });
      module.importers.clear();
    }
  }

  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (this.#killedBy !== null) suite.mode = 'skip';
    await super.onBeforeRunSuite(suite);
  }

  override async onBeforeRunTask(test: RunnerTask): Promise<void> {
    if (this.#killedBy !== null) test.mode = 'skip';
    this.#running.add(test.id);
    await super.onBeforeRunTask(test);
  }

  runTask(test: RunnerTask): Promise<void> {
    return current.run(test.id, async () => TestRunner.getTestFn(test as never)());
  }

  override onAfterRunTask(test: RunnerTask): void {
    this.#running.delete(test.id);
    if (test.result?.state === 'fail') this.#killedBy ??= `${this.#step?.file ?? ''}: ${test.name}`;
    super.onAfterRunTask(test);
  }

  override onAfterRunFiles(files: RunnerTestFile[]): void {
    super.onAfterRunFiles(files);
    for (const file of files) {
      if (file.result?.state === 'fail') this.#killedBy ??= this.#step?.file ?? '';
      if (job.tries.length === 0) this.#report(file);
    }
    this.#advance();
  }

  #report(file: RunnerTestFile): void {
    const tests = allTests(file);
    const failed = tests.filter(({ result }) => result?.state === 'fail').map(({ name }) => name);
    writeLine(job, {
      kind: 'dry',
      file: relative(ROOT, file.filepath),
      failed: failed.length === 0 && this.#killedBy !== null ? [this.#killedBy] : failed,
      testIds: tests.filter(({ result }) => result?.state === 'pass').map(({ id }) => id),
      hits: Object.fromEntries([...this.#hits].map(([id, by]) => [id, [...by]])),
    });
    this.#hits = new Map();
  }
}

/** What runs next, as long as nothing has killed the mutant. */
function* steps(): Generator<Step, undefined, string | null> {
  for (const file of job.files) yield { file };
  for (const tried of job.tries) {
    writeLine(job, { kind: 'began', id: tried.id });
    let killedBy: string | null = null;
    for (const { file, testIds } of tried.tests) {
      killedBy = yield { file, testIds, tried };
      if (killedBy !== null) break;
    }
    writeLine(job, { kind: 'tried', id: tried.id, killedBy });
  }
  return undefined;
}

function allTests(suite: RunnerTestSuite): RunnerTask[] {
  return suite.tasks.flatMap((task) => (task.type === 'suite' ? allTests(task) : [task]));
}
