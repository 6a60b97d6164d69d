import { expect, it } from 'vitest';
import { readVersion } from '../../src/root.ts';
import { readJson, readText } from '../support/project.ts';

it('is the one of package.json and of its lock', () => {
  const lock = readJson('package-lock.json') as { version: string };
  expect(readVersion()).toMatch(/^\d+\.\d+\.\d+$/);
  expect(lock.version).toBe(readVersion());
});

it('has its section in the changelog, below what is not released yet', () => {
  const sections = readText('CHANGELOG.md').match(/^## .*$/gm);
  expect(sections?.[0]).toBe('## [Unreleased]');
  expect(sections?.[1]).toMatch(new RegExp(`^## \\[${readVersion()}\\] - \\d{4}-\\d{2}-\\d{2}$`));
});
