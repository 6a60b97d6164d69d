import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog, LOG_LEVELS } from '../src/log.ts';
import { createScrubber, scrubSecrets } from '../src/secrets.ts';
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
    // Names that stand in environments, YAML, headers, queries and command lines.
    ['db_password=hunter2', 'db_password=[redacted]'],
    ['aws_secret_access_key = hunter2', 'aws_secret_access_key = [redacted]'],
    ['password: hunter2', 'password: [redacted]'],
    ["password 'correct horse'", "password '[redacted]'"],
    ['{"clientSecret": "correct \\" horse"}', '{"clientSecret": "[redacted]"}'],
    ['{\\"password\\":\\"hunter2\\"}', '{\\"password\\":\\"[redacted]\\"}'],
    ['--password hunter2', '--password [redacted]'],
    ['X-Api-Key: hunter2', 'X-Api-Key: [redacted]'],
    ['X-Registry-Auth: hunter2', 'X-Registry-Auth: [redacted]'],
    ['Authorization: NTLM hunter2', 'Authorization: [redacted]'],
    ['authorization%3A%20Bearer%20hunter2', 'authorization%3A%20[redacted]'],
    ['?X-Amz-Signature=hunter2&X-Amz-Date=2', '?X-Amz-Signature=[redacted]&X-Amz-Date=2'],
    ['?se=1&sig=hunter2', '?se=1&sig=[redacted]'],
    ['access_token=hunter2', 'access_token=[redacted]'],
    ['"identitytoken":"hunter2"', '"identitytoken":"[redacted]"'],
    ['{"auths":{"reg.io":{"auth":"dTpw"}}}', '{"auths":{"reg.io":{"auth":"[redacted]"}}}'],
    ['AccountKey=hunter2;', 'AccountKey=[redacted];'],
    ['basic dTpodW50ZXIyZm9yZXZlcg==', 'basic [redacted]'],
    [`npm_${'a1'.repeat(18)}`, '[redacted]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----', '[redacted]'],
    // Encoded as a part of another address, once or twice; without a scheme.
    ['https%3A%2F%2Fuser%3Ahunter2%40reg.io%2Fa', 'https%3A%2F%2F[redacted]%40reg.io%2Fa'],
    ['https%253A%252F%252Fuser%253Ahunter2%2540reg.io', 'https%253A%252F%252F[redacted]%40reg.io'],
    ['password%3Dhunter2', 'password%3D[redacted]'],
    ['user:hunter2@proxy:3128', '[redacted]@proxy:3128'],
  ])('%s', (text, scrubbed) => {
    expect(scrubSecrets(`x ${text} y`)).toBe(`x ${scrubbed} y`);
  });

  it.each([
    'docker login -u ben -p hunter2 reg.acme.io',
    'docker login reg.acme.io -u ben -phunter2',
    "podman login -u=ben -p='hunter2 swordfish' quay.io",
    'mysql -uroot -phunter2 db',
    'sshpass -p hunter2 ssh host',
    'twistcli images scan -u ben -p hunter2 alpine:3.16',
    'curl --user ben:hunter2 https://console/api',
    'password is hunter2',
    'the password was swordfish, sorry',
    'my password is “swordfish”',
    'das Passwort lautet hunter2.',
    'le mot de passe est hunter2',
    'la contraseña es hunter2',
    'a senha é hunter2',
    'passwd: swordfish',
    'pw: hunter2',
    'password - hunter2',
    'passphrase is hunter-swordfish',
    'the api key is 9f8e7hunter2',
  ])('said in a sentence or a command line are redacted: %s', (text) => {
    expect(scrubSecrets(text)).toContain('[redacted]');
    expect(scrubSecrets(text)).not.toMatch(/hunter|swordfish/);
  });

  it.each([
    'docker run -u 1000 -p 8080:80 nginx:1.25',
    'docker compose -p project2 up',
    'docker login --password-stdin reg2.acme.io',
    'Using --password via the CLI is insecure',
    'kubectl logs -p api-7d4b9',
    'the password is wrong',
    'password is required for user2',
    'your password is about to expire',
    'the password is too short',
    'the password is in the vault2',
    'password authentication failed',
    'the secret is stored in cluster2',
    'secret is acme/registry2-creds',
    'the signing key is 2048 bits long',
    'das Passwort ist falsch',
    'le mot de passe est incorrect',
    'the pass rate is 99%, passed: 12',
  ])('are no words of an ordinary sentence: %s', (text) => expect(scrubSecrets(text)).toBe(text));

  it.each([
    'Cookie: session=hunter2; b=c',
    'Set-Cookie: id=hunter2; Path=/',
    'Authorization: Digest a="hunter2"',
  ])('the whole rest of the line is one: %s', (text) =>
    expect(scrubSecrets(`x\n${text}\ny`)).toMatch(/^x\n[\w-]+: \[redacted\]"?\ny$/),
  );

  it.each([
    'acme/secret:1.4 acme/api-key:2 reg.io/token:1.0',
    'acme/vault-token@sha256:abc',
    'https%3A%2F%2Freg%2Falpine%40sha256%3Aabc',
    'invalid token: expired',
    "cannot find secret 'regcred'",
    'mail bob@example.com',
    'reg:5000/a/b@sha256:abc',
    'https://reg:5000/a/b@sha256:abc',
    'https://reg.io/alpine@sha256:abc',
    'Basic authentication',
    'the password: cannot be empty',
    'https://console:8083/#!/monitor?search=alpine:3.16',
  ])('%s is none', (text) => expect(scrubSecrets(text)).toBe(text));

  it.each([
    '//a:',
    'https://',
    '@',
    'Authorization: ',
    'password=',
    '"password":"\\\\',
    'a:b',
    '%2F%2Fa',
    'cookie: a=',
  ])('a megabyte of %s takes less than a second', (piece) => {
    const before = process.cpuUsage();
    scrubSecrets(piece.repeat(1_000_000 / piece.length));
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
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
      await client.fetchProgress(target, { priority: 'background' }),
      await client.fetchRegularReport({ priority: 'high' }),
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
    const read = await client.fetchProgress(target, { priority: 'background' });
    expect(read).toMatchObject({ kind: 'failed', unparsed: SHOWN });
  });

  it('of an image keeps its name, though the password is a word of it', async () => {
    const row = {
      repoTag: { registry: '', repo: 'library/alpine', tag: '3.16' },
      scanTime: '2026-01-01T00:00:00Z',
    };
    const { client } = await stage({ registry: [row] }, { ...options, password: 'alpine' });
    const reference = { registry: '', repository: 'library/alpine', tag: '3.16', digest: '' };
    const [result] = await client.fetchResults([{ kind: 'image', reference }], { priority: 'high' });
    expect(result).toMatchObject({ kind: 'answered', result: { error: '' } });
  });
});

