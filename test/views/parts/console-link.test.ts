import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consoleLink } from '../../../src/views/parts/console-link.ts';
import * as any from '../support/arbitraries.ts';
import { ALPINE, image, REGULAR } from '../support/samples.ts';

const registries = '/#!/monitor/vulnerabilities/images/registries';
const usual = `{console}${registries}?search={image}`;
const self = 'https://c:8083';
const saas = 'https://us-east1.cloud.twistlock.com/us-1-234';

const byDigest = image(`a@sha256:${'0'.repeat(64)}`);

describe('the link into the Console', () => {
  it.each([
    [usual, saas, ALPINE, null, `${saas}${registries}?search=library%2Falpine%3A3.16`],
    [usual, `${saas}/`, REGULAR, null, `${saas}${registries}`],
    [
      usual,
      self,
      image('ghcr.io/acme/api:1.4'),
      'blue & co',
      `${self}${registries}?projectId=blue%20%26%20co&search=acme%2Fapi%3A1.4`,
    ],
    [usual, self, REGULAR, 'blue', `${self}${registries}?projectId=blue`],
    ['{console}/x?a=1&q={image}&b=2', 'https://c', REGULAR, null, 'https://c/x?a=1&b=2'],
    ['{console}/x?q={image}&b=2', 'https://c', REGULAR, null, 'https://c/x?b=2'],
    ['{console}/p/{project}/{image}', 'https://c', byDigest, 'p1', 'https://c/p/p1/library%2Fa'],
    ['{console}/p/{project}', 'https://c', ALPINE, null, 'https://c/p/'],
    [usual, 'https://user:secret@c', REGULAR, null, `https://c${registries}`],
    ['{image}', 'https://c', ALPINE, null, null],
    ['javascript:alert("{image}")', 'https://c', ALPINE, null, null],
  ])('of %s at %s', (template, consoleUrl, target, project, expected) => {
    expect(consoleLink(template, { consoleUrl, target, project })).toBe(expected);
  });

  it('is a web address of at most 3,000 characters, or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constant(usual), any.text),
        any.target,
        fc.option(any.text),
        (template, target, project) => {
          const url = consoleLink(template, { consoleUrl: saas, target, project });
          if (url === null) return;
          expect(url.length).toBeLessThanOrEqual(3_000);
          expect(new URL(url).protocol).toMatch(/^https?:$/);
        },
      ),
    );
  });
});
