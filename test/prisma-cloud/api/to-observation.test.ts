import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText } from '../../../src/prisma-cloud/http/sanitize.ts';
import { wireProgress } from '../../../src/prisma-cloud/http/schema.ts';
import { toObservation } from '../../../src/prisma-cloud/api/progress.ts';
import { step } from '../../support/observations.ts';
import { anyText } from '../../support/any-text.ts';

const AT = 1_700_000_000_000;
const observe = (wire: unknown) => toObservation(wireProgress.parse(wire), { at: AT, consoleAt: AT + 7 });
const isGarbled = (wire: unknown): boolean => !wireProgress.safeParse(wire).success;
const sample = (name: string): unknown =>
  JSON.parse(readFileSync(`${import.meta.dirname}/../../fixtures/registry-progress/${name}.json`, 'utf8'));

/** The only element of a response with one element. */
function observeOne(element: object) {
  const observation = observe([element]);
  if (observation.kind !== 'progress') throw new Error(observation.kind);
  return observation.registries[0]!;
}

describe("the vendor's samples", () => {
  test('the regular scan names its registry and its Defenders', () => {
    const discovered =
      'Step 1/2 discovering tags in registry us-west2-docker.pkg.dev: Discovered tags in 2/4 repositories with 1 Defenders';
    const scanned =
      'Step 2/2 scanning images in registry us-west2-docker.pkg.dev: Scanned 0/2 images with 1 Defender';
    const registry = {
      host: 'us-west2-docker.pkg.dev',
      discovery: step(2, 4, { title: discovered }),
      images: step(0, 2, { title: scanned }),
      isOngoing: true,
      startedAt: null,
    };
    const expected = { kind: 'progress', at: AT, consoleAt: AT + 7, registries: [registry] };
    expect(observe(sample('regular'))).toEqual(expected);
  });

  test('the on-demand scan has ended and names no registry', () => {
    const registries = [{ host: '', isOngoing: false, images: { scanned: 1, total: 1 } }];
    expect(observe(sample('on-demand'))).toMatchObject({ registries });
  });
});

test.each([[null], [[]]])('%j is no scan', (wire) => {
  expect(observe(wire)).toEqual({ kind: 'absent', at: AT, consoleAt: AT + 7 });
});

describe('an end is never guessed', () => {
  test.each([
    ['an object instead of an array', {}],
    ['an array of strings', ['scanning']],
    ['an array of arrays', [[]]],
    ['an array with a null', [null]],
    ['a string', 'scanning'],
    ['a number', 0],
    ['a boolean', false],
    ['an error object', { err: 'unauthorized' }],
    ['a word for a boolean', [{ isScanOngoing: 'maybe' }]],
    ['a boolean in quotes', [{ isScanOngoing: 'false' }]],
    ['a number for a boolean', [{ isScanOngoing: 0 }]],
    ['a null for a boolean', [{ isScanOngoing: null, imageScan: { total: 1, scanned: 1 } }]],
    ['a step that is text', [{ isScanOngoing: true, imageScan: 'half' }]],
    ['a step that is a list', [{ isScanOngoing: true, discovery: [] }]],
    ['an element that says nothing', [{}]],
    ['steps without a count', [{ discovery: { title: 'x' }, imageScan: { total: null } }]],
    ['one bad element among good ones', [{ isScanOngoing: true }, {}]],
  ])('%s is refused', (_, wire) => {
    expect(isGarbled(wire)).toBe(true);
  });

  test.each([
    [{ imageScan: { total: 1 } }],
    [{ discovery: { scanned: 0 } }],
    [{ imageScan: { total: '3' } }],
  ])('a missing isScanOngoing next to counts means false: %j', (element) => {
    expect(observeOne(element).isOngoing).toBe(false);
  });

  test('isScanOngoing alone is enough', () => {
    const silent = { host: '', discovery: step(0, 0), images: step(0, 0), startedAt: null };
    expect(observeOne({ isScanOngoing: true })).toEqual({ ...silent, isOngoing: true });
  });
});

test.each<[unknown, number]>([
  [7, 7],
  [-3, 0],
  [2.9, 2],
  [1e300, Number.MAX_SAFE_INTEGER],
  [Infinity, Number.MAX_SAFE_INTEGER],
  ['12', 12],
  [' 12 ', 12],
  ['12.7', 12],
  ...['', 'many', 'x12', '12x', '-1', null, true, {}].map((total): [unknown, number] => [total, 0]),
])('a count of %j is %d', (total, expected) => {
  expect(observeOne({ isScanOngoing: true, imageScan: { total } }).images.total).toBe(expected);
});

