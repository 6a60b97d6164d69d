import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ImageReference,
  parseReference,
  printReference,
  type InvalidReference,
} from '../../src/image/reference.ts';
import { anyText } from '../support/any-text.ts';

const HEX = 'a1'.repeat(32);
const SHA256 = `sha256:${HEX}`;
const SHA512 = `sha512:${'0f'.repeat(64)}`;

function parsed(text: string): ImageReference {
  const result = parseReference(text);
  if (result.kind === 'invalid') throw new Error(`${text}: ${JSON.stringify(result.error)}`);
  return result.reference;
}

function faultOf(text: string): InvalidReference {
  const result = parseReference(text);
  if (result.kind === 'reference') throw new Error(`${text} is ${JSON.stringify(result.reference)}`);
  return result.error;
}

describe('a reference', () => {
  // Written, then registry, repository, tag, digest, and the familiar form.
  it.each([
    ['alpine:3.16', '', 'library/alpine', '3.16', '', 'alpine:3.16'],
    ['alpine', '', 'library/alpine', 'latest', '', 'alpine:latest'],
    ['library/alpine', '', 'library/alpine', 'latest', '', 'alpine:latest'],
    ['docker.io/alpine:3', '', 'library/alpine', '3', '', 'alpine:3'],
    ['docker.io/library/alpine:3', '', 'library/alpine', '3', '', 'alpine:3'],
    ['index.docker.io/bitnami/nginx:1', '', 'bitnami/nginx', '1', '', 'bitnami/nginx:1'],
    ['registry-1.docker.io/alpine:3', '', 'library/alpine', '3', '', 'alpine:3'],
    ['Docker.IO/alpine:3', '', 'library/alpine', '3', '', 'alpine:3'],
    ['bitnami/nginx:1', '', 'bitnami/nginx', '1', '', 'bitnami/nginx:1'],
    ['library/a/b:1', '', 'library/a/b', '1', '', 'library/a/b:1'],
    ['ghcr.io/acme/api:1.4', 'ghcr.io', 'acme/api', '1.4', '', 'ghcr.io/acme/api:1.4'],
    ['GHCR.io/acme/api:V1_a-b', 'ghcr.io', 'acme/api', 'V1_a-b', '', 'ghcr.io/acme/api:V1_a-b'],
    ['ghcr.io/library/alpine:3', 'ghcr.io', 'library/alpine', '3', '', 'ghcr.io/library/alpine:3'],
    ['localhost/app:1', 'localhost', 'app', '1', '', 'localhost/app:1'],
    ['localhost:5000/app', 'localhost:5000', 'app', 'latest', '', 'localhost:5000/app:latest'],
    ['reg:5000/a/b', 'reg:5000', 'a/b', 'latest', '', 'reg:5000/a/b:latest'],
    ['[FE80::1]:5000/a:1', '[fe80::1]:5000', 'a', '1', '', '[fe80::1]:5000/a:1'],
    ['10.0.0.1:65535/a:1', '10.0.0.1:65535', 'a', '1', '', '10.0.0.1:65535/a:1'],
    [`reg:5000/a/b@${SHA256}`, 'reg:5000', 'a/b', '', SHA256, `reg:5000/a/b@${SHA256}`],
    [`reg:5000/a/b:t@${SHA256}`, 'reg:5000', 'a/b', 't', SHA256, `reg:5000/a/b:t@${SHA256}`],
    [`alpine@${SHA256}`, '', 'library/alpine', '', SHA256, `alpine@${SHA256}`],
    [`alpine@${SHA512}`, '', 'library/alpine', '', SHA512, `alpine@${SHA512}`],
    ['us-docker.pkg.dev/p/r/i:1', 'us-docker.pkg.dev', 'p/r/i', '1', '', 'us-docker.pkg.dev/p/r/i:1'],
    ['a--b/c__d.e_f:1', '', 'a--b/c__d.e_f', '1', '', 'a--b/c__d.e_f:1'],
    ['ghcr.io', '', 'library/ghcr.io', 'latest', '', 'ghcr.io:latest'],
    ['localhost', '', 'library/localhost', 'latest', '', 'localhost:latest'],
    ['reg:5000', '', 'library/reg', '5000', '', 'reg:5000'],
    ['  alpine:3.16\n', '', 'library/alpine', '3.16', '', 'alpine:3.16'],
    ['https://ghcr.io/acme/api:1.4', 'ghcr.io', 'acme/api', '1.4', '', 'ghcr.io/acme/api:1.4'],
    ['HTTP://reg:5000/a/b/', 'reg:5000', 'a/b', 'latest', '', 'reg:5000/a/b:latest'],
    ['ghcr.io/acme/api//', 'ghcr.io', 'acme/api', 'latest', '', 'ghcr.io/acme/api:latest'],
  ])('is read from %s', (text, registry, repository, tag, digest, familiar) => {
    expect(parsed(text)).toEqual({ registry, repository, tag, digest });
    expect(printReference(parsed(text))).toBe(familiar);
  });

  it.each([
    ['alpine', true],
    ['reg:5000/a', true],
    ['alpine:latest', false],
    [`alpine@${SHA256}`, false],
    [`alpine:3@${SHA256}`, false],
  ])('of %s tells whether its tag is assumed: %s', (text, isTagAssumed) => {
    expect(parseReference(text)).toMatchObject({ isTagAssumed });
  });
});

