import { createServer, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { messageOf } from '../../../src/errors.ts';
import { createReadiness } from '../../../src/readiness.ts';
import type { Database } from '../../../src/store/database.ts';
import { toDatabaseError } from '../../../src/store/drivers/errors.ts';
import { databaseErrorSentences } from '../../../src/views/parts/database-error.ts';
import { openPostgres } from '../../../src/store/drivers/postgres.ts';
import { withHealthReporting } from '../../../src/store/maintenance/health.ts';
import { listenLocally } from '../../support/listen.ts';
import { NO_MIGRATIONS } from '../../support/memory.ts';
import { startPostgres } from '../../support/postgres.ts';
import { SILENT_LOG } from '../../support/store.ts';
import { oneRow, raw, sql, withOptions } from '../../../src/store/sql.ts';

vi.setConfig({ testTimeout: 120_000 });

const server = await startPostgres();
afterAll(() => server?.remove());

let url: string;
let database: Database;

const CUT_ALL = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'scanprogress'`;
/** Where it is known that no waiting helps. */
const SOON = { retryTransientMs: 300 };
const insert = (id: string) => oneRow`insert into notes (id) values (${id})`;
const ids = async () =>
  ((await server?.run('select id from notes order by id', url)) ?? []).map(({ id }) => id);
const errorOf = (doing: Promise<unknown>) => doing.catch((error: unknown) => error);

async function createNotes(): Promise<void> {
  url = (await server?.createDatabase()) ?? '';
  await server?.run('create table notes (id text primary key)', url);
}

describe.skipIf(server === null)('a PostgreSQL server', () => {
  beforeEach(async () => {
    await createNotes();
    database = await openPostgres(url);
  });

  afterEach(() => database.close());

  it('that cuts its connections is asked again, and writes what it had not taken', async () => {
    for (let round = 0; round < 5; round += 1) {
      const writes = ['a', 'b', 'c'].map((name) => database.batch([insert(`${name}${round}`)]));
      const reads = [1, 2, 3].map(() => database.query(sql`select count(*) as count from notes`));
      await server?.run(CUT_ALL);
      expect(await Promise.all(writes)).toEqual([[[]], [[]], [[]]]);
      await Promise.all(reads);
    }
    expect(await ids()).toHaveLength(15);
  });

  it('that crashes and comes back is ridden out by those who read and write meanwhile', async () => {
    const written: string[] = [];
    const stopping = new AbortController();
    const writer = (async () => {
      for (let number = 100; !stopping.signal.aborted; number += 1) {
        await database.batch([insert(`n${number}`)]);
        written.push(`n${number}`);
      }
    })();
    await sleep(100);
    await server?.crash();
    const before = written.length;
    await sleep(500);
    await server?.start();
    await vi.waitUntil(() => written.length > before + 3, { timeout: 20_000 });
    stopping.abort();
    await writer;
    expect(await ids()).toEqual(written);
  });

  it('that stays away is told to the caller, and is ready again once it is back', async () => {
    const readiness = createReadiness(SILENT_LOG);
    await database.query(sql`create table events (id text primary key, at bigint)`);
    await database.query(sql`${raw(NO_MIGRATIONS)}`);
    await database.close();
    database = await openPostgres(url, SOON);
    const watched = withHealthReporting(database, { readiness, toSentences: databaseErrorSentences });
    await server?.crash();
    try {
      await expect(watched.batch([insert('a')])).rejects.toMatchObject({ name: 'UnreachableDatabaseError' });
      expect(readiness.reasons().get('database')).toContain('cannot be reached');
    } finally {
      await server?.start();
    }
    await watched.batch([insert('a')]);
    await vi.waitUntil(() => readiness.reasons().size === 0, { timeout: 10_000 });
  });

  it('that another writer has stood still on lets the next one go on after seconds', async () => {
    const behind = await openProxy(url);
    const frozen = await openPostgres(behind.url, SOON);
    behind.loseOnce('insert into', 'keep');
    const stuck = expect(frozen.batch([insert('frozen')])).rejects.toThrow();
    await vi.waitUntil(() => behind.lost() === 1);
    const startedAt = performance.now();
    await database.batch([insert('next')]);
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    await stuck;
    expect(await ids()).toEqual(['next']);
    await frozen.close();
  });

  it('keeps a text with a character that it cannot hold', async () => {
    await database.batch([insert('a\0b')]);
    expect(await ids()).toEqual(['a\u{FFFD}b']);
  });

  it.each([
    ['refused', (text: string) => text.replace(/:[^:@]*@/, ':SECRET@')],
    ['missing', (text: string) => text.replace(/[^/]*$/, 'no_such_database')],
    ['unreachable', (text: string) => text.replace(/:\d+\//, ':1/')],
    ['untrusted', (text: string) => `${text}?sslmode=verify-full&sslrootcert=/no/such/file`],
  ])('says in words that it is %s, without a secret', async (cause, change) => {
    const error = await errorOf(openPostgres(change(url), SOON));
    expect(toDatabaseError(error)?.cause).toBe(cause);
    expect(messageOf(error)).not.toMatch(/SECRET|p@ss|p%40ss/);
  });

  it('says in words that its user may not write', async () => {
    await server?.run(`create role reader login password 'reader'; grant select on notes to reader`, url);
    const reading = await openPostgres(url.replace(/\/\/.*@/, '//reader:reader@'));
    expect(toDatabaseError(await errorOf(reading.batch([insert('a')])))?.cause).toBe('forbidden');
    await reading.close();
  });

  it('says in words that it takes no more connections', async () => {
    await server?.run(`create role lonely login password 'lonely' connection limit 0`, url);
    const error = await errorOf(openPostgres(url.replace(/\/\/.*@/, '//lonely:lonely@'), SOON));
    expect(toDatabaseError(error)?.cause).toBe('insufficient-resources');
  });
});

describe.skipIf(server === null)('a connection that ends in the same breath as it begins', () => {
  it('is replaced by another, and its loss ends no process', async () => {
    const behind = await openProxy(url);
    behind.endNextOnceReady();
    const through = await openPostgres(behind.url);
    expect(behind.lost()).toBe(1);
    expect(await through.query(sql`select 1 as one`)).toEqual([{ one: 1 }]);
    await through.close();
  });
});

describe.skipIf(server === null)('a batch', () => {
  let behind: Awaited<ReturnType<typeof openProxy>>;
  let through: Database;

  beforeEach(async () => {
    await createNotes();
    behind = await openProxy(url);
    through = await openPostgres(behind.url, SOON);
  });

  afterEach(() => through.close());

  it('awaits no answer before all of it is sent, and gives the answers in order', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `n${index + 10}`);
    behind.holdAnswersUntil({ text: 'insert into', times: names.length });
    const returning = names.map((name) => sql`insert into notes (id) values (${name}) returning id`);
    expect(await through.batch(returning)).toEqual(names.map((id) => [{ id }]));
    expect(await ids()).toEqual(names);
  }, 20_000);

  it('that is longer than what is sent at a time is all there, or not at all', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `n${index + 1_000}`);
    expect(await through.batch([...names.map(insert), insert('last'), EXPECTS_NOTHING])).toBeNull();
    expect(await ids()).toEqual([]);
    const twice = through.batch([...names.map(insert), insert('n1999')]);
    await expect(twice).rejects.toMatchObject({ code: UNIQUE_VIOLATION });
    expect(await ids()).toEqual([]);
    expect(await through.batch(names.map(insert))).toHaveLength(names.length);
    expect(await ids()).toEqual(names);
  });

  it('that fails says why, and not that the rest of it failed after that', async () => {
    const failing = through.batch([insert('a'), insert('a'), insert('b'), insert('c')]);
    await expect(failing).rejects.toMatchObject({ code: UNIQUE_VIOLATION });
    expect(await through.batch([insert('d')])).toEqual([[]]);
    expect(await ids()).toEqual(['d']);
  });

  it('whose connection is lost with its answers is made once all the same', async () => {
    behind.loseOnce('insert into');
    expect(await through.batch(['a', 'b', 'c'].map(insert))).toEqual([[], [], []]);
    expect(behind.lost()).toBe(1);
    expect(await ids()).toEqual(['a', 'b', 'c']);
  });
});

const UNIQUE_VIOLATION = '23505';
const EXPECTS_NOTHING = withOptions(sql`update notes set id = id`, { expectRows: 0 });

describe.skipIf(server === null)('a commit whose answer is lost', () => {
  it.each([
    ['that was made is not made again', 'forward'],
    ['that never arrived is made', 'swallow'],
  ] as const)('and %s', async (_, commit) => {
    const behind = await openProxy(url);
    const through = await openPostgres(behind.url);
    behind.loseOnce('commit\0', commit);
    // Made twice, it would fail: the note is there already.
    expect(await through.batch([insert('once')])).toEqual([[]]);
    expect(behind.lost()).toBe(1);
    expect(await ids()).toEqual(['once']);
    await through.close();
  });

  beforeEach(createNotes);
});

/** What a server says that is shut down: ErrorResponse with severity, SQLSTATE and text, each ended by NUL. */
const SHUTTING_DOWN = (() => {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to administrator command', ''];
  const body = Buffer.from(`${fields.join('\0')}\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
})();

