import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertNever, messageOf } from '../src/errors.ts';
import { scrubSecrets } from '../src/secrets.ts';
import { createLog, withRequestId, type Log, type LogLevel } from '../src/log.ts';

function logTo(lines: string[], options: { level?: LogLevel; isTerminal?: boolean } = {}): Log {
  const destination = { write: (line: string) => void lines.push(line) };
  return createLog({ level: 'info', isTerminal: false, ...options, destination });
}

/** What one call writes, parsed. */
function written(write: (log: Log) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(logTo(lines));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

const TOKENS = [
  'xoxb-1-2-abc',
  'xoxp-1-2-abc',
  'xoxe.xoxb-1-abc',
  'xapp-1-A0-abc',
  'Bearer abc.def',
  'Basic dXNlcjpwYXNzd29yZA==',
  'eyJhbGciOi.eyJzdWIi.c2ln',
  'https://hooks.slack.com/commands/T0/1/abc',
  'wss://wss.slack.com/link/?ticket=abc&app_id=1',
  'https://user:abc@console:8083/',
];
const LEAK = /abc|dXNl|c2ln/;

describe('the log', () => {
  it('writes one line of JSON per call', () => {
    const line = written((log) => log.info({ target: 'alpine:3' }, 'polled'));
    expect(line).toMatchObject({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      target: 'alpine:3',
      msg: 'polled',
    });
    expect(line).not.toHaveProperty('hostname');
  });

  it('writes nothing below its level', () => {
    const lines: string[] = [];
    logTo(lines, { level: 'warn' }).info('polled');
    logTo(lines, { level: 'silent' }).fatal('polled');
    expect(lines).toEqual([]);
  });

  it('writes for people on a terminal', () => {
    const lines: string[] = [];
    logTo(lines, { isTerminal: true }).warn({ target: 'alpine:3', token: 'abc' }, 'slow down, xoxb-abc');
    const text = lines.join('');
    expect(text).toContain('WARN');
    expect(text).toContain('slow down, [redacted]');
    expect(text).toContain('alpine:3');
    expect(text).not.toMatch(LEAK);
    expect(text.endsWith('\n')).toBe(true);
  });

  it.each([
    'token',
    'botToken',
    'SLACK_APP_TOKEN',
    'password',
    'secret',
    'signing_secret',
    'client-secret',
    'Authorization',
    'credential',
    'credentials',
    'set-cookie',
    'response_url',
    'responseUrl',
    'apiKey',
    'private_key',
  ])('hides %s at every depth', (key) => {
    const line = written((log) => {
      log
        .child({ [key]: 'abc', context: { [key]: 'abc' } })
        .info({ a: { b: { [key]: 'abc' } }, list: [{ [key]: { x: 'abc' } }] });
    });
    expect(line).toMatchObject({ [key]: '[redacted]', context: { [key]: '[redacted]' } });
    expect(JSON.stringify(line)).not.toMatch(LEAK);
  });

  it('takes out the same, whatever else the line needs escaped', () => {
    const texts = fc.oneof(fc.string(), fc.constantFrom(...TOKENS, 'say "no"', 'a\\b', 'authorization: abc'));
    const fields = fc.dictionary(
      fc.oneof(fc.stringMatching(/^[a-z_]{1,8}$/), fc.constantFrom('apiKey', 'my-Token')),
      texts,
    );
    fc.assert(
      fc.property(fields, fields, (plain, inner) => {
        const escaped = written((log) => log.info({ ...plain, inner, odd: '\\' }, 'said'));
        const unescaped = written((log) => log.info({ ...plain, inner, odd: '' }, 'said'));
        expect({ ...unescaped, odd: '\\', time: escaped['time'] }).toEqual(escaped);
      }),
    );
  });

  it('keeps numbers and booleans about secrets', () => {
    expect(written((log) => log.info({ tokenAgeMs: 5, isTokenExpired: true, token: null }))).toMatchObject({
      tokenAgeMs: 5,
      isTokenExpired: true,
      token: null,
    });
  });

  it.each(TOKENS)('hides %s in messages, fields and errors', (token) => {
    const cause = new Error(`cause ${token}`);
    const error = Object.assign(new Error(`call with ${token} failed`, { cause }), {
      request: { headers: { Authorization: 'abc', host: token } },
    });
    const line = written((log) =>
      log.error({ err: error, url: token, list: [token] }, `failed with ${token}.`),
    );
    expect(JSON.stringify(line)).not.toMatch(LEAK);
    expect(line['msg']).toMatch(/^failed with /);
    expect(line['err']).toMatchObject({
      type: 'Error',
      request: { headers: { Authorization: '[redacted]' } },
    });
  });

  it('leaves other text as it is', () => {
    const text = 'Basic authentication failed at https://console:8083/api: the token has expired';
    expect(written((log) => log.info(text))).toMatchObject({ msg: text });
  });

  const HOSTILE = 'alpine\n[12:00:00] INFO: all is well\r\u001b[2J\u009b31m\u202e\u2028';
  // eslint-disable-next-line no-control-regex -- what must not come through
  const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/;

  it.each<[string, (log: Log) => void]>([
    ['a message', (log) => log.warn(`no response from ${HOSTILE}`)],
    ['a field', (log) => log.warn({ target: HOSTILE, list: [HOSTILE] }, 'no response')],
    [
      'an error',
      (log) => log.warn({ err: new Error(HOSTILE, { cause: new Error(HOSTILE) }) }, 'no response'),
    ],
    ['an error alone', (log) => log.warn(new Error(HOSTILE))],
  ])('lets nothing from outside, in %s, write a line of its own or command a terminal', (_, write) => {
    const terminal: string[] = [];
    const json: string[] = [];
    write(logTo(terminal, { isTerminal: true }));
    write(logTo(json));
    // eslint-disable-next-line no-control-regex -- the colours of the log itself
    const drawn = terminal.join('').replace(/\u001b\[\d*m/g, '');
    expect(drawn).toContain('all is well');
    expect(drawn).not.toMatch(OBEYED);
    expect(drawn).not.toMatch(/^\s*\[12:00:00\]/m);
    expect(json).toHaveLength(1);
    expect(json[0]).not.toMatch(OBEYED);
    expect(json[0]!.trimEnd()).not.toContain('\n');
    // Nothing is lost: who reads the line as JSON gets what was logged.
    expect(JSON.stringify(JSON.parse(json[0]!))).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  });

  it('keeps a stack readable on a terminal', () => {
    const lines: string[] = [];
    logTo(lines, { isTerminal: true }).error({ err: new Error('it broke') }, 'failed');
    expect(lines.join('')).toMatch(/Error: it broke\n\s+at .+:\d+/);
  });

  it('survives circles', () => {
    const circle: Record<string, unknown> = { token: 'abc' };
    circle['self'] = circle;
    expect(JSON.stringify(written((log) => log.info(circle)))).not.toMatch(LEAK);
  });
});

describe('a request', () => {
  it('marks all lines that come of it, also later ones, and no others', async () => {
    const lines: string[] = [];
    const log = logTo(lines);
    const later = (text: string) =>
      new Promise((resolve) => setTimeout(resolve, 5)).then(() => log.info(text));
    await Promise.all([
      withRequestId('r1', () => later('one')),
      withRequestId('r2', async () => {
        log.child({ target: 'a' }).info('two');
        await later('two');
      }),
      later('none'),
    ]);
    const marks = lines.map((line) => JSON.parse(line) as { msg: string; request?: string });
    const logged = marks.map(({ msg, request }) => [msg, request]).toSorted();
    expect(logged).toEqual([
      ['none', undefined],
      ['one', 'r1'],
      ['two', 'r2'],
      ['two', 'r2'],
    ]);
  });
});

describe('messageOf', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('it broke'), 'it broke'],
    [
      'causes',
      new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') }),
      'fetch failed: connect ECONNREFUSED',
    ],
    ['a cause that is quoted already', new Error('a: b', { cause: new Error('b') }), 'a: b'],
    ['an error without a message', new RangeError(''), 'RangeError'],
    ['an error with a code only', Object.assign(new Error(''), { code: 'ECONNRESET' }), 'ECONNRESET'],
    [
      'the first of several',
      Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1'), new Error('b')], ''), {
        code: 'ECONNREFUSED',
      }),
      'ECONNREFUSED: connect ECONNREFUSED ::1',
    ],
    ['a text', 'it broke', 'it broke'],
    ['an object', { message: 'x' }, 'unknown error (object)'],
    ['nothing', undefined, 'unknown error'],
    ['null', null, 'unknown error'],
    ['an object without a prototype', Object.create(null), 'unknown error (object)'],
    ['several lines', new Error('a\n  b'), 'a b'],
  ])('tells %s', (_, error, message) => {
    expect(messageOf(error)).toBe(message);
  });

  it('ends where causes go round', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(messageOf(error)).toBe('a: b');
  });

  it.each(TOKENS)('hides %s', (token) => {
    expect(messageOf(new Error('failed', { cause: new Error(token) }))).not.toMatch(LEAK);
  });

  it('is no longer than 300 characters', () => {
    expect(messageOf(new Error(`xoxb-${'a'.repeat(1_000)} ${'b'.repeat(1_000)}`))).toMatch(
      /^\[redacted\] b{288}…$/,
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(messageOf(value).length).toBeLessThanOrEqual(300);
      }),
    );
  });
});

describe('scrubSecrets', () => {
  it.each(['xoxb-', 'eyJ-', 'eyJa.', 'Bearer ', 'Basic ', '://a', '://a:', '?token=', 'hooks.slack.com/'])(
    'comes to the end of a megabyte of %j',
    (piece) => {
      expect(typeof scrubSecrets(piece.repeat(Math.ceil(1_000_000 / piece.length)))).toBe('string');
    },
  );
});

describe('assertNever', () => {
  it('throws what it was given', () => {
    expect(() => assertNever('odd' as never)).toThrow('unexpected value: odd');
  });
});