describe('a fault', () => {
  it.each<[string, InvalidReference['part'], InvalidReference['reason']]>([
    ['', 'whole', 'empty'],
    [' \t\n', 'whole', 'empty'],
    ['a'.repeat(601), 'whole', 'too-long'],
    [`@${SHA256}`, 'whole', 'lone-digest'],
    [SHA256, 'whole', 'lone-digest'],
    [SHA512, 'whole', 'lone-digest'],
    [HEX, 'whole', 'lone-digest'],
    [`docker.io/library/${SHA256}`, 'whole', 'lone-digest'],
    ['/', 'repository', 'empty'],
    ['https://', 'repository', 'empty'],
    ['https://ghcr.io/', 'repository', 'empty'],
    ['ghcr.io/', 'repository', 'empty'],
    ['ghcr.io/:1', 'repository', 'empty'],
    [':3.16', 'repository', 'empty'],
    [':5000/a', 'registry', 'empty'],
    ['reg:/a', 'registry', 'port'],
    ['reg:0/a', 'registry', 'port'],
    ['reg:05000/a', 'registry', 'port'],
    ['reg:65536/a', 'registry', 'port'],
    ['reg:x/a', 'registry', 'port'],
    ['reg:80.5/a', 'registry', 'port'],
    ['ré.io/a', 'registry', 'character'],
    ['re_g.io/a', 'registry', 'character'],
    ['[z.z]/a', 'registry', 'character'],
    ['\u212aen.io/a', 'registry', 'character'],
    ['-reg.io/a', 'registry', 'form'],
    ['reg..io/a', 'registry', 'form'],
    ['reg.io./a', 'registry', 'form'],
    ['./a', 'registry', 'form'],
    ['Alpine', 'repository', 'upper-case'],
    ['ghcr.io/Acme/api', 'repository', 'upper-case'],
    ['alpine linux', 'repository', 'character'],
    ['<alpine>', 'repository', 'character'],
    ['älpine', 'repository', 'character'],
    ['a//b', 'repository', 'form'],
    ['/a', 'repository', 'form'],
    ['-a', 'repository', 'form'],
    ['a_', 'repository', 'form'],
    ['a..b', 'repository', 'form'],
    ['a___b', 'repository', 'form'],
    ['a-_b', 'repository', 'form'],
    ['a'.repeat(256), 'repository', 'too-long'],
    [`reg.io/${'a'.repeat(249)}`, 'repository', 'too-long'],
    ['docker.io/ghcr.io/a', 'repository', 'hub-registry'],
    ['docker.io/docker.io/alpine', 'repository', 'hub-registry'],
    ['docker.io/localhost/a', 'repository', 'hub-registry'],
    ['alpine:', 'tag', 'empty'],
    ['alpine:3:16', 'tag', 'character'],
    ['alpine:ü', 'tag', 'character'],
    ['alpine:.3', 'tag', 'form'],
    ['alpine:-3', 'tag', 'form'],
    [`alpine:${'3'.repeat(129)}`, 'tag', 'too-long'],
    ['alpine@', 'digest', 'empty'],
    ['alpine@3.16', 'digest', 'form'],
    ['alpine@md5:abc', 'digest', 'algorithm'],
    ['alpine@sha256:', 'digest', 'length'],
    [`alpine@${SHA256}0`, 'digest', 'length'],
    [`alpine@sha256:${'g'.repeat(64)}`, 'digest', 'character'],
    [`alpine@${SHA256}@${SHA256}`, 'digest', 'character'],
    [`alpine@${SHA256.toUpperCase()}`, 'digest', 'upper-case'],
  ])('is found in %j', (text, part, reason) => {
    expect(faultOf(text)).toMatchObject({ part, reason });
  });

  it.each([
    ['Alpine:3.16', 'alpine:3.16'],
    ['ghcr.io/Acme/API:V1', 'ghcr.io/acme/api:V1'],
    [`alpine@${SHA256.toUpperCase()}`, `alpine@${SHA256}`],
    [`Alpine@${SHA256.toUpperCase()}`, `alpine@${SHA256}`],
    ['docker.io/ghcr.io/acme/api:1', 'ghcr.io/acme/api:1'],
    ['docker.io/docker.io/Alpine:1', 'alpine:1'],
    ['Alpine:', null],
    ['a..b', null],
  ])('in %s suggests %s', (text, suggestion) => {
    expect(faultOf(text).suggestion).toBe(suggestion);
  });

  it('shows no more than 60 characters, none of them halved', () => {
    expect(faultOf(`${'a'.repeat(59)}😀`).text).toBe(`${'a'.repeat(59)}\ufffd`);
    expect(faultOf(`alpine:${'!'.repeat(300)}`).text).toBe('!'.repeat(60));
  });

  it.each([
    ['a', 'a'.repeat(1_000_000)],
    ['a.', 'a.'.repeat(500_000)],
    ['/', '/'.repeat(1_000_000)],
    ['-_', `a${'-_'.repeat(500_000)}!`],
    [':', ':'.repeat(1_000_000)],
    ['@', '@'.repeat(1_000_000)],
  ])('is all that a megabyte of %j gives', (_, text) => {
    expect(faultOf(text)).toMatchObject({ part: 'whole', reason: 'too-long' });
  });
});

