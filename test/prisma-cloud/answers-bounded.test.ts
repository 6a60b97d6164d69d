/** No response of the Console blocks the event loop or loses the reply; and our own limit is not its error. */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseResponse } from '../../src/prisma-cloud/http/response.ts';
import { createLimiter } from '../support/rate-limiter.ts';
import type { Exchange } from './loopback.ts';
import { stage, poll } from './loopback.ts';

const ALPINE = {
  kind: 'image',
  reference: { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' },
} as const;
const soon = { priority: 'high' } as const;

const raw =
  (text: string) =>
  ({ response }: Exchange) =>
    void response.end(text);
const numbers = (count: number) => `[${'1,'.repeat(count - 1)}1]`;

describe('an array of millions', () => {
  it.each([
    ['registry/progress', numbers(2_400_000)],
    ['registry/progress', numbers(5_001)],
  ])('of %s is refused before it is looked at, in one error', async (route, body) => {
    const { client } = await stage({ [route]: raw(body) });
    expect(await client.fetchProgress(ALPINE, poll)).toMatchObject({
      kind: 'failed',
      failure: { cause: 'garbled', detail: expect.stringContaining('no array of at most 5000 elements') },
    });
  });

  it.each([
    [1_000, { kind: 'answered', result: null }],
    [1_001, { kind: 'failed', failure: { cause: 'garbled' } }],
  ])('of %i rows is what a page may have, or more', async (count, expected) => {
    const { client } = await stage({ registry: raw(`[${'null,'.repeat(count - 1)}null]`) });
    expect(await client.fetchResults([ALPINE], soon)).toMatchObject([expected]);
  });

  it('within a row costs that list, and no row', async () => {
    const row = `{"repoTag":{"registry":"","repo":"library/alpine","tag":"3.16"},
      "scanTime":"2026-01-01T00:00:00Z","tags":${numbers(2_000_000)}}`;
    const { client } = await stage({ registry: raw(`[${row}]`) });
    expect(await client.fetchResults([ALPINE], soon)).toMatchObject([{ result: { error: '' } }]);
  });
});

describe('a text of megabytes', () => {
  it('is cut before credentials are searched in it', () => {
    const body = Buffer.from(JSON.stringify(['//a:'.repeat(1_200_000)]));
    const lengths: number[] = [];
    const scrub = (text: string) => {
      lengths.push(text.length);
      return text;
    };
    parseResponse({ attempt: 'GET', status: 200, headers: {}, scrub, body }, z.array(z.string()));
    expect(lengths).toEqual([20_000]);
  });

  it('that cannot be read is cut before, too', () => {
    const lengths: number[] = [];
    const scrub = (text: string) => {
      lengths.push(text.length);
      return text;
    };
    const body = Buffer.from('x'.repeat(1_000_000));
    const response = { attempt: 'GET', status: 200, headers: {}, scrub, body };
    expect(() => parseResponse(response, z.array(z.string()))).toThrow('not JSON (no content-type');
    expect(Math.max(...lengths)).toBe(40_000);
  });
});

describe('a Console that ignores that compact rows were asked for', () => {
  it('is asked for fewer, and from the beginning the next time', async () => {
    const limits: number[] = [];
    const row = {
      repoTag: { registry: '', repo: 'library/alpine', tag: '3.16' },
      scanTime: '2026-01-01T00:00:00Z',
      vulnerabilities: 'x'.repeat(200_000),
    };
    const { client } = await stage({
      registry: ({ received, response }: Exchange) => {
        const limit = Number(new URLSearchParams(received.query).get('limit'));
        limits.push(limit);
        response.end(JSON.stringify(Array<object>(limit).fill(row)));
      },
    });
    const answered = [{ kind: 'answered', result: { error: '' } }];
    expect(await client.fetchResults([ALPINE], soon)).toMatchObject(answered);
    expect(await client.fetchResults([ALPINE], soon)).toMatchObject(answered);
    expect(limits).toEqual([50, 20, 20]);
  });

  it('is called unreadable where one row is too large', async () => {
    const { client, server } = await stage({ registry: raw(`["${'x'.repeat(5_000_000)}"]`) });
    expect(await client.fetchResults([ALPINE], soon)).toMatchObject([
      { kind: 'failed', failure: { cause: 'garbled' } },
    ]);
    const asked = server.received.filter(({ path }) => path.endsWith('registry'));
    expect(asked.map(({ query }) => query['limit'])).toEqual(['50', '20', '8', '3', '1']);
  });
});

describe('waiting for our own limit', () => {
  const used = () => createLimiter({ earlier: Array<number>(30).fill(0) });

  it('makes no observation: the Console was not asked', async () => {
    const { client, server } = await stage(
      {},
      { rateLimiter: used(), auth: 'basic', timeouts: { callMs: 50 } },
    );
    expect(await client.fetchProgress(ALPINE, { priority: 'interactive' })).toBeNull();
    expect(server.received).toEqual([]);
  });

  it('is not what the program’s end is called', async () => {
    const rateLimiter = createLimiter();
    const { client, server } = await stage({}, { rateLimiter, auth: 'basic' });
    rateLimiter.close();
    expect(await client.fetchVersion()).toMatchObject({
      failure: { cause: 'own-limit', detail: expect.stringContaining('not sent, the program stops') },
    });
    expect(server.received).toEqual([]);
  });

  it('is named as such where it is an answer, and takes nothing of the Console’s time', async () => {
    const { client } = await stage({}, { rateLimiter: used(), auth: 'basic', timeouts: { callMs: 50 } });
    expect(await client.fetchVersion()).toMatchObject({ kind: 'failed', failure: { cause: 'own-limit' } });
  });
});
