/** No response of the Console blocks the event loop or loses the reply; and our own limit is not its error. */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseResponse } from '../../src/prisma-cloud/http/response.ts';
import { createLimiter } from '../support/rate-limiter.ts';
import { ALPINE, type Respond, json, person, poll, stage, text } from './loopback.ts';

const soon = { priority: 'high' } as const;
const numbers = (count: number) => `[${'1,'.repeat(count - 1)}1]`;

describe('an array of millions', () => {
  it.each([
    ['registry/progress', numbers(2_400_000)],
    ['registry/progress', numbers(5_001)],
  ])('of %s is refused before it is looked at, in one error', async (route, body) => {
    const { client } = await stage({ [route]: text(body) });
    const detail = expect.stringContaining('no array of at most 5000 elements') as string;
    const failed = { kind: 'failed', failure: { cause: 'garbled', detail } };
    expect(await client.fetchProgress(ALPINE, poll)).toMatchObject(failed);
  });

  it.each([
    [1_000, { kind: 'answered', result: null }],
    [1_001, { kind: 'failed', failure: { cause: 'garbled' } }],
  ])('of %i rows is what a page may have, or more', async (count, expected) => {
    const { client } = await stage({ registry: text(`[${'null,'.repeat(count - 1)}null]`) });
    expect(await client.fetchResults([ALPINE], soon)).toMatchObject([expected]);
  });

  it('within a row costs that list, and no row', async () => {
    const row = `{"repoTag":{"registry":"","repo":"library/alpine","tag":"3.16"},
      "scanTime":"2026-01-01T00:00:00Z","tags":${numbers(2_000_000)}}`;
    const { client } = await stage({ registry: text(`[${row}]`) });
    expect(await client.fetchResults([ALPINE], soon)).toMatchObject([{ result: { error: '' } }]);
  });
});

describe('a text of megabytes', () => {
  /** A response with this body, and the lengths of texts in which credentials were searched. */
  function scrubbed(body: string) {
    const lengths: number[] = [];
    const scrub = (searched: string) => {
      lengths.push(searched.length);
      return searched;
    };
    const response = { attempt: 'GET', status: 200, headers: {}, scrub, body: Buffer.from(body) };
    return { parse: () => parseResponse(response, z.array(z.string())), lengths };
  }

  it('is cut before credentials are searched in it', () => {
    const { parse, lengths } = scrubbed(JSON.stringify(['//a:'.repeat(1_200_000)]));
    parse();
    expect(lengths).toEqual([20_000]);
  });

  it('that cannot be read is cut before, too', () => {
    const { parse, lengths } = scrubbed('x'.repeat(1_000_000));
    expect(parse).toThrow('not JSON (no content-type');
    expect(Math.max(...lengths)).toBe(40_000);
  });
});

describe('a Console that ignores that compact rows were asked for', () => {
  it('is asked for fewer, and from the beginning the next time', async () => {
    const limits: number[] = [];
    const repoTag = { registry: '', repo: 'library/alpine', tag: '3.16' };
    const row = { repoTag, scanTime: '2026-01-01T00:00:00Z', vulnerabilities: 'x'.repeat(200_000) };
    const registry: Respond = ({ received, response }) => {
      const limit = Number(received.query['limit']);
      limits.push(limit);
      json(response, Array<object>(limit).fill(row));
    };
    const { client } = await stage({ registry });
    const answered = [{ kind: 'answered', result: { error: '' } }];
    expect(await client.fetchResults([ALPINE], soon)).toMatchObject(answered);
    expect(await client.fetchResults([ALPINE], soon)).toMatchObject(answered);
    expect(limits).toEqual([50, 20, 20]);
  });

  it('is called unreadable where one row is too large', async () => {
    const { client, server } = await stage({ registry: text(`["${'x'.repeat(5_000_000)}"]`) });
    const readings = await client.fetchResults([ALPINE], soon);
    expect(readings).toMatchObject([{ kind: 'failed', failure: { cause: 'garbled' } }]);
    const asked = server.received.filter(({ path }) => path.endsWith('registry'));
    expect(asked.map(({ query }) => query['limit'])).toEqual(['50', '20', '8', '3', '1']);
  });
});

describe('waiting for our own limit', () => {
  const usedUp = () => {
    const rateLimiter = createLimiter({ earlier: Array<number>(30).fill(0) });
    return stage({}, { rateLimiter, auth: 'basic', timeouts: { callMs: 50 } });
  };

  it('makes no observation: the Console was not asked', async () => {
    const { client, server } = await usedUp();
    expect(await client.fetchProgress(ALPINE, person)).toBeNull();
    expect(server.received).toEqual([]);
  });

  it('is not what the program’s end is called', async () => {
    const rateLimiter = createLimiter();
    const { client, server } = await stage({}, { rateLimiter, auth: 'basic' });
    rateLimiter.close();
    const detail = expect.stringContaining('not sent, the program stops') as string;
    expect(await client.fetchVersion()).toMatchObject({ failure: { cause: 'own-limit', detail } });
    expect(server.received).toEqual([]);
  });

  it('is named as such where it is an answer, and takes nothing of the Console’s time', async () => {
    const { client } = await usedUp();
    expect(await client.fetchVersion()).toMatchObject({ kind: 'failed', failure: { cause: 'own-limit' } });
  });
});