const component = fc
  .array(
    fc.tuple(
      fc.string({ unit: fc.constantFrom('a', 'b', 'z', '0', '9'), minLength: 1, maxLength: 6 }),
      fc.constantFrom('.', '_', '__', '-', '--'),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((pieces) =>
    pieces.map(([piece, separator], index) => (index === 0 ? piece : separator + piece)).join(''),
  );
const digest = fc.constantFrom('', SHA256, SHA512);
const written = fc
  .record({
    scheme: fc.constantFrom('', 'https://', 'http://'),
    registry: fc.constantFrom(
      '',
      'docker.io/',
      'ghcr.io/',
      'Reg:5000/',
      'localhost/',
      'library/',
      '[::1]/',
      'a.b-c.d:1/',
    ),
    path: fc.array(component, { minLength: 1, maxLength: 3 }).map((components) => components.join('/')),
    tag: fc.oneof(fc.constant(''), fc.stringMatching(/^:[\w.-]{1,10}$/)),
    digest: digest.map((text) => (text === '' ? '' : `@${text}`)),
  })
  .map(({ scheme, registry, path, tag, digest: at }) => scheme + registry + path + tag + at);
const SIGNS = 'a A 0 . : / @ - _ [ ]'.split(' ');
/** Text made of what the grammar is made of gets further into the parser than arbitrary text. */
const nonsense = fc.oneof(
  anyText(),
  fc.string({
    unit: fc.constantFrom(...SIGNS, ' ', 'docker.io', 'localhost', 'library/', SHA256),
    maxLength: 12,
  }),
);

describe('every text', () => {
  it('that parses is printed as a text that parses to the same', () => {
    fc.assert(
      fc.property(fc.oneof(written, nonsense), (text) => {
        const result = parseReference(text);
        fc.pre(result.kind === 'reference');
        expect(parsed(printReference(result.reference))).toEqual(result.reference);
        // A printed reference names its version, so it is never taken for a word.
        expect(printReference(result.reference)).toMatch(/[:@]/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives a reference or a fault, and a suggestion that parses', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          nonsense,
          written.map((text) => text.toUpperCase()),
        ),
        (text) => {
          const result = parseReference(text);
          if (result.kind === 'reference' || result.error.suggestion === null) return;
          expect(printReference(parsed(result.error.suggestion))).toBe(result.error.suggestion);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
