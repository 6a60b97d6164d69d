import { describe, expect, it } from 'vitest';
import { createScrubber, scrubSecrets } from '../src/errors.ts';
import { stage } from './prisma-cloud/loopback.ts';

const [bot, app] = ['xoxb', 'xapp'].map((kind) => [kind, 1, 'abc'].join('-'));
const PASSWORD = 'p ä+s/w"o!rd';

describe('credentials', () => {
  it.each([
    ['https://user:hunter2@reg.io/a', 'https://[redacted]@reg.io/a'],
    ['https://user:hun@ter2@reg.io/a', 'https://[redacted]@reg.io/a'],
    ['https://user:hun/ter2@reg.io/a', 'https://[redacted]@reg.io/a'],
    ['//oauth2accesstoken@gcr.io', '//[redacted]@gcr.io'],
    ['Authorization: Basic dTpw', 'Authorization: [redacted]'],
    ['authorization="Bearer abc.def"', 'authorization="[redacted]"'],
    ['{"Authorization":"token 123"}', '{"Authorization":"[redacted]"}'],
    ['Bearer abcdef', 'Bearer [redacted]'],
    [`${bot} and ${app}`, '[redacted] and [redacted]'],
    [`ghp_${'a'.repeat(36)}`, '[redacted]'],
    [`AKIA${'A'.repeat(16)}`, '[redacted]'],
    ['password=hunter2&user=bot', 'password=[redacted]&user=bot'],
    ['{"password":"hunter2"}', '{"password":"[redacted]"}'],
  ])('%s', (text, scrubbed) => {
    expect(scrubSecrets(`x ${text} y`)).toBe(`x ${scrubbed} y`);
  });

  it.each([
    'reg:5000/a/b@sha256:abc',
    'https://reg:5000/a/b@sha256:abc',
    'https://reg.io/alpine@sha256:abc',
    'Basic authentication',
    'the password: cannot be empty',
    'https://console:8083/#!/monitor?search=alpine:3.16',
  ])('%s is none', (text) => expect(scrubSecrets(text)).toBe(text));

  it.each(['//a:', 'https://', '@', 'Authorization: ', 'password='])(
    'a megabyte of %s takes no time',
    (piece) => {
      scrubSecrets(piece.repeat(1_000_000 / piece.length));
    },
  );
});

describe('a secret of this program', () => {
  it.each([
    PASSWORD,
    encodeURIComponent(PASSWORD),
    encodeURIComponent(PASSWORD).toLowerCase(),
    new URLSearchParams({ p: PASSWORD }).toString().slice(2),
    Buffer.from(PASSWORD).toString('base64'),
    Buffer.from(PASSWORD).toString('base64url'),
    JSON.stringify(PASSWORD).slice(1, -1),
  ])('is taken out as %s', (spelling) => {
    expect(createScrubber([PASSWORD])(`a ${spelling} b`)).toMatch(/^a \[redacted\]=* b$/);
  });
});

describe('what the Console says', () => {
  const said = `pull of https://u:hunter2@reg.io: ${PASSWORD} and another-secret with Authorization: Basic dTpw`;
  const SHOWN = 'pull of https://[redacted]@reg.io: [redacted] and [redacted] with Authorization: [redacted]';
  const options = { password: PASSWORD, secrets: ['another-secret'], auth: 'basic' } as const;
  const target = { kind: 'regular' } as const;

  it('of an error, a title or a refusal is scrubbed where it comes in', async () => {
    const step = { total: 1, scanned: 0, title: said, error: said };
    const { client } = await stage(
      {
        'registry/progress': [{ discovery: step, imageScan: step, isScanOngoing: true }],
        'statuses/registry': { errors: [said] },
        'settings/registry': { specifications: [{ registry: 'https://u:hunter2@reg.io', scanError: said }] },
      },
      options,
    );
    const seen = JSON.stringify([
      await client.fetchProgress(target, { priority: 'poll' }),
      await client.fetchRegularReport({ priority: 'soon' }),
    ]);
    for (const secret of ['hunter2', 'another-secret', 'dTpw', JSON.stringify(PASSWORD).slice(1, -1)])
      expect(seen).not.toContain(secret);
    expect(seen.split(SHOWN).length - 1).toBeGreaterThanOrEqual(6);
  });

  it('that nobody can read is kept without them', async () => {
    const { client } = await stage(
      {
        'registry/progress': ({ response }: { response: { end: (text: string) => void } }) =>
          response.end(said),
      },
      options,
    );
    const read = await client.fetchProgress(target, { priority: 'poll' });
    expect(read).toMatchObject({ kind: 'failed', unread: SHOWN });
  });

  it('of an image keeps its name, though the password is a word of it', async () => {
    const row = {
      repoTag: { registry: '', repo: 'library/alpine', tag: '3.16' },
      scanTime: '2026-01-01T00:00:00Z',
    };
    const { client } = await stage({ registry: [row] }, { ...options, password: 'alpine' });
    const reference = { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' };
    const [result] = await client.fetchResults([{ kind: 'image', reference }], { priority: 'soon' });
    expect(result).toMatchObject({ kind: 'answered', result: { error: '' } });
  });
});
