import { describe, expect, it } from 'vitest';
import { readAccess } from '../../../src/cli/bot/access.ts';

const TOKEN = '0123456789abcdef';
const GIVEN = { SCANPROGRESS_URL: 'http://bot:3000', API_TOKEN: TOKEN };
const read = (env: Record<string, string>) => readAccess(env, () => `${TOKEN}\n`);

describe('the way to the bot', () => {
  it.each<[Record<string, string>, object]>([
    [GIVEN, { url: 'http://bot:3000/', token: TOKEN, proxies: { https: null, http: null, except: '' } }],
    [{ ...GIVEN, SCANPROGRESS_URL: ' https://x/bot/ ' }, { url: 'https://x/bot/' }],
    [{ SCANPROGRESS_URL: 'http://bot:3000', API_TOKEN_FILE: '/run/token' }, { token: TOKEN }],
    [{ ...GIVEN, https_proxy: 'proxy:3128' }, { proxies: { https: 'http://proxy:3128/' } }],
  ])('is read from %j', (env, expected) => {
    expect(read(env)).toMatchObject(expected);
  });

  it.each<[Record<string, string>, readonly RegExp[]]>([
    [{}, [/^SCANPROGRESS_URL is missing: .* http:\/\/scanprogress:3000$/, /^API_TOKEN is missing/]],
    [{ ...GIVEN, SCANPROGRESS_URL: 'bot:3000' }, [/^SCANPROGRESS_URL must be an address that begins with/]],
    [{ ...GIVEN, SCANPROGRESS_URL: 'http://u:p@bot' }, [/^SCANPROGRESS_URL must not contain a user/]],
    [{ ...GIVEN, API_TOKEN: 'hunter2' }, [/^API_TOKEN must have 16 to 512/]],
    [{ ...GIVEN, API_TOKEN_FILE: '/run/token' }, [/^API_TOKEN and API_TOKEN_FILE are both set/]],
    [{ ...GIVEN, HTTP_PROXY: 'ftp://x' }, [/^HTTP_PROXY must be/]],
  ])('is refused from %j, and no value is repeated', (env, faults) => {
    const access = read(env);
    if (!('errors' in access)) throw new Error('it was taken');
    expect(access.errors).toEqual(faults.map((fault) => expect.stringMatching(fault) as string));
    expect(access.errors.join()).not.toMatch(/hunter2|u:p/);
  });
});
