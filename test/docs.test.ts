/** The texts against the program: links, variables, commands and paths that they name exist, and the README stays short. */

import { existsSync, globSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS, USAGE } from '../src/cli/commands.ts';
import { KNOWN_NAMES, readConfig } from '../src/config/config.ts';
import { SOCKET } from './support/environment.ts';
import { captures, readJson, readText, ROOT } from './support/project.ts';

const texts = globSync(['*.md', 'docs/*.md'], { cwd: ROOT }).toSorted();
const { scripts } = readJson('package.json') as { scripts: Readonly<Record<string, string>> };

/** As GitHub makes the anchor of a heading. */
function anchorsOf(file: string): string[] {
  return captures(readText(file), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Whether there is such a file, and in it such a heading. */
function isThere(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? from : join(dirname(from), path);
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchorsOf(file).includes(anchor);
}

describe.each(texts)('%s', (file) => {
  const text = readText(file);

  it('links to what is there', () => {
    const links = captures(text, /\]\((?!https?:)([^)\s]+)\)/g);
    expect(links.filter((link) => !isThere(file, link))).toEqual([]);
  });

  it('names scripts and commands that there are', () => {
    const run = captures(text, /npm run (?:-s )?([\w:-]+)/g);
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([]);
    const commands = captures(text, /`scanprogress ([a-z][\w-]+)/g);
    expect(commands.filter((name) => !COMMANDS.includes(name))).toEqual([]);
  });

  it('names files of the project that there are', () => {
    const ofProject = /`((?:src|test|docs|deploy|bench|\.ci|\.config|\.github)\/[\w./-]+\.\w+)`/g;
    expect(captures(text, ofProject).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the README', () => {
  it('has at most 8 KB', () => {
    expect(statSync(join(ROOT, 'README.md')).size).toBeLessThanOrEqual(8_192);
  });

  it('leads to every other text', () => {
    const linked = captures(readText('README.md'), /\]\((docs\/[\w-]+\.md)/g);
    const others = globSync('docs/*.md', { cwd: ROOT });
    expect(others.filter((path) => !linked.includes(path))).toEqual([]);
  });

  it('names ten files for each of the two paths', () => {
    const [, section = ''] = /^## How it works$([^]*)/m.exec(readText('README.md')) ?? [];
    const links = section.match(/\]\(src\/[^)]+\.ts\)/g) ?? [];
    expect(links).toHaveLength(20);
  });
});

describe('docs/configuration.md', () => {
  const text = readText('docs/configuration.md');
  const rows = text.split('\n').filter((line) => /^\| `[A-Z_]+`/.test(line));
  const listed = rows.flatMap((row) => captures(row.split('|')[1] ?? '', /`([A-Z_]+)`/g));

  it('lists every variable once, and no other', () => {
    expect(listed.toSorted()).toEqual(
      KNOWN_NAMES.filter((name) => !name.endsWith('_FILE') || name === 'PRISMA_CA_FILE').toSorted(),
    );
  });

  it('names every secret that a file may hold', () => {
    const files = KNOWN_NAMES.filter((name) => name.endsWith('_FILE'));
    expect(files.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('has the defaults of the program', () => {
    const defaults = rows.flatMap((row) => {
      const [, names = '', value = ''] = row.split(' | ').map((cell) => cell.trim());
      const [, name] = /`([A-Z_]+)`/.exec(row) ?? [];
      const [, given] = /^`(.+)`$/.exec(names) ?? [];
      return value === '' || name === undefined || given === undefined ? [] : [[name, given] as const];
    });
    expect(defaults.length).toBeGreaterThan(8);
    const spelled = readConfig({ ...SOCKET, ...Object.fromEntries(defaults) }, () => '');
    expect(spelled).toEqual(readConfig(SOCKET, () => ''));
  });
});

it('no sentence stands in two texts', () => {
  const seen = new Map<string, string>();
  const twice: string[] = [];
  for (const file of texts.filter((name) => name !== 'CHANGELOG.md')) {
    const prose = readText(file)
      .replace(/^( {4}.*|\|[-|]+)$/gm, '')
      .replace(/\s+/g, ' ');
    const sentences = new Set(
      prose
        .split(/(?<=[.:;|]) /)
        .map((one) => one.trim())
        .filter((one) => one.length > 60),
    );
    for (const sentence of sentences) {
      const other = seen.get(sentence);
      if (other !== undefined && other !== file) twice.push(`${other}, ${file}: ${sentence}`);
      seen.set(sentence, file);
    }
  }
  expect(twice).toEqual([]);
});

it.each(globSync('src/{cli,demo}/**/*.ts', { cwd: ROOT }))(
  '%s says nothing wider than a terminal of 80 columns',
  (file) => {
    const usages = Array.from(
      readText(file).matchAll(/(?:USAGE|CLOSING|NO_TERMINAL) = `([^`]*)`|return `\n([^`]*)`/g),
    );
    const lines = usages.flatMap(([, usage = '', welcome = '']) => (usage + welcome).split('\n'));
    const known = (line: string): string => line.replace(/\$\{\w+(?:\.\w+)*\}/g, 'x'.repeat(5));
    expect(lines.filter((line) => known(line).length > 80)).toEqual([]);
  },
);

it('the help of the command is no wider than a terminal of 80 columns, and names all of them', () => {
  expect(USAGE.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(COMMANDS.filter((word) => !USAGE.includes(`\n  ${word}`))).toEqual([]);
});
