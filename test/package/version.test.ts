import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readVersion } from '../../src/root.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

it('is the one of package.json and of its lock', () => {
  const lock = JSON.parse(read('package-lock.json')) as { version: string };
  expect(readVersion()).toMatch(/^\d+\.\d+\.\d+$/);
  expect(lock.version).toBe(readVersion());
});

it('has its section in the changelog, below what is not released yet', () => {
  const sections = read('CHANGELOG.md').match(/^## .*$/gm);
  expect(sections?.[0]).toBe('## [Unreleased]');
  expect(sections?.[1]).toMatch(new RegExp(`^## \\[${readVersion()}\\] - \\d{4}-\\d{2}-\\d{2}$`));
});