/** ReadyForQuery outside of a transaction. */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');

/** `keep`: the connection stays, as that of a suspended process. */
type Fate = 'forward' | 'swallow' | 'keep';

/**
 * Between the program and the server, until the test is over: cuts the connection on which a text comes by next, before or after the server has
 * it, or the next one that is opened, with the server's own word for it.
 */
async function openProxy(to: string) {
  const { hostname, port, host } = new URL(to);
  let cut: { readonly text: string; readonly fate: Fate } | null = null;
  let hold: { readonly text: string; readonly times: number } | null = null;
  let lost = 0;
  let endsOnceReady = false;
  const upstreams: Socket[] = [];
  onTestFinished(() => upstreams.forEach((upstream) => upstream.destroy()));
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname).on('error', () => undefined);
    upstreams.push(upstream);
    let sent = '';
    const held: Buffer[] = [];
    const seen = (text: string): number => sent.split(text).length - 1;
    client.on('data', (chunk) => {
      sent += chunk.toString('latin1');
      if (cut === null || seen(cut.text) === 0) {
        upstream.write(chunk);
        if (held.length > 0 && !isHeld()) for (const answer of held.splice(0)) client.write(answer);
        return;
      }
      lost += 1;
      if (cut.fate === 'keep') return void (cut = null);
      if (cut.fate === 'forward') upstream.write(chunk);
      // What comes back of it is not heard any more.
      upstream.removeAllListeners('data');
      client.destroy();
      if (cut.fate === 'swallow') upstream.destroy();
      cut = null;
    });
    const isHeld = (): boolean => hold !== null && seen(hold.text) > 0 && seen(hold.text) < hold.times;
    upstream.on('data', (chunk) => {
      if (isHeld()) return void held.push(chunk);
      if (!endsOnceReady || !chunk.subarray(-READY.length).equals(READY)) return void client.write(chunk);
      endsOnceReady = false;
      lost += 1;
      client.end(Buffer.concat([chunk, SHUTTING_DOWN]));
    });
    upstream.on('close', () => client.destroy());
  });
  return {
    url: to.replace(host, `127.0.0.1:${await listenLocally(proxy)}`),
    loseOnce: (text: string, fate: Fate = 'swallow') => void (cut = { text, fate }),
    /** From the first time that the text comes by. */
    holdAnswersUntil: (what: { text: string; times: number }) => void (hold = what),
    endNextOnceReady: () => void (endsOnceReady = true),
    lost: () => lost,
  };
}