test('a title of a wrong type does not cost the end of a scan', () => {
  const element = observeOne({ isScanOngoing: false, imageScan: { total: 1, title: 5, error: {} } });
  expect(element).toMatchObject({ isOngoing: false, images: { total: 1, title: '', error: '' } });
});

test('scanned may exceed total', () => {
  const { images } = observeOne({ isScanOngoing: true, imageScan: { total: 2, scanned: 5 } });
  expect(images).toMatchObject({ total: 2, scanned: 5 });
});

test('unknown fields are left behind', () => {
  const element = observeOne({ isScanOngoing: true, imageScan: { hostname: 'x', secret: 1 }, other: [] });
  expect(JSON.stringify(element)).not.toMatch(/hostname|secret|other/);
});

test.each([
  ['Step 1/2 discovering tags in registry ghcr.io: Discovered tags in 1/2 repositories', 'ghcr.io'],
  ['Step 1/2 discovering tags in registry reg.local:5000: Discovered', 'reg.local:5000'],
  ['Step 1/2 discovering tags in registry https://reg.local:5000/x: Discovered', 'https://reg.local:5000/x'],
  ['Step 2/2 scanning images in registry ghcr.io:', 'ghcr.io'],
  ['Step 1/2 discovering tags in registry : Discovered', ''],
  ['Step 1/2 discovering tags in repository: library/alpine, tag: 3.16', ''],
  ['', ''],
])('%s is in the registry "%s"', (title, host) => {
  expect(observeOne({ isScanOngoing: true, discovery: { title } }).host).toBe(host);
  expect(observeOne({ isScanOngoing: true, imageScan: { title } }).host).toBe(host);
});

test.each<[unknown, number | null]>([
  ['0001-01-01T00:00:00Z', null],
  ['1970-01-01T00:00:00Z', null],
  ['1970-01-01T00:00:00.001Z', 1],
  ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
  ['2026-01-02T03:04:05.123456789Z', Date.UTC(2026, 0, 2, 3, 4, 5, 123)],
  ['2026-01-02T03:04:05+02:00', Date.UTC(2026, 0, 2, 1, 4, 5)],
  ...['yesterday', '', null, 12].map((start): [unknown, null] => [start, null]),
])('a start at %j is %s', (specScanStartTime, expected) => {
  expect(observeOne({ isScanOngoing: true, specScanStartTime }).startedAt).toBe(expected);
});

test('a title of megabytes is cut without delay', () => {
  const title = `in registry ${'a:'.repeat(2_000_000)}`;
  const { discovery } = observeOne({ isScanOngoing: true, discovery: { title } });
  expect(discovery.title.length).toBeLessThanOrEqual(300);
});

test('any JSON is either understood or refused, and what is understood can be stored', () => {
  const counts = fc.record({ total: fc.jsonValue(), title: anyText() });
  const imageScan = fc.oneof(fc.jsonValue(), counts);
  const element = fc.record({ isScanOngoing: fc.oneof(fc.boolean(), fc.jsonValue()), imageScan });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(element, { maxLength: 3 })), (wire) => {
      const parsed = wireProgress.safeParse(wire);
      if (!parsed.success) return;
      const observation = toObservation(parsed.data, { at: AT, consoleAt: null });
      expect(JSON.parse(JSON.stringify(observation))).toEqual(observation);
    }),
  );
});

describe('cleanText', () => {
  test.each([
    ['a\u0000b\nc', 'a b c'],
    ['\u202Egnp\u2069', 'gnp'],
    ['  x  ', 'x'],
    ['\uD800', '\uFFFD'],
    ['abcdef', 'abcd…'],
    ['abc😀x', 'abc…'],
    // Of what is too long by far the rest is not read.
    [`${'\u202e'.repeat(20)}x`, ''],
  ])('%j becomes %j', (raw, expected) => {
    expect(cleanText(raw, 5)).toBe(expected);
  });

  test('what comes out is well-formed, short and of one line', () => {
    const texts = anyText({ maxLength: 100 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 30 }), (raw, max) => {
        const text = cleanText(raw, max);
        expect(text.length).toBeLessThanOrEqual(max);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });
});

test('what it says is cut, as is the host in it', () => {
  const title = `in registry ${'h'.repeat(260)}: ${'x'.repeat(100)}`;
  const observation = observe([{ discovery: { title, error: 'x'.repeat(400) }, isScanOngoing: true }]);
  const [registry] = observation.kind === 'progress' ? observation.registries : [];
  expect(registry?.discovery.title).toHaveLength(300);
  expect(registry?.discovery.error).toHaveLength(300);
  expect(registry?.host).toHaveLength(255);
});