describe('a known secret', () => {
  const PASSWORD = 'p\u00e4ss "horse"/+?';
  const SPELLINGS = [
    PASSWORD,
    encodeURIComponent(PASSWORD),
    JSON.stringify({ password: PASSWORD }),
    Buffer.from(PASSWORD).toString('base64'),
    Buffer.from(`bot:${PASSWORD}`).toString('base64'),
    `https://console/?p=${encodeURIComponent(PASSWORD)}&x=1`,
  ];
  const LEVELS = LOG_LEVELS.filter((level) => level !== 'silent');

  it.each(LEVELS)('gets into no line of level %s, wherever it stands and however it is spelled', (level) => {
    for (const isTerminal of [false, true]) {
      const lines: string[] = [];
      const destination = { write: (line: string) => void lines.push(line) };
      const secrets = [PASSWORD, `bot:${PASSWORD}`];
      const log = createLog({ level: 'trace', isTerminal, secrets, destination });
      for (const text of SPELLINGS) {
        const error = new Error(`failed with ${text}`, { cause: new Error(text) });
        log.child({ text })[level]({ err: error, list: [{ [text]: text }] }, `so ${text}.`);
        log[level](error);
      }
      expect(lines).toHaveLength(2 * SPELLINGS.length);
      const said = lines.join('');
      for (const text of SPELLINGS) expect(said).not.toContain(text);
      expect(said).not.toMatch(/p\u00e4ss|p%C3%A4ss|horse/);
    }
  });

  it('is taken out of any text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (secret, before, after) => {
        const scrubbed = createScrubber([secret])(before + secret + after);
        const rest = `[redacted]${before}${after}`;
        expect(scrubbed.includes(secret) && !rest.includes(secret)).toBe(false);
      }),
    );
  });

  it('that is a short word leaves sentences alone', () => {
    expect(createScrubber(['demo'])('the demo runs')).toBe('the demo runs');
  });

  it('that begins another one leaves nothing of that behind', () => {
    expect(createScrubber(['secret', 'secret-of-mine'])('a secret-of-mine b')).toBe('a [redacted] b');
  });
});
