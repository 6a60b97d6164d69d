/**
 * `npm run check:words [-- PATTERN...]`: fails where a name, a comment or a log line uses a word of struck-words.ts. Strings that
 * people read are ignored, and so is what a comment quotes or puts between backticks. Prints `file:line: "word": use`.
 */

import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import {
  STRUCK_EVERYWHERE,
  STRUCK_IN_NAMES,
  STRUCK_IN_PROSE,
  STRUCK_IN_SOURCE_NAMES,
  type StruckWord,
} from './struck-words.ts';

/** Without patterns on the command line. */
const CHECKED = ['{src,test,bench,.ci,.config}/**/*.ts'];

export interface Finding {
  readonly line: number;
  readonly word: string;
  readonly use: string;
}

interface Piece {
  readonly kind: 'name' | 'prose';
  readonly at: number;
  readonly text: string;
}

interface Rule {
  readonly pattern: RegExp;
  readonly use: string;
}

const RULES: Readonly<Record<Piece['kind'], readonly Rule[]>> = {
  name: [...STRUCK_EVERYWHERE, ...STRUCK_IN_NAMES].map(toRule),
  prose: [...STRUCK_EVERYWHERE, ...STRUCK_IN_PROSE].map(toRule),
};
const SOURCE_NAMES = STRUCK_IN_SOURCE_NAMES.map(toRule);

function toRule({ word, use }: StruckWord): Rule {
  return { pattern: new RegExp(`\\b(?:${word})\\b`.replaceAll(' ', '\\s+'), 'gi'), use };
}

/** The struck words in the source text of one TypeScript file, in order. */
export function findStruckWords(path: string, source: string): readonly Finding[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1;
  const pieces = [{ kind: 'name', at: 0, text: toWords(basename(path, '.ts')) } as const, ...piecesOf(file)];
  return pieces
    .flatMap(({ kind, at, text }) =>
      rulesOf(kind, path).flatMap(({ pattern, use }) =>
        [...text.matchAll(pattern)].map((match) => ({
          line: lineAt(kind === 'name' ? at : at + match.index),
          word: match[0].replaceAll(/\s+/g, ' '),
          use,
        })),
      ),
    )
    .sort((a, b) => a.line - b.line);
}

function rulesOf(kind: Piece['kind'], path: string): readonly Rule[] {
  const isSourceName = kind === 'name' && path.startsWith('src/');
  return isSourceName ? [...RULES.name, ...SOURCE_NAMES] : RULES[kind];
}

/** Each comment once: it precedes a token, and may follow another one on its line. */
function piecesOf(file: ts.SourceFile): readonly Piece[] {
  const pieces = new Map<number, Piece>();
  const add = (kind: Piece['kind'], at: number, text: string) => pieces.set(at, { kind, at, text });
  const visit = (node: ts.Node): void => {
    for (const { pos, end } of commentsAround(file.text, node)) {
      add('prose', pos, withoutMarks(file.text.slice(pos, end)));
    }
    if (ts.isIdentifier(node)) add('name', node.getStart(), toWords(node.text));
    const logged = ts.isCallExpression(node) ? loggedText(node) : undefined;
    if (logged !== undefined) add('prose', logged.getStart(), withoutCode(logged.getText()));
    node.getChildren(file).forEach(visit);
  };
  visit(file);
  return [...pieces.values()];
}

function commentsAround(text: string, node: ts.Node): readonly ts.CommentRange[] {
  return [
    ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
    ...(ts.getTrailingCommentRanges(text, node.getEnd()) ?? []),
  ];
}

/** The text of `log.info(fields, 'text')`, whatever the level, with its quotes. */
function loggedText({ expression, arguments: given }: ts.CallExpression): ts.Expression | undefined {
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  if (!/(^|\.)log$/.test(expression.expression.getText())) return undefined;
  return given.find((argument) => ts.isStringLiteralLike(argument) || ts.isTemplateExpression(argument));
}

const blank = (found: string) => found.replaceAll(/[^\n]/g, ' ');

function withoutCode(template: string): string {
  return template.replaceAll(/\$\{[^}]*\}/g, blank);
}

/** Of the same length, so that positions stay: without the marks of a comment, code and quotations. */
function withoutMarks(comment: string): string {
  return comment
    .replaceAll(/^\s*(\/\*\*?|\*\/|\*|\/\/)/gm, blank)
    .replaceAll(/`[^`]*`|"[^"]*"|“[^”]*”/g, blank);
}

/** `nextLookAt`, `NEXT_LOOK_AT` and `next-look-at` are all `next look at`. */
function toWords(name: string): string {
  return name
    .replaceAll(/[^a-zA-Z0-9]+/g, ' ')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .trim();
}

function main(): void {
  const patterns = process.argv.length > 2 ? process.argv.slice(2) : CHECKED;
  const found = globSync(patterns)
    .sort()
    .flatMap((path) =>
      findStruckWords(path, readFileSync(path, 'utf8')).map(
        ({ line, word, use }) => `${path}:${line}: "${word}": ${use}`,
      ),
    );
  process.stdout.write(found.map((line) => `${line}\n`).join(''));
  process.stdout.write(
    found.length === 0 ? 'words: none is struck.\n' : `words: ${found.length} are struck.\n`,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
