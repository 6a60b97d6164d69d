import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createApi } from '../../src/api/api.ts';
import { HELD_MAX } from '../../src/api/long-polls.ts';
import type { Snapshot } from '../../src/scan/snapshot.ts';
import type { Database } from '../../src/store/database.ts';
import { MAX_WAITS } from '../../src/store/scans/waits.ts';
import { NEW_TARGET } from '../../src/scan/state/target-state.ts';
import { ended, scanning } from '../support/observations.ts';
import { listenLocally } from '../support/listen.ts';
import { makeFaulty, openMemory } from '../support/memory.ts';
import { readNow, recordingLog } from '../support/store.ts';
import { sql } from '../../src/store/sql.ts';

const TOKEN = 'a-token-of-a-pipeline';
const WAIT = '/v1/wait?image=alpine:3.16';
const ID = '00000000-0000-4000-8000-000000000001';

interface Options {
  readonly isBegun?: boolean;
  readonly readSnapshot?: () => Promise<Snapshot | null>;
  readonly database?: Database;
}

async function openApi(options: Options = {}) {
  const listeners = new Map<string, RequestListener>();
  const { log, lines } = recordingLog();
  const api = createApi({ token: TOKEN, mount: (path, listener) => void listeners.set(path, listener), log });
  const server = createServer((request, response) => {
    const listener = listeners.get(request.url?.split('?')[0] ?? '');
    if (listener === undefined) response.writeHead(404).end();
    else listener(request, response);
  });
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  const database = options.database ?? (await openMemory());
  const readSnapshot = options.readSnapshot ?? (() => Promise.resolve(NEW_TARGET.snapshot));
  if (options.isBegun !== false) api.begin({ database, readSnapshot, now: Date.now });
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${TOKEN}` }, ...init });
    const text = await response.text();
    const { status, headers } = response;
    const body = (text === '' ? null : JSON.parse(text)) as Record<string, unknown>;
    return { status, headers, text, body, retryAfter: headers.get('retry-after') };
  };
  const countWaits = async () => (await database.query(sql`select id from waits`)).length;
  const whenWaiting = async (count: number) => {
    while ((await countWaits()) < count) await new Promise(setImmediate);
  };
  /** The end of the scan as a replica records it, long after its results were to be waited for. */
  const recordEnd = async (now: number) => {
    await readNow(database, ended(12, 12), { now });
    await database.query(sql`update reports set due_at = null`);
  };
  return { api, database, lines, get, countWaits, whenWaiting, recordEnd };
}

function statusOf(snapshot: Promise<Snapshot | null>, image = 'alpine:3.16') {
  return openApi({ readSnapshot: () => snapshot }).then(({ get }) => get(`/v1/status?image=${image}`));
}

describe('the token', () => {
  it.each([
    ['none', {}],
    ['another', { authorization: 'Bearer a-token-of-a-pipelinf' }],
    ['the beginning of it', { authorization: 'Bearer a-token' }],
    ['more than it', { authorization: `Bearer ${TOKEN}x` }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['another scheme that ends like it', { authorization: `X-Bearer ${TOKEN}` }],
    ['it alone', { authorization: TOKEN }],
  ])('is needed: %s is answered with 401 and not a word more', async (_what, headers) => {
    const { get, database } = await openApi();
    for (const path of [WAIT, '/v1/wait', '/v1/status?image=!', '/v1/status']) {
      const answer = await get(path, { headers });
      expect([answer.status, answer.text]).toEqual([401, '']);
      // The body was not read.
      expect(answer.headers.get('connection')).toBe('close');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await get(WAIT, { method: 'POST', headers })).status).toBe(401);
    expect(await database.query(sql`select * from waits`)).toEqual([]);
  });

  it('is taken whatever the case of its scheme', async () => {
    const { get } = await openApi();
    const headers = { authorization: `bearer ${TOKEN}` };
    expect((await get('/v1/status?image=alpine:3.16', { headers })).status).toBe(200);
  });
});

describe('what is asked', () => {
  it.each([
    ['/v1/wait', /^Name one image, such as alpine:3\.16\.$/],
    ['/v1/wait?image=', /^Name one image/],
    ['/v1/status', /^Name one image/],
    ['/v1/wait?image=alpine:3.16:x', /^The tag "3\.16:x" has a character that does not belong there\./],
    ['/v1/wait?image=Alpine:3.16', /Did you mean "alpine:3\.16"\?$/],
    ['/v1/wait?image=two+images', /does not belong there/],
    ['/v1/wait?image=<script>%26', /"<script>&"/],
    ['/v1/wait?image=registry', /stands for the registry scan.* registry:latest$/],
    ['/v1/wait?image=ALL', /stands for the registry scan/],
    ['/v1/status?image=everything', /stands for the registry scan/],
    [`/v1/wait?image=${'a'.repeat(700)}`, /too long/],
    [`${WAIT}&timeout=0`, /seconds from 1 to 86400, such as 1800/],
    [`${WAIT}&timeout=86401`, /seconds from 1 to 86400/],
    [`${WAIT}&timeout=30m`, /seconds from 1 to 86400/],
    [`${WAIT}&hold=21`, /^hold must be a number of seconds from 0 to 20/],
    [`${WAIT}&hold=-1`, /^hold must be/],
    [`${WAIT}&id=1`, /^id must be a UUID/],
    [`${WAIT}&image=alpine:3.17`, /^image is there more than once\. Send it once/],
    [`${WAIT}&timeout=5&timeout=5`, /^timeout is there more than once/],
    [`${WAIT}&timout=5`, /^"timout" is no parameter .*It takes image, id, timeout, hold\.$/],
    ['/v1/status?image=a&image=b', /^image is there more than once/],
    ['/v1/status?image=a&tag=b', /^"tag" is no parameter .*It takes image\.$/],
    [`/v1/status?${'n'.repeat(700)}=1`, /^"n{40}" is no parameter/],
  ])('%s is answered with 400 and what is wrong', async (path, text) => {
    const { get } = await openApi();
    const answer = await get(path);
    expect([answer.status, answer.body]).toEqual([400, { error: expect.stringMatching(text) as string }]);
    expect(answer.text).toMatch(/^{\n {2}"error": .*\n}\n$/);
  });

  it.each(['POST', 'PUT', 'DELETE', 'HEAD'])('%s is answered with 405', async (method) => {
    const { get } = await openApi();
    const answer = await get(WAIT, { method });
    expect([answer.status, answer.headers.get('allow'), answer.text]).toEqual([405, 'GET', '']);
    expect(answer.headers.get('connection')).toBe('close');
  });
});

describe('a wait', () => {
  it('is held, and answered with how far the scan is where it goes on', async () => {
    const { get } = await openApi();
    const at = Date.now();
    const { status, headers, body } = await get(WAIT);
    expect(Date.now() - at).toBeGreaterThanOrEqual(19_000);
    expect([status, headers.get('cache-control')]).toEqual([202, 'no-store']);
    expect(body).toMatchObject({ image: 'alpine:3.16', state: 'waiting', outcome: null, findings: null });
    expect(body['id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(body['text']).toBe('alpine:3.16 · waiting · tags 0/0 · images 0/0');
  });

  it('is not held where nobody wants that, and is begun', async () => {
    const { get, database } = await openApi();
    const at = Date.now();
    expect((await get(`${WAIT}&hold=0`)).body).toMatchObject({ state: 'waiting', hints: [] });
    expect(Date.now() - at).toBeLessThan(2_000);
    // Half an hour, and half a minute for its last request.
    expect(await database.query(sql`select state, give_up_at - created_at as ms from waits`)).toEqual([
      { state: 'waiting', ms: 1_830_000 },
    ]);
  });

  it('says which tag was assumed', async () => {
    const { get } = await openApi();
    const { body } = await get('/v1/wait?image=alpine&timeout=1');
    expect(body).toMatchObject({ image: 'alpine:latest', hints: ['No tag given, so latest.'] });
  });

  it('is answered within a second of the end, whichever replica recorded it, and again with the same', async () => {
    const { get, database, whenWaiting, recordEnd } = await openApi();
    const held = get(`${WAIT}&id=${ID}`);
    const other = get(WAIT);
    await whenWaiting(2);
    await readNow(database, scanning(7, 12), { now: Date.now() });
    const at = Date.now();
    await recordEnd(at);
    const { status, body } = await held;
    expect(Date.now() - at).toBeLessThan(2_500);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: ID, state: 'completed', outcome: 'completed', scan: 1 });
    expect(await other).toMatchObject({ status: 200, body: { ...body, id: expect.any(String) as string } });
    expect(await get(`${WAIT}&id=${ID.toUpperCase()}`)).toMatchObject({ status: 200, body });
  });

  it('is for one image: its id opens no other', async () => {
    const { get } = await openApi();
    await get(`${WAIT}&id=${ID}&timeout=1`);
    const { status, body } = await get(`/v1/wait?image=nginx:1&id=${ID}`);
    expect([status, body['error']]).toEqual([400, expect.stringMatching(/another image/) as string]);
  });

  it('is refused with 503 and a time where too many are held, and with 429 where too many wait', async () => {
    const { get, database, countWaits, whenWaiting } = await openApi();
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const held = Array.from({ length: HELD_MAX }, (_, index) => {
      const id = ID.slice(0, -4) + String(index).padStart(4, '0');
      return get(`${WAIT}&id=${id}`, { headers, signal: leaving.signal }).catch(() => null);
    });
    await whenWaiting(HELD_MAX);
    expect(await get(WAIT)).toMatchObject({ status: 503, retryAfter: '5' });
    leaving.abort();
    await Promise.all(held);
    const others = Array.from({ length: MAX_WAITS - (await countWaits()) }, (_, number) => number);
    await database.batch(
      others.map(
        (number) =>
          sql`insert into waits (id, target_id, state, created_at, give_up_at)
              values (${`w${String(number)}`}, 'alpine:3.16', 'waiting', 0, 9e12)`,
      ),
    );
    // Those who left have made room.
    expect(await get(WAIT)).toMatchObject({ status: 429, retryAfter: '5' });
  });
});

describe('before the start and at the end', () => {
  it('whoever asks is told to ask again', async () => {
    const { get } = await openApi({ isBegun: false });
    const { status, retryAfter, body } = await get(WAIT);
    expect([status, retryAfter]).toEqual([503, '2']);
    expect(body['error']).toMatch(/starting or stopping/);
  });

  it('who waits is told so at once, and who comes', async () => {
    const { api, get, whenWaiting } = await openApi();
    const held = get(WAIT);
    await whenWaiting(1);
    const at = Date.now();
    api.end();
    expect([(await held).status, (await get(WAIT)).status]).toEqual([503, 503]);
    expect(Date.now() - at).toBeLessThan(2_000);
    expect((await held).headers.get('connection')).toBe('close');
    expect((await held).retryAfter).toBe('2');
  });
});

describe('a database that is away', () => {
  it('is answered with 503, and says nothing of itself', async () => {
    const database = makeFaulty(await openMemory());
    const { get, lines } = await openApi({ database });
    database.failOn('waits');
    const { status, retryAfter, body } = await get(WAIT);
    expect([status, retryAfter]).toEqual([503, '2']);
    expect(body['error']).not.toMatch(/disk/);
    expect(lines).toContain('warn pipeline request failed');
  });

  it('in the middle of a wait costs nothing but time', async () => {
    const database = makeFaulty(await openMemory());
    const { get, whenWaiting, recordEnd } = await openApi({ database });
    const held = get(WAIT);
    await whenWaiting(1);
    database.failOn('waits');
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    database.failOn(null);
    await recordEnd(Date.now());
    expect((await held).status).toBe(200);
  });
});

describe('a status', () => {
  it('is what a person who asks is told', async () => {
    const snapshot: Snapshot = { ...NEW_TARGET.snapshot, state: 'scanning', scan: 1, answeredAt: 0 };
    const { status, body } = await statusOf(Promise.resolve(snapshot), 'ghcr.io/acme/api:1.4');
    expect(status).toBe(200);
    expect(body).toEqual({
      image: 'ghcr.io/acme/api:1.4',
      state: 'scanning',
      outcome: null,
      scan: 1,
      tags: { scanned: 0, total: 0 },
      images: { scanned: 0, total: 0 },
      findings: null,
      error: '',
      started_at: null,
      ended_at: null,
      as_of: '1970-01-01T00:00:00.000Z',
      text: 'ghcr.io/acme/api:1.4 · scanning · tags 0/0 · images 0/0',
      hints: [],
    });
  });

  it('has no time that no calendar has', async () => {
    const snapshot: Snapshot = { ...NEW_TARGET.snapshot, answeredAt: 9e15 };
    expect((await statusOf(Promise.resolve(snapshot))).body).toMatchObject({ as_of: null });
  });

  it('of a Console that does not answer is 503, to be asked again', async () => {
    expect(await statusOf(Promise.resolve(null))).toMatchObject({ status: 503, retryAfter: '5' });
  });

  it('is asked for by fifty together at most', async () => {
    const { promise, resolve } = Promise.withResolvers<Snapshot | null>();
    const { get } = await openApi({ readSnapshot: () => promise });
    const asked = Array.from({ length: 51 }, () => get('/v1/status?image=alpine:3.16'));
    expect((await Promise.race(asked)).status).toBe(503);
    resolve(NEW_TARGET.snapshot);
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
  });
});
