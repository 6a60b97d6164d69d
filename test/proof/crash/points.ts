/**
 * Loaded before the program (`node --import`): counts the points at which a kill would hurt, and kills the process at
 * the requested one. A point is before and after every write to the database, before a request leaves, when its
 * response starts, and when its body has been read.
 */

import { writeSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { Pool } from 'undici';

const killAt = Number(process.env['CRASH_AT'] ?? 0);
let passed = 0;

function point(name: string): void {
  passed += 1;
  if (passed !== killAt) return;
  writeSync(2, `killed at point ${passed}: ${name}\n`);
  process.kill(process.pid, 'SIGKILL');
}

process.on('exit', () => writeSync(2, `passed ${passed} points\n`));

function around<T>(name: string, run: () => T): T {
  point(`before ${name}`);
  const result = run();
  point(`after ${name}`);
  return result;
}

/** A batch is one commit; what is written outside of one is its own. */
function watchDatabase(): void {
  const isInBatch = new WeakSet();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the database that it was called on
  const { prepare, transaction } = BetterSqlite3.prototype;
  BetterSqlite3.prototype.prepare = function (this: BetterSqlite3.Database, source: string) {
    const statement = prepare.call(this, source);
    if (statement.readonly) return statement;
    const name = source.trim().split(/\s+/).slice(0, 3).join(' ');
    for (const method of ['run', 'all'] as const) {
      const original = statement[method].bind(statement) as (...args: unknown[]) => unknown;
      const watched = (...args: unknown[]) =>
        isInBatch.has(this) ? original(...args) : around(name, () => original(...args));
      Object.assign(statement, { [method]: watched });
    }
    return statement;
  } as typeof prepare;
  BetterSqlite3.prototype.transaction = function (
    this: BetterSqlite3.Database,
    run: (...args: unknown[]) => unknown,
  ) {
    const inBatch = transaction.call(this, (...args: unknown[]) => {
      isInBatch.add(this);
      try {
        return run(...args);
      } finally {
        isInBatch.delete(this);
      }
    }) as { immediate: (...args: unknown[]) => unknown };
    return {
      ...inBatch,
      immediate: (...args: unknown[]) => around('a batch', () => inBatch.immediate(...args)),
    };
  } as unknown as typeof transaction;
}

const READERS = ['arrayBuffer', 'bytes', 'json', 'text'] as const;

/** The body is read once, in one of these ways. */
function watchBody(name: string, body: object): void {
  for (const reader of READERS) {
    const original: unknown = Reflect.get(body, reader);
    if (typeof original !== 'function') continue;
    const read = async () => {
      const content: unknown = await Reflect.apply(original, body, []);
      point(`the body of ${name}`);
      return content;
    };
    Object.defineProperty(body, reader, { value: read });
  }
}

function watchRequests(): void {
  const prototype: { request: Pool['request'] } = Pool.prototype;
  const { request } = prototype;
  prototype.request = async function (this: Pool, options: Parameters<Pool['request']>[0]) {
    const name = options.path.replace(/\?.*/, '');
    point(`asking ${name}`);
    const answer = await request.call(this, options);
    point(`the answer of ${name}`);
    watchBody(name, answer.body);
    return answer;
  };
  const ask = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const name = new URL(input instanceof Request ? input.url : input).pathname;
    point(`asking ${name}`);
    const answer = await ask(input, init);
    point(`the answer of ${name}`);
    return answer;
  };
}

watchDatabase();
watchRequests();
