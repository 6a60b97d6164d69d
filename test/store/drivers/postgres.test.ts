/** What the driver does where a server fails, without a server: retries, limits, and commits whose response is lost. */

import { syncBuiltinESMExports } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/store/database.ts';
import { openPostgres } from '../../../src/store/drivers/postgres.ts';
import { failure, fakeSleep, passing, pausing } from './passing.ts';
import { openWireServer, type Response, type WireServer } from './postgres-wire.ts';
import { sql } from '../../../src/store/sql.ts';

let server: WireServer;
let database: Database;

beforeEach(async () => {
  // Time stands while a server on loopback responds, however busy the machine is.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  fakeSleep();
  server = await openWireServer();
  database = await openPostgres(server.url);
  server.asked.length = 0;
});

afterEach(async () => {
  await database.close();
  await server.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

const insert = { text: 'insert into notes (id) values ($1)', values: ['a'] };
const KINDS = [/^begin/, /^commit/, /^rollback/, /^insert/, /pg_xact_status/];
const NAMES = ['begin', 'commit', 'rollback', 'insert', 'status'];
const kindOf = (sql: string): string => NAMES[KINDS.findIndex((kind) => kind.test(sql))] ?? 'select';
const asked = (): string[] => server.asked.map(({ sql }) => kindOf(sql));
const WRITE = ['begin', 'insert', 'commit'];

/** The responses to the statements of a kind, one after the other; then those of a healthy server. */
function respond(kind: string, ...responses: readonly (Response | null)[]): void {
  const left = [...responses];
  server.respond = ({ sql }) => (kindOf(sql) === kind ? (left.shift() ?? null) : null);
}

const always = (kind: string, response: Response): void =>
  void (server.respond = ({ sql }) => (kindOf(sql) === kind ? response : null));

const batch = (statements: Parameters<Database['batch']>[0]) => passing(database.batch(statements));
const query = (...call: Parameters<Database['query']>) => passing(database.query(...call));

/** How long a call takes, ms. */
async function lasting(call: () => Promise<unknown>, stepMs = 10): Promise<number> {
  const startedAt = performance.now();
  await passing(failure(call()), stepMs);
  return performance.now() - startedAt;
}

/** Half of each is random. */
function expectLonger(pauses: readonly number[]): void {
  for (const [index, pause] of pauses.entries()) {
    const longest = Math.min(1_000, 50 * 2 ** index);
    expect(pause).toBeGreaterThanOrEqual(longest / 2);
    expect(pause).toBeLessThanOrEqual(longest);
  }
  expect(pauses.length).toBeGreaterThan(10);
}

describe('the version of a server', () => {
  it.each([
    ['120022', 'OldServerError'],
    ['130000', null],
  ])('%s: %s', async (number, name) => {
    server.respond = ({ sql }) => (sql.includes('server_version') ? { rows: [{ name: 'x', number }] } : null);
    const opening = openPostgres(server.url);
    const error = await passing(failure(opening));
    expect(error instanceof Error ? error.name : error).toBe(name);
    if (error === null) await (await opening).close();
  });
});

it('a schema is refused where another program has tables that ours need', async () => {
  server.respond = ({ sql }) => (sql.includes('relname in') ? { rows: [{ name: 'watches' }] } : null);
  const error = await passing(failure(openPostgres(server.url)));
  expect(error).toMatchObject({ name: 'ForeignDatabaseError' });
});

describe('a read', () => {
  it('needs no transaction, and one connection serves one after the other', async () => {
    await query(sql`select 1`);
    await query(sql`select 2`);
    expect(asked()).toEqual(['select', 'select']);
    expect(server.connections()).toBe(1);
  });

  it('has numbers for int8, and texts as they are', async () => {
    respond('select', { rows: [{ at_int8: '17', id: '17' }] });
    expect(await query(sql`select 1`)).toEqual([{ at_int8: 17, id: '17' }]);
  });

  it('is one of four at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<null>();
    server.respond = () => promise;
    const reads = [1, 2, 3, 4, 5, 6].map((number) =>
      database.query({ text: `select ${String(number)}`, values: [] }),
    );
    while (server.asked.length < 4) await nextTurn();
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect([server.asked.length, server.connections()]).toEqual([4, 4]);
    resolve(null);
    await Promise.all(reads);
  });

  it('without a response ends after ten seconds, and so does its connection', async () => {
    respond('select', 'never');
    const reading = () => database.query(sql`select 1`);
    const ms = await lasting(reading);
    expect(ms).toBeGreaterThanOrEqual(9_990);
    expect(ms).toBeLessThan(11_000);
    await query(sql`select 2`);
    expect(server.connections()).toBe(2);
  });
});

describe('a write', () => {
  it('takes the one lock of all writers, within its limits', async () => {
    await batch([insert]);
    expect(asked()).toEqual(WRITE);
    const words = server.asked[0]?.sql.replaceAll(/\s+/g, ' ');
    expect(words).toBe(
      'begin isolation level read committed read write; set local lock_timeout = 5000; ' +
        'set local idle_in_transaction_session_timeout = 3000; set local statement_timeout = 10000; ' +
        'select pg_advisory_xact_lock(7239041127); select pg_current_xact_id()::text as id',
    );
    await batch([insert, { ...insert, isLong: true }]);
    expect(server.asked[3]?.sql).toContain('statement_timeout = 600000');
  });

  it('of nothing asks nothing; of one statement it gives the rows', async () => {
    expect(await batch([])).toEqual([]);
    expect(asked()).toEqual([]);
    respond('insert', { rows: [{ id: 'a' }] });
    expect(await query(sql`insert into notes (id) select ${'a'} returning id`)).toEqual([{ id: 'a' }]);
    expect(asked()).toEqual(WRITE);
  });

  it('waits for the one before, and uses its connection', async () => {
    expect(await Promise.all([batch([insert]), batch([insert])])).toEqual([[[]], [[]]]);
    expect(asked()).toEqual([...WRITE, ...WRITE]);
    expect(server.connections()).toBe(1);
  });

  it.each([0, 2])('whose statement changes one row and not %i is undone', async (expectRows) => {
    expect(await batch([{ ...insert, expectRows }, insert])).toBeNull();
    expect(asked()).toEqual(['begin', 'insert', 'insert', 'rollback']);
    expect(await batch([{ ...insert, expectRows: 1 }])).toEqual([[]]);
    expect(server.connections()).toBe(1);
  });

  it('says the type of each parameter, and spells what no text can hold', async () => {
    await batch([sql`insert into notes select ${'a\0b'}, ${7}, ${null} from json_each(${'[]'})`]);
    expect(server.asked[1]).toMatchObject({
      sql: 'insert into notes select $1::text, $2::bigint, $3 from json_each($4::json)',
      params: ['a\u{FFFD}b', '7', null, '[]'],
    });
  });

  it.each([
    [250, false, 100],
    [3, true, 1],
  ])('of %i statements, each a change of the schema: %s, sends %i ahead', async (count, isLong, ahead) => {
    const { promise, resolve } = Promise.withResolvers<null>();
    server.respond = ({ sql }) => (sql.startsWith('insert') ? promise : null);
    const writing = database.batch(Array<object>(count).fill({ ...insert, isLong }) as (typeof insert)[]);
    while (server.asked.length < 1 + ahead) await nextTurn();
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(server.asked).toHaveLength(1 + ahead);
    resolve(null);
    expect(await writing).toHaveLength(count);
  });

  it('gives each statement ten seconds, and a change of the schema ten minutes', async () => {
    always('insert', 'never');
    const ms = await lasting(() => database.batch([insert]));
    expect(ms).toBeGreaterThanOrEqual(9_990);
    expect(ms).toBeLessThan(11_000);
    const long = await lasting(() => database.batch([{ ...insert, isLong: true }]), 2_000);
    expect(long).toBeGreaterThanOrEqual(599_000);
    expect(asked()).not.toContain('commit');
  });
});

describe('an error', () => {
  it.each(['23505', '42703', '57P04', '53100', '28P01'])('%s is told at once', async (code) => {
    always('insert', { code });
    await expect(batch([insert, insert])).rejects.toMatchObject({ code });
    expect(asked()).toEqual(['begin', 'insert', 'insert']);
    // Its transaction ends with its connection.
    server.respond = () => null;
    await batch([insert]);
    expect(server.connections()).toBe(2);
  });

  it.each(['08006', '57P01', '57P03', '25P03', '25006', '53300', '40001', '40P01', '55P03', '57014'])(
    '%s passes: the write is repeated',
    async (code) => {
      respond('insert', { code }, { code });
      expect(await batch([insert])).toEqual([[]]);
      expect(asked()).toEqual(['begin', 'insert', 'begin', 'insert', ...WRITE]);
    },
  );

  it('that passes is waited for, longer each time, and at last told to the caller', async () => {
    always('begin', { code: '57P03' });
    const { error, pauses } = await pausing(() => database.batch([insert]));
    expect(error).toMatchObject({ code: '57P03' });
    expectLonger(pauses);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(10_000);
  });

  it('in how a transaction begins is one of the connection', async () => {
    respond('begin', { rows: [] });
    expect(await batch([insert])).toEqual([[]]);
    expect(asked()).toEqual(['begin', ...WRITE]);
  });

  it('of the connection is repeated, and has a name of its own at last', async () => {
    respond('select', 'cut', 'cut');
    expect(await query(sql`select 1`)).toEqual([]);
    always('select', 'cut');
    await expect(query(sql`select 1`)).rejects.toMatchObject({ name: 'UnreachableDatabaseError' });
  });

  it('ends with the database: what is repeated then is told so', async () => {
    always('begin', { code: '57P03' });
    const writing = failure(database.batch([insert]));
    while (server.asked.length === 0) await nextTurn();
    await database.close();
    await database.close();
    expect(await passing(writing)).toMatchObject({ name: 'ClosedDatabaseError' });
    await expect(query(sql`select 1`)).rejects.toMatchObject({ name: 'ClosedDatabaseError' });
  });
});

describe('a commit whose response is lost', () => {
  const status = (one: string | null): Response => ({ rows: one === null ? [] : [{ status: one }] });
  /** `cut` once, then what the server says of the transaction. */
  const lose = (commit: Response, ...statuses: readonly Response[]): void => {
    const [commits, left] = [[commit], [...statuses]];
    server.respond = ({ sql }) => {
      if (kindOf(sql) === 'commit') return commits.shift() ?? null;
      return kindOf(sql) === 'status' ? (left.length > 1 ? left.shift()! : left[0]!) : null;
    };
  };
  const LOST = [...WRITE, 'status'];

  it.each<[string, Response, readonly Response[], readonly string[]]>([
    ['is not repeated where it was made', 'cut', [status('committed')], LOST],
    ['is repeated where it was not', 'cut', [status('aborted')], [...LOST, ...WRITE]],
    ['is repeated where the server never knew it', 'cut', [{ code: '22023' }], [...LOST, ...WRITE]],
    [
      'is repeated where it became a rollback',
      { command: 'ROLLBACK' },
      [status('aborted')],
      [...LOST, ...WRITE],
    ],
    [
      'is asked about until it is over',
      'cut',
      [status('in progress'), status(null), 'cut', status('committed')],
      [...LOST, 'status', 'status', 'status'],
    ],
  ])('%s', async (_, commit, statuses, expected) => {
    lose(commit, ...statuses);
    expect(await batch([insert])).toEqual([[]]);
    expect(asked()).toEqual(expected);
    expect(server.asked.find(({ sql }) => kindOf(sql) === 'status')?.params).toEqual(['777']);
  });

  it('is not known where the server does not say in twenty seconds, nor where nobody may ask', async () => {
    lose('cut', status('in progress'));
    const startedAt = performance.now();
    const { error, pauses } = await pausing(() => database.batch([insert]));
    expect(error).toMatchObject({ name: 'UnknownOutcomeError' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(20_000);
    expect(asked().filter((kind) => kind === 'begin')).toHaveLength(1);
    expectLonger(pauses);
    // The last one may end later.
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(21_000);
    server.asked.length = 0;
    lose('cut', { code: '42501' });
    await expect(batch([insert])).rejects.toMatchObject({ name: 'UnknownOutcomeError' });
    expect(asked()).toEqual(LOST);
  });
});
