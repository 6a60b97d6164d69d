import { describe, expect, it } from 'vitest';
import type { FailureCause } from '../../../src/scan/snapshot.ts';
import {
  describeFailure,
  failureLines,
  failureSentences,
  singleRequestLines,
} from '../../../src/views/parts/failure.ts';

const failed = (cause: FailureCause, retryAfterMs: number | null = null, detail = '') => ({
  cause,
  detail,
  retryAfterMs,
});

describe('a failure', () => {
  it.each<[FailureCause, string[]]>([
    ['unreachable', ['PRISMA_CONSOLE_URL', 'network']],
    ['tls', ['PRISMA_CA_FILE', 'PRISMA_TLS_INSECURE']],
    ['timeout', ['tries again']],
    ['sign-in', ['PRISMA_USERNAME', 'PRISMA_PASSWORD', 'PRISMA_AUTH']],
    ['forbidden', ['monitorImages', 'read']],
    ['not-found', ['PRISMA_API_VERSION', 'PRISMA_CONSOLE_URL', 'path']],
    ['bad-request', ['image', 'PRISMA_API_VERSION']],
    ['rate-limited', ['API']],
    ['unavailable', ['health']],
    ['garbled', ['proxy', 'login page']],
  ])('%s names what to look at', (cause, named) => {
    const { headline, whatToDo } = describeFailure(failed(cause));
    expect(headline).toMatch(/^The Console/);
    for (const word of named) expect(whatToDo).toContain(word);
  });

  it('behind a proxy names the proxy, and not the address of the Console', () => {
    const failure = failed('unreachable', null, 'GET /x: PROXY_407');
    for (const text of [failureSentences(failure), describeFailure(failure).whatToDo]) {
      for (const word of ['HTTPS_PROXY', 'NO_PROXY', 'user and password']) expect(text).toContain(word);
      expect(text).not.toContain('PRISMA_CONSOLE_URL');
    }
    expect(failureLines(failure)[0]).toMatch(/^For whoever runs this bot: the proxy in `HTTPS_PROXY`/);
  });

  it('says when the Console may be asked again', () => {
    expect(describeFailure(failed('rate-limited', 30_000)).whatToDo).toMatch(/^The next try is in 30 s\. /);
  });

  it('sets off variables in Slack and shows what came back, disarmed', () => {
    expect(failureLines(failed('tls', null, '<!channel> `x`'))).toMatchInlineSnapshot(`
      [
        "For whoever runs this bot: if the Console signs its own, give its CA in \`PRISMA_CA_FILE\`. Has it expired, or is it for another host? \`PRISMA_TLS_INSECURE=true\` skips the check, for a test.",
        "\`&lt;!channel&gt; 'x'\`",
      ]
    `);
  });

  it.each([
    ['', ['Check the Console’s health.']],
    [' ', ['Check the Console’s health.']],
    ['HTTP 500', ['Check the Console’s health.', '`HTTP 500`']],
  ])('of a single request says what to do, and what came back: %j', (detail, lines) => {
    expect(singleRequestLines(failed('unavailable', null, detail))).toEqual(lines);
  });

  it.each([
    [null, /^Try again in a minute\. /],
    [30_000, /^Try again in 30 s\. /],
  ])('of a single request that came too often says when to try again: %s', (retryAfterMs, words) => {
    expect(singleRequestLines(failed('rate-limited', retryAfterMs))[0]).toMatch(words);
  });

  it('is plain text for a log', () => {
    expect(describeFailure(failed('sign-in')).whatToDo).not.toContain('`');
  });
});
